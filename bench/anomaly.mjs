// @ts-check
// False alarms of anomaly predictors on normal cases that they did not see, and how well they rank anomalies:
//   node bench/anomaly.mjs rates FOLDER...     drawn splits, a small network, the autoencoder alone
//   node bench/anomaly.mjs ranking FOLDER...   given splits, all detectors; of jet engines drawn ones
//   node bench/anomaly.mjs table               of what was run
// Settings of a mode can be changed: --splits, --detectors, --draws, --units, --updates. A folder CMAPSS... has jet engines: windows
// of 30 cycles, normal: 125 cycles or more before the failure.
// Of each set the most frequent class is normal. Twice:
//   drawn: normal cases of both parts are dealt anew, 70 % train and 30 % test, in several draws: training and test cases are alike
//   given: the training part trains, the test part tests, as the source gives them: they may differ
// One line of JSON per set, split and detector goes to --out; what is there is not run again.
// Run `npm run setup` first.
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { parseArgs } from "node:util";
import { fitAnomaly, loadEngine, openAnomaly, selectSequences } from "../dist/index.js";
import { randomStream } from "../dist/inner.js";
import { readSource } from "../dist/node.js";
import { anomalyTables } from "./anomaly-tables.mjs";

const EVERY = "autoencoder,isolation-forest,isolation-forest-raw,z-score";
/** Whether a rate is kept does not depend on how good a network is: many draws of a small one tell it. */
const MODES = {
  rates: { splits: "drawn", detectors: "autoencoder", draws: "8", units: "8", updates: "40" },
  ranking: { splits: "given", detectors: EVERY, draws: "8", units: "32", updates: "200" },
  table: { splits: "", detectors: "", draws: "0", units: "0", updates: "0" },
};
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    splits: { type: "string" },
    detectors: { type: "string" },
    draws: { type: "string" },
    units: { type: "string" },
    updates: { type: "string" },
    threads: { type: "string", default: "0" },
    out: { type: "string", default: "anomaly.jsonl" },
  },
});
const [mode, ...folders] = positionals;
if (!Object.hasOwn(MODES, mode ?? ""))
  throw new Error("Say what to run: node bench/anomaly.mjs rates FOLDER..., ranking FOLDER..., or table");
const flags = { ...MODES[/** @type {keyof typeof MODES} */ (mode)], ...values };
const DETECTORS = flags.detectors.split(",");
const LEVELS = [0.05, 0.01];
/** Normal cases: fewer to train on tell nothing, more take long. */
const [FEWEST, MOST] = [10, 400];
const MOST_TESTED = 400;

const lines = () =>
  (existsSync(flags.out) ? readFileSync(flags.out, "utf8").split("\n") : [])
    .filter(Boolean)
    .map((text) => JSON.parse(text));
async function run() {
  const engine = await loadEngine();
  const done = new Set(lines().map(({ key }) => key));
  for (const folder of folders)
    await runSet(basename(folder), () => (isCmapss(folder) ? jetEngines(folder) : readSource(folder)));
  console.log(anomalyTables(lines()));

  /** @param {string} name @param {() => Promise<any>} read */
  async function runSet(name, read) {
    const splitsOf = isCmapss(name) ? "drawn" : flags.splits; // the engines are not split
    const wanted = splitsOf
      .split(",")
      .flatMap((split) => DETECTORS.map((detector) => ({ split, detector, key: `${name} ${split} ${detector}` })));
    if (wanted.every(({ key }) => done.has(key))) return;
    const { set, trainCount, entities } = await read().then(poolOf);
    const splits = {
      drawn: () => drawnSplits(set, entities),
      given: () => (trainCount ? [givenSplit(set, trainCount)] : []),
    };
    for (const { split, detector, key } of wanted) {
      if (done.has(key)) continue;
      const judged = await judge(engine, set, splits[/** @type {"drawn"} */ (split)](), detector);
      if (!judged) continue;
      const line = { key, set: name, split, detector, ...judged };
      appendFileSync(flags.out, `${JSON.stringify(line)}\n`);
      console.log(
        `${key}: trained on ${line.train}, AUC ${line.auc?.toFixed(3)}, false alarms ${line.levels.map(({ level, called, normal }) => `${level}: ${called} of ${normal}`).join(", ")}; ${line.cpu.toFixed(0)} s of processor`,
      );
    }
  }
}

/** Both parts together; labels become 1 for an anomaly. */
function poolOf(/** @type {any} */ source) {
  const { train, test } = source;
  const counts = train.classNames.map(
    (/** @type {string} */ _, /** @type {number} */ c) =>
      train.labels.filter((/** @type {number} */ l) => l === c).length,
  );
  const normal = counts.indexOf(Math.max(...counts));
  const set = test ? joined(train, test) : train;
  return {
    set: {
      ...set,
      labels: undefined,
      classNames: undefined,
      anomaly: Int32Array.from(set.labels, (/** @type {number} */ l) => (l === normal ? 0 : 1)),
    },
    trainCount: test ? train.offsets.length - 1 : 0,
    entities: set.entities,
  };
}

/** Two parts of the same channels one after another. */
function joined(/** @type {any} */ a, /** @type {any} */ b) {
  const F = a.channels.length;
  const steps = a.offsets.at(-1);
  const all = steps + b.offsets.at(-1);
  const bit = (/** @type {any} */ set, /** @type {number} */ k) =>
    set.observed ? (set.observed[k >> 3] >> (k & 7)) & 1 : 1;
  const observed = a.observed || b.observed ? new Uint8Array((all * F + 7) >> 3) : undefined;
  if (observed)
    for (let k = 0; k < all * F; k++)
      observed[k >> 3] |= (k < steps * F ? bit(a, k) : bit(b, k - steps * F)) << (k & 7);
  return {
    channels: a.channels,
    values: Float32Array.from([...a.values, ...b.values]),
    offsets: Int32Array.from([...a.offsets, ...Array.from(b.offsets.subarray(1), (o) => o + steps)]),
    observed,
    ids: [...a.ids.map((/** @type {string} */ id) => `a${id}`), ...b.ids.map((/** @type {string} */ id) => `b${id}`)],
    labels: Int32Array.from([...a.labels, ...b.labels]),
    classNames: a.classNames,
  };
}

/** Jet engines. @param {string} folder */
const isCmapss = (folder) => basename(folder).startsWith("CMAPSS");

/** Rows of a class. @param {any} set @param {0 | 1} what */
const rowsOf = (set, what) => Array.from(set.anomaly.keys()).filter((n) => set.anomaly[n] === what);

/** @param {any} set @param {string[] | undefined} entities whole ones are dealt */
function drawnSplits(set, entities) {
  return Array.from({ length: Number(flags.draws) }, (_, draw) => {
    const random = randomStream(100 + draw, 1);
    const normal = rowsOf(set, 0);
    const anomalies = random.shuffle(rowsOf(set, 1)).slice(0, MOST_TESTED);
    if (!entities) {
      random.shuffle(normal);
      const cut = Math.min(MOST, Math.round(0.7 * normal.length));
      return {
        train: normal.slice(0, cut),
        test: [...normal.slice(cut, cut + MOST_TESTED), ...anomalies],
        seed: draw + 1,
      };
    }
    const names = [...new Set(entities)];
    const order = random.shuffle(Array.from(names.keys()));
    const training = new Set(order.slice(0, Math.round(0.7 * names.length)).map((k) => names[k]));
    const inside = (/** @type {number} */ n) => training.has(entities[n]);
    return {
      train: normal.filter(inside),
      test: [...normal, ...anomalies].filter((n) => !inside(n)),
      seed: draw + 1,
    };
  });
}

/** @param {any} set @param {number} trainCount */
function givenSplit(set, trainCount) {
  const normal = rowsOf(set, 0);
  return {
    train: normal.filter((n) => n < trainCount).slice(0, MOST),
    test: [...normal, ...rowsOf(set, 1)].filter((n) => n >= trainCount),
    seed: 1,
  };
}

/** @param {any} engine @param {any} set @param {{ train: number[], test: number[], seed: number }[]} splits @param {string} detector */
async function judge(engine, set, splits, detector) {
  const cpu = process.cpuUsage();
  const few = splits.find(({ train }) => train.length < FEWEST);
  if (splits.length === 0 || few) return undefined;
  /** @type {any[]} */
  const figures = [];
  for (const { train, test, seed } of splits) {
    const network = { units: Number(flags.units), updates: Number(flags.updates) };
    const fit =
      detector === "autoencoder"
        ? { threads: Number(flags.threads), units: network.units, train: { seed, updates: network.updates } }
        : { threads: Number(flags.threads), train: { seed } };
    const fitted = await fitAnomaly(engine, selectSequences(set, train), {
      detector: /** @type {any} */ (detector),
      fit,
    });
    const predictor = openAnomaly(engine, fitted);
    const { scores, pValues } = await predictor.score(selectSequences(set, test), { threads: 0 });
    const anomaly = test.map((n) => set.anomaly[n]);
    const normal = test.map((_, k) => k).filter((k) => anomaly[k] === 0);
    const strange = test.map((_, k) => k).filter((k) => anomaly[k] === 1);
    figures.push({
      train: train.length,
      least: predictor.leastPValue,
      auc: aucOf(
        normal.map((k) => scores[k]),
        strange.map((k) => scores[k]),
      ),
      levels: LEVELS.map((level) => ({
        level,
        normal: normal.length,
        called: normal.filter((k) => pValues[k] <= level).length,
        anomalies: strange.length,
        found: strange.filter((k) => pValues[k] <= level).length,
      })),
    });
  }
  const { user, system } = process.cpuUsage(cpu);
  const aucs = figures.flatMap(({ auc }) => auc ?? []);
  return {
    draws: figures.length,
    train: figures[0].train,
    least: figures[0].least,
    auc: aucs.length > 0 ? aucs.reduce((a, b) => a + b, 0) / aucs.length : null,
    levels: LEVELS.map((level, l) => ({
      level,
      normal: sum(figures.map(({ levels }) => levels[l].normal)),
      called: sum(figures.map(({ levels }) => levels[l].called)),
      anomalies: sum(figures.map(({ levels }) => levels[l].anomalies)),
      found: sum(figures.map(({ levels }) => levels[l].found)),
      rates: figures.map(({ levels }) => levels[l].called / Math.max(1, levels[l].normal)),
    })),
    ...(detector === "autoencoder" && { units: Number(flags.units), updates: Number(flags.updates) }),
    cpu: (user + system) / 1e6,
  };
}

/** @param {number[]} values */
function sum(values) {
  return values.reduce((a, b) => a + b, 0);
}

/** How often a value of the second is above one of the first. @param {number[]} a @param {number[]} b */
function aucOf(a, b) {
  if (a.length === 0 || b.length === 0) return undefined;
  const sorted = Float64Array.from(a).sort();
  const below = (/** @type {number} */ x, /** @type {boolean} */ orEqual) => {
    let low = 0;
    for (let high = sorted.length; low < high; ) {
      const middle = (low + high) >> 1;
      if (sorted[middle] < x || (orEqual && sorted[middle] === x)) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return sum(b.map((x) => (below(x, false) + below(x, true)) / 2)) / (a.length * b.length);
}

/** Windows of 30 cycles of the engines that ran until they failed, one every 10 cycles. @param {string} folder */
async function jetEngines(folder) {
  const { train } = await readSource(folder, { entity: "c1", time: "c2" });
  const [LENGTH, STEP, HEALTHY, FAILING] = [30, 10, 125, 30];
  const F = train.channels.length;
  const values = [];
  const [offsets, ids, entities, labels] = [
    [0],
    /** @type {string[]} */ ([]),
    /** @type {string[]} */ ([]),
    /** @type {number[]} */ ([]),
  ];
  for (let n = 0; n + 1 < train.offsets.length; n++) {
    const end = train.offsets[n + 1];
    for (let s = train.offsets[n] + LENGTH; s <= end; s += STEP) {
      const left = end - s;
      if (left < HEALTHY && left >= FAILING) continue; // neither healthy nor failing
      values.push(train.values.subarray((s - LENGTH) * F, s * F));
      offsets.push(/** @type {number} */ (offsets.at(-1)) + LENGTH);
      ids.push(`${train.ids[n]} ${s}`);
      entities.push(train.ids[n]);
      labels.push(left < FAILING ? 1 : 0);
    }
  }
  const all = new Float32Array(values.length * LENGTH * F);
  for (const [k, part] of values.entries()) all.set(part, k * LENGTH * F);
  const set = {
    channels: train.channels,
    values: all,
    offsets: Int32Array.from(offsets),
    ids,
    entities,
    labels: Int32Array.from(labels),
    classNames: ["healthy", "failing"],
  };
  return { train: set };
}

if (mode === "table") console.log(anomalyTables(lines()));
else await run();
