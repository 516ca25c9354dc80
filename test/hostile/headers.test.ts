import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { ArtefactError } from "../../src/errors.js";
import { fitAutoencoder } from "../../src/features/fit-autoencoder.js";
import { decodeModel, encodeModel } from "../../src/features/model-bytes.js";
import { loadEngine } from "../../src/index.js";
import type { TrainState } from "../../src/model/training-state.js";
import { loadCheckpoint, saveCheckpoint } from "../../src/train/checkpoint.js";
import { folderWith } from "../cli/run.js";
import { closeFile, closeText, openFile } from "../files/edit-file.js";
import { randomSeries, withCategories } from "../series.js";
import { withText } from "./edits.js";
import { report, size } from "./size.js";

const MB = size(1, 15.9);
/** Seconds that a refusal may take; a loaded machine takes four times as long as an idle one. */
const LIMIT = 8;
const SUM = `"checksum":"sha256:${"0".repeat(64)}"`;
const START = `{"__metadata__":{${SUM},"format":"undertone","model":"{}"}`;

/** Seconds until the refusal. Whatever else comes out fails the test. */
async function secondsOf(read: () => unknown): Promise<number> {
  const start = performance.now();
  const error = await Promise.resolve()
    .then(read)
    .then(
      () => undefined,
      (thrown) => thrown,
    );
  const seconds = (performance.now() - start) / 1000;
  expect(error).toBeInstanceOf(ArtefactError);
  expect(error.message.length).toBeLessThan(1500);
  expect(seconds).toBeLessThan(LIMIT);
  return seconds;
}

/** As many entries as make a header of `mb` MB. */
function entries(mb: number, entry: (k: number) => string): string {
  const parts: string[] = [];
  for (let bytes = 0, k = 0; bytes < mb * 1e6; k++)
    bytes += parts[parts.push(`,"${k.toString(36)}":${entry(k)}`) - 1].length;
  return parts.join("");
}
const oneTensor = (shape: string) => `${START},"a":{"dtype":"F32","shape":${shape},"data_offsets":[0,4]}}`;

/** Headers of so many MB with one thing wrong, and as often as possible. */
const HEADERS: Record<string, (mb: number) => string> = {
  "tensors that are numbers": (mb) => `${START}${entries(mb, () => "1")}}`,
  "tensors without bytes": (mb) => `${START}${entries(mb, () => '{"dtype":"F32","shape":[0],"data_offsets":[0,0]}')}}`,
  "a shape of ones": (mb) => oneTensor(`[${"1,".repeat(mb * 5e5)}1]`),
  "a shape of texts": (mb) => oneTensor(`[${'"",'.repeat(mb * 3e5)}1]`),
  "metadata of numbers": (mb) => `{"__metadata__":{${SUM}${entries(mb, () => "1")}}}`,
  "lists in lists": (mb) => `${START},"a":${"[".repeat(mb * 5e5)}${"]".repeat(mb * 5e5)}}`,
};

test.each(Object.entries(HEADERS))("a header of %s is refused within seconds", async (name, header) => {
  const bytes = closeText(header(MB), new Uint8Array(4));
  report(`header of ${name}, ${MB} MB`, { seconds: (await secondsOf(() => decodeModel(bytes, "f"))).toFixed(2) });
});

test("a header beyond the most that is read is refused by its size", async () => {
  const bytes = closeText(HEADERS["a shape of ones"](size(17, 90)), new Uint8Array(4));
  await secondsOf(() => decodeModel(bytes, "f"));
  expect(() => decodeModel(bytes, "f")).toThrow(/header has \d+ bytes, expected at most/);
});

let model: Uint8Array;
let checkpoint: Uint8Array;
beforeAll(async () => {
  const set = withCategories(randomSeries({ N: 40, F: 2, lengths: (n) => 5 + (n % 4) }));
  const path = join(folderWith(), "m.checkpoint");
  let saved: TrainState | undefined;
  const sound = await fitAutoencoder(await loadEngine("reference"), set, {
    units: 3,
    threads: 0,
    train: { updates: 20 },
    prepare: { scale: "log-standard" },
    checkpointSeconds: 0,
    origin: { name: "d", files: [{ path: "a", sha256: "0" }], reading: { drop: ["x"] } },
    onCheckpoint: (state) => {
      saved = structuredClone(state);
    },
  });
  model = encodeModel(sound);
  await saveCheckpoint(path, saved!, "identity");
  checkpoint = new Uint8Array(readFileSync(path));
});

/** The path of every list in JSON. */
function listsOf(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== "object" || value === null) return [];
  const inner = Object.entries(value).flatMap(([key, item]) => listsOf(item, [...path, key]));
  return Array.isArray(value) ? [path, ...inner] : inner;
}

const ITEMS: Record<string, unknown> = { null: null, "another object": { type: "x", unknown: 1 } };

test.each(["model", "readOut", "state"] as const)(
  "no list of %s can be so long and wrong that refusing it takes long",
  async (place) => {
    const { header, body } = openFile(place === "state" ? checkpoint : model);
    const path = join(folderWith(), "f.checkpoint");
    const lists = listsOf(JSON.parse(header.__metadata__[place]));
    expect(lists.length).toBeGreaterThan(place === "state" ? 1 : 5);
    const many = size(150_000, 1_000_000);
    let slowest = 0;
    for (const list of lists)
      for (const [item, value] of Object.entries(ITEMS)) {
        const json = JSON.parse(header.__metadata__[place]);
        const holder = list.slice(0, -1).reduce((inner, key) => inner[key], json);
        holder[list.at(-1)!] = "LIST";
        const items = `[${`${JSON.stringify(value)},`.repeat(item === "null" ? many : many / 5)}null]`;
        const text = JSON.stringify(json).replace('"LIST"', items);
        const bytes = closeFile(withText(header, place, text), body);
        if (place === "state") writeFileSync(path, bytes);
        const seconds = await secondsOf(() =>
          place === "state" ? loadCheckpoint(path, "identity") : decodeModel(bytes, "f"),
        );
        slowest = Math.max(slowest, seconds);
      }
    report(`lists of ${place}`, { lists: lists.length, items: many, "slowest refusal, s": slowest.toFixed(2) });
  },
);

test("a hundred thousand layers, with tensors for each, are refused within seconds", async () => {
  const { header, body } = openFile(model);
  const metadata = JSON.parse(header.__metadata__.model);
  const lstm = { type: "lstm", units: 1, returnSequences: true };
  metadata.spec.encoder = [...Array(size(10_000, 100_000)).fill(lstm), { type: "lstm", units: 1 }];
  const empty = Object.fromEntries(
    Array.from({ length: 11_000 }, (_, k) => [
      `t${k}`,
      { dtype: "F32", shape: [0], data_offsets: [body.length, body.length] },
    ]),
  );
  const text = withText(header, "model", JSON.stringify(metadata));
  await secondsOf(() => decodeModel(closeFile({ ...text, ...empty }, body), "f"));
});
