import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { loadEngine } from "../../../src/engine/load.js";
import { eventAggregates } from "../../../src/features/sets/event-aggregates.js";
import { parseExpression } from "../../../src/features/sets/expression.js";
import { featureSets } from "../../../src/features/sets/feature-sets.js";
import { featureTables, type MadeSet } from "../../../src/features/sets/feature-tables.js";
import { randomStream } from "../../../src/random.js";
import { type SequenceSet, selectSequences } from "../../../src/sequences/set/sequence-set.js";
import { cellsOf, makeSet, withStatics } from "../../sequences/set/make-set.js";
import { randomSeries } from "../../series.js";

/** What every feature set of the table keeps to. A new one is tested by being listed. */

const engine = await loadEngine();
const N = { train: 31, test: 13 };
const range = (from: number, to: number) => Int32Array.from({ length: to - from }, (_, k) => from + k);
const ROWS = { train: range(0, N.train), test: range(N.train, N.train + N.test) };
const random = randomSeries({ N: N.train + N.test, F: 2, lengths: (n) => 4 + (n % 7), missing: 0.1 });
/** The second test case has no step, and of the third nothing was observed. */
const cells = cellsOf(random);
cells[N.train + 1] = [];
cells[N.train + 2] = cells[N.train + 2].map((step) => step.map(() => null));
const numbers = withStatics(makeSet(cells, { labels: random.labels, classNames: random.classNames }));
/** The same as tokens of a vocabulary of five. */
const tokenChannel = { name: "token", kind: "categorical" as const, vocabulary: [..."abcde"] };
const asTokens = (cells: (number | null)[][][], more: Partial<SequenceSet> = {}): SequenceSet => {
  const codes = cells.map((steps) =>
    steps.map(([cell]) => [cell === null ? null : Math.abs(Math.round(2 * cell)) % 5]),
  );
  return withStatics({ ...makeSet(codes, { F: 1, ...more }), channels: [tokenChannel] });
};
const tokens = asTokens(cells, { labels: random.labels, classNames: random.classNames });
const partsOf = (name: string) => {
  const all = featureSets[name].needs === "tokens" ? tokens : numbers;
  return { all, train: selectSequences(all, ROWS.train), held: selectSequences(all, ROWS.test) };
};
/** Other values of the same kind. */
const worse = (set: SequenceSet): Float32Array =>
  set.channels[0].kind === "categorical"
    ? set.values.map((code) => (code + 1) % 5)
    : set.values.map((value) => 1000 * value);

const events = {
  times: Float64Array.from(numbers.ids, (_, n) => 1000 * n),
  entities: numbers.ids.map((_, n) => `e${n % 5}`),
  entityName: "customer",
  amounts: Float64Array.from(numbers.ids, (_, n) => 1 + ((7 * n) % 11)),
  amountName: "amount",
};

/** Of all bits: convolutions have half a million of numbers. */
const printOf = (values: Float32Array) => createHash("sha256").update(values).digest("hex");

/** The way that `compare` takes, with the test cases at `rows` of all. */
async function build(name: string, test = partsOf(name).held, rows = ROWS.test, networkSeed = 1) {
  const { all, train } = partsOf(name);
  let made: MadeSet | undefined;
  const aggregates = () => eventAggregates(all, events, undefined, 0);
  const casesOf = (set: SequenceSet, rows: Int32Array) => ({ set, rows, aggregates });
  const context = {
    ...{ engine, train, seed: 1, hooks: {} },
    cases: casesOf(train, ROWS.train),
    test: casesOf(test, rows),
    fit: { units: 5, threads: 0, train: { updates: 8 } },
    ...({ readOut: "pooled", align: "end" } as const),
  };
  const tables = featureTables(context, {
    ...{ classCount: 2, classWeight: "none" },
    onMade: async (each) => void (made = each),
  });
  await tables(networkSeed).make(parseExpression(name));
  const { pair, model, fitted } = made!;
  const rowOf = (part: "train" | "test", n: number) => {
    const C = pair[part].names.length;
    return pair[part].values.slice(n * C, (n + 1) * C);
  };
  const { train: ours, test: theirs } = pair;
  const prints = {
    train: printOf(ours.values),
    test: printOf(theirs.values),
    model: model && printOf(model.weights),
  };
  return { ...pair, prints, rowOf, fitted };
}

describe.each(Object.keys(featureSets))("%s", async (name) => {
  const { all, held } = partsOf(name);
  const honest = await build(name);

  test("both parts have the same columns, named once each, and one row per case, all finite", () => {
    expect(honest.test.names).toEqual(honest.train.names);
    expect(new Set(honest.train.names).size).toBe(honest.train.names.length);
    for (const part of ["train", "test"] as const) {
      expect(honest[part].rows).toBe(N[part]);
      expect(honest[part].values.length).toBe(N[part] * honest[part].names.length);
      expect(honest[part].values.findIndex((value) => !Number.isFinite(value))).toBe(-1);
    }
  });

  test("rows are in the order of the cases: a training case among the test cases has its own row", async () => {
    const rows = ROWS.train.toReversed();
    const copies = await build(name, selectSequences(all, rows), rows);
    for (const n of [0, 1, 17, 30])
      expect(printOf(copies.rowOf("test", n))).toBe(printOf(honest.rowOf("train", N.train - 1 - n)));
  });

  test("a test row depends on its own case alone", async () => {
    const alone = await build(name, selectSequences(held, [4]), ROWS.test.slice(4, 5));
    expect(alone.prints.test).toBe(printOf(honest.rowOf("test", 4)));
  });

  test("test labels have no part in it", async () => {
    const labels = randomStream(1).shuffle(held.labels!.slice());
    expect(labels).not.toEqual(held.labels);
    expect((await build(name, { ...held, labels })).prints).toEqual(honest.prints);
  });

  test("nothing is fitted on the test part", async () => {
    const statics = { ...held.statics!, values: held.statics!.values.map((value) => 1000 * value) };
    const spoiled = { ...held, values: worse(held), statics };
    const other = (await build(name, spoiled)).prints;
    expect({ ...other, test: "" }).toEqual({ ...honest.prints, test: "" });
    expect(other.test).not.toBe(honest.prints.test);
    const series = randomSeries({ N: 2, F: 2, lengths: () => 40 });
    const long = featureSets[name].needs === "tokens" ? asTokens(cellsOf(series)) : withStatics(series);
    const wider = await build(name, long, ROWS.test.slice(0, 2));
    expect(wider.prints.train).toBe(honest.prints.train);
    expect(wider.test.values.length).toBe(2 * honest.train.names.length);
  });

  test("what was fitted gives the same bits after a way through JSON", async () => {
    const set = featureSets[name];
    const { state, ...rest } = honest.fitted;
    const text = JSON.stringify(set.pack ? set.pack(state) : state);
    const cases = { set: held, rows: ROWS.test, aggregates: () => eventAggregates(all, events, undefined, 0) };
    const again = await set.features({ ...rest, state: set.state.parse(JSON.parse(text)) }, cases, { engine });
    expect(printOf(again.table.values)).toBe(honest.prints.test);
    expect(again.sparse).toEqual(honest.sparse?.test);
  });

  test("the same seed gives the same bits; another network seed another table, if there is a network", async () => {
    expect((await build(name)).prints).toEqual(honest.prints);
    const other = (await build(name, held, ROWS.test, 2)).prints.train;
    expect(other === honest.prints.train).toBe(featureSets[name].network === undefined);
  });
});
