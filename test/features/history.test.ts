import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type EncodeFileOptions, encodeFile } from "../../src/features/encode-file.js";
import { fitFile } from "../../src/features/fit-file.js";
import { at, csv, encoded, engine, entities, header, payments, quick, reading, windows, written } from "./payments.js";

describe("new events with their history", () => {
  const [before, after] = [payments.filter((_, k) => k % 6 < 4), payments.filter((_, k) => k % 6 >= 4)];
  written("yesterday.csv", csv(before.toReversed()));
  written("today.csv", csv([...after, "new,2024-01-09T00:00:00,5,web,0,tx99,m"]));
  written("both.csv", csv([...before, ...after, "new,2024-01-09T00:00:00,5,web,0,tx99,m"]));
  const linesOf = (path: string) => readFileSync(path, "utf8").trimEnd().split("\n").slice(1);

  test("have the features and ids that both files in one give", async () => {
    const isNew = (line: string) => /^tx(\d+),/.exec(line)![1] === "99" || Number(/^tx(\d+),/.exec(line)![1]) % 6 >= 4;
    const all = linesOf((await encoded(windows, "both.csv")).path);
    const history = at("yesterday.csv");
    const read = await encoded(windows, "today.csv", { history });
    expect(linesOf(read.path)).toEqual(all.filter(isNew));
    expect(read.notes).toContainEqual(expect.stringMatching(/events have fewer than 2 .*A longer `history`/)); // of "new"
    const alone = await encoded(windows, "today.csv");
    expect(linesOf(alone.path)).not.toEqual(linesOf(read.path));
    expect(alone.notes).toContainEqual(expect.stringMatching(/11 of 11 events have fewer than 2 .*`history`/));
    const later = { history, after: "2024-01-06" };
    // tx5 is at that very time
    const latest = linesOf((await encoded(windows, "today.csv", later)).path);
    expect(latest.map((line) => line.split(",")[0])).toEqual(["tx11", "tx17", "tx23", "tx29", "tx99"]);
    expect(latest).toEqual(linesOf((await encoded(windows, "both.csv", { after: later.after })).path));
    // ids of cases without an id are counted from the first event of all
    const { id, ...unnamed } = reading;
    const counted = await fitFile(engine, at("all.csv"), at("u.undertone"), {
      ...quick,
      reading: { ...unnamed, window: 3, drop: ["memo", "payment"] },
    });
    const names = linesOf((await encoded(counted, "today.csv", { history })).path).map((line) => line.split(",")[0]);
    expect(names.slice(0, 3)).toEqual(["c0#5", "c0#6", "c1#5"]);
    expect(names.at(-1)).toBe("new#1");
  });

  test("a history of other entities is refused; entities without a past are counted", async () => {
    const foreign = written("foreign.csv", csv(payments.slice(0, 4).map((row) => row.replace(/^c/, "C"))));
    await expect(encoded(windows, "all.csv", { history: at(foreign) })).rejects.toThrow(
      /history of other entities than the data.*here "C0", in the data "c0"/,
    );
    const past = written("past0.csv", csv(payments.slice(0, 3)));
    const later = written("later0.csv", csv(payments.slice(3)));
    const { notes } = await encoded(windows, later, { history: at(past) });
    expect(notes.join()).toMatch(/4 of 5 entities have no event in .*past0\.csv \(c1, c2, c3, c4\)/);
  });

  test("static channels come from either file, and must agree", async () => {
    const withAge = (rows: readonly string[], age: (who: string) => string) =>
      `${header},payment,memo,age\n${rows.map((row) => `${row},${age(row.slice(0, 2))}`).join("\n")}\n`;
    const years = (who: string) => `${20 + Number(who[1])}`;
    written("aged.csv", withAge(payments, years));
    const model = await fitFile(engine, at("aged.csv"), at("s.undertone"), {
      ...quick,
      reading: { ...reading, window: 3, static: ["age"], staticChannels: true },
    });
    written("aged-past.csv", withAge(before, years));
    written(
      "aged-now.csv",
      withAge(after, () => ""),
    );
    const all = linesOf((await encoded(model, "aged.csv")).path);
    const now = linesOf((await encoded(model, "aged-now.csv", { history: at("aged-past.csv") })).path);
    expect(now).toEqual(all.filter((line) => Number(/^tx(\d+),/.exec(line)![1]) % 6 >= 4));
    written(
      "aged-now.csv",
      withAge(after, () => "77"),
    );
    const other = encoded(model, "aged-now.csv", { history: at("aged-past.csv") });
    await expect(other).rejects.toThrow(/static column for the entity "c0"/);
  });

  test("an event in both files, one before the history ends, and what has no past are refused", async () => {
    const history = at("yesterday.csv");
    const refused = (rows: readonly string[], why: RegExp, options: EncodeFileOptions = {}) =>
      expect(encoded(windows, written("odd-today.csv", csv(rows)), { history, ...options })).rejects.toThrow(why);
    await refused([before[3], ...after], /event of "c0" with the id "tx3" that also stands in the history/);
    written("odd-today.csv", csv([before[3].replace("tx3", "tx77"), ...after])); // another event at that time
    expect((await encoded(windows, "odd-today.csv", { history })).rows).toBe(11);
    await refused(
      [before[1].replace("tx1", "tx77")],
      /"c0" at 2024-01-02T00:00:00.000Z, expected none before 2024-01-04/,
    );
    await refused(after, /got no event after 2025-01-01.*last one is at 2024-01-06T04/, { after: "2025-01-01" });
    await refused(after, /times that are dates, and `after` is a number/, { after: 1_704_067_200 });
    await refused(after, /`after`: got "soon", expected a time/, { after: "soon" });
    await refused(after, /`history` for a source of a training and a test part/, { part: "train" });
    const numbers = `${header},payment,memo\nc0,5,1,web,0,tx500,m\n`;
    await refused(after, /times that are numbers, expected dates/, { history: at(written("n.csv", numbers)) });
    const { id, ...unnamed } = { ...reading, window: 3, drop: ["memo", "payment"] };
    const model = await fitFile(engine, at("all.csv"), at("v.undertone"), { ...quick, reading: unnamed });
    const twice = encoded(model, written("odd-today.csv", csv([before[3], ...after])), { history });
    await expect(twice).rejects.toThrow(/"c0" at 2024-01-04T00:00:00.000Z that also stands.*\(`id`\)/);
    await expect(encoded(entities, "today.csv", { history })).rejects.toThrow(/whole entities/);
    await expect(encoded(entities, "today.csv", { after: "2024-01-05" })).rejects.toThrow(/`after` without `window`/);
    const path = at("yesterday.csv");
    const over = encodeFile(engine, windows, at("today.csv"), path, { history, force: true, outputFormat: "csv" });
    await expect(over).rejects.toThrow(/is read and would be lost/);
  });
});
