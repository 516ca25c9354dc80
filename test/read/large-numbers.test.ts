import { columnFromArray, float64, int64, tableFromColumns, tableToIPC, utf8 } from "@uwdata/flechette";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, test } from "vitest";
import { readSource } from "../../src/read/read.js";
import { fileOf } from "./temporary.js";

/** One double, two names. */
const IDS = ["9007199254740992", "9007199254740993"];
const X = [0.5, 1.5];
const KEPT = ["-9007199254740993", "12345678901234567"];

const parquet = (statistics: boolean) => {
  const whole = (name: string, texts: readonly string[]) => ({ name, data: texts.map(BigInt), type: "INT64" as const });
  const columnData = [whole("id", IDS), { name: "x", data: X }, whole("more", KEPT)];
  return new Uint8Array(parquetWriteBuffer({ columnData, statistics }));
};
const arrow = () => {
  const columns = {
    id: columnFromArray(IDS.map(BigInt), int64()),
    x: columnFromArray(X, float64()),
    more: columnFromArray(KEPT, utf8()),
  };
  return tableToIPC(tableFromColumns(columns), { format: "file" })!;
};
const FILES: [string, string | Uint8Array][] = [
  ["a.csv", `id,x,more\n${IDS.map((id, n) => `${id},${X[n]},${KEPT[n]}`).join("\n")}\n`],
  ["a.jsonl", IDS.map((id, n) => `{"id":${id},"x":${X[n]},"more":${KEPT[n]}}`).join("\n")],
  ["a.parquet", parquet(true)],
  ["a.arrow", arrow()],
];

describe.each(FILES)("whole numbers beyond 2^53 are the same names from every format: %s", (name, content) => {
  const path = fileOf(name, content);

  test("entities and what is kept", async () => {
    const { train, kept } = await readSource(path, { entity: "id", channels: ["x"], keep: ["more"] });
    expect(train.ids).toEqual(IDS);
    expect(kept).toEqual([{ name: "more", kind: "texts", values: KEPT }]);
  });

  test("ids of cases, labels and categories", async () => {
    const wide = await readSource(path, { id: "id", drop: ["more"] });
    expect(wide.train.ids).toEqual(IDS);
    const labels = await readSource(path, { label: "id", drop: ["more"] });
    expect(labels.train.classNames).toEqual(IDS);
    const events = await readSource(path, { entity: "x", category: ["id"], drop: ["more"] });
    expect(events.train.channels[0].vocabulary).toEqual(IDS);
  });
});

test("Parquet without statistics: names keep their digits, and what is kept is refused with its row", async () => {
  const path = fileOf("a.parquet", parquet(false));
  expect((await readSource(path, { entity: "id", channels: ["x"] })).train.ids).toEqual(IDS);
  const kept = readSource(path, { entity: "id", channels: ["x"], keep: ["more"] });
  await expect(kept).rejects.toThrow(/row 1, column "more": got -9007199254740993, expected whole numbers up to 2\^53/);
});

test.each(["9007199254740993.0", "9.007199254740993e15", "123456789e20"])(
  "JSON lines: the name %s keeps its digits",
  async (id) => {
    const path = fileOf("a.jsonl", `{"id":${id},"x":1}\n{"id":"b","x":2}`);
    expect((await readSource(path, { entity: "id" })).train.ids).toEqual([id, "b"]);
  },
);

test("a label that changes beyond 2^53 is no label of a sequence", async () => {
  const path = fileOf("a.csv", `who,x,label\n${IDS.map((label) => `a,1,${label}`).join("\n")}\n`);
  await expect(readSource(path, { entity: "who", label: "label" })).rejects.toThrow(/label changes inside an entity/);
});
