// @ts-check
// Times fit and predict of this package's classifiers beside LightGBM's and scikit-learn's (bench/classifiers.py) on the
// same made rows, one thread each, and prints a table: seconds of processor time, and accuracy and area under the ROC
// curve on held-out rows. Everybody fits a few rows before the clock starts. A fit below a second is timed three times, and
// the second smallest counts: the first also waits for loops that are still being compiled.
//
//   pip install scikit-learn==1.9.1 lightgbm==4.7.0
//   npm run setup && node bench/classifiers.mjs --python python3
//
// --size 20000x64 (again for more; else all) and --only boosting (again for more) time a part. Without --python it prints
// its own lines alone. --threads 2 gives that many to the peers; ours take one, and all seconds are then elapsed ones. With
// --plain it runs as where WebAssembly is forbidden, on the plain loops.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import {
  histogramGradientBoosting,
  kNearestNeighbours,
  logisticRegression,
  randomForest,
  ridgeClassifier,
  scorePredictions,
} from "../dist/index.js";
import { madeTable } from "../test/golden/integer-data.mjs";

/**
 * @typedef {{ rows: number, columns: number, classes: number, trees: number, neighbourRows: number }} Size
 * @typedef {{ peer: string, task: string, fit: number, predict: number, accuracy: number, auc: number | null }} Result
 */

const HELD_OUT = 10_000;
/** Rows of a fit before the timed one: kernels and loops are compiled at their first use, which a comparison of many fits does once. */
const WARM = 2_000;
/**
 * A thousand columns, most of which tell nothing, are hard for neighbours. Trees of a forest and rows of leave-one-out are
 * fewer where all of them would take many minutes.
 */
const SIZES = [
  { rows: 20_000, columns: 64, classes: 2, trees: 100, neighbourRows: 20_000 },
  { rows: 20_000, columns: 64, classes: 5, trees: 100, neighbourRows: 20_000 },
  { rows: 5_000, columns: 1_000, classes: 3, trees: 100, neighbourRows: 5_000 },
  { rows: 46_000, columns: 208, classes: 2, trees: 20, neighbourRows: 10_000 },
  { rows: 100_000, columns: 300, classes: 2, trees: 10, neighbourRows: 10_000 },
];

/** Every twentieth row is positive; of more classes, all are as frequent. @param {Size} size */
function data({ rows, columns, classes }) {
  const shape = { rows: rows + HELD_OUT, columns, classes, informative: 16, clusters: 4, spread: 0.5 };
  const { values, labels } = madeTable({ ...shape, rare: classes === 2 ? 11 : 0, flip: 4, missing: 0, seed: 7 });
  const names = Array.from({ length: columns }, (_, j) => `f${j}`);
  const table = (/** @type {number} */ from, /** @type {number} */ to) => ({
    x: { values: values.subarray(from * columns, to * columns), names, rows: to - from },
    labels: labels.subarray(from, to),
  });
  return { values, labels, train: table(0, rows), test: table(rows, rows + HELD_OUT), table };
}

/** @param {Size} size */
function tasks(size) {
  return {
    boosting: histogramGradientBoosting({ earlyStopping: false }),
    logistic: logisticRegression({ C: 1 }),
    "logistic, C chosen": logisticRegression(),
    ridge: ridgeClassifier(),
    forest: randomForest({ trees: size.trees }),
    neighbours: kNearestNeighbours(),
  };
}

/** Of processor time, or elapsed if the peers take several threads. */
const seconds = () =>
  threads > 1 ? performance.now() / 1e3 : process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6;

/** @param {string} task @param {Size} size @param {ReturnType<typeof data>} sets @returns {Result} */
function time(task, size, sets) {
  const classifier = tasks(size)[/** @type {keyof ReturnType<typeof tasks>} */ (task)];
  const { x, labels } = task === "neighbours" ? sets.table(0, size.neighbourRows) : sets.train;
  const warm = sets.table(0, Math.min(WARM, x.rows));
  classifier.fit(warm.x, warm.labels, size.classes).predictProba(warm.x);
  const fits = [];
  let fitted = classifier.fit(warm.x, warm.labels, size.classes);
  do {
    const start = seconds();
    fitted = classifier.fit(x, labels, size.classes);
    fits.push(seconds() - start);
  } while (fits.length < 3 && fits[0] < 1);
  const fit = fits.sort((a, b) => a - b)[fits.length >> 1];
  const between = seconds();
  const shares = fitted.predictProba(sets.test.x);
  const end = seconds();
  const predicted = fitted.predict(sets.test.x);
  const truth = { labels: sets.test.labels, classCount: size.classes };
  const scores = scorePredictions({ ...truth, predicted, probabilities: shares });
  const auc = size.classes === 2 ? scores.rocAuc : null;
  return { peer: "Undertone", task, fit, predict: end - between, accuracy: scores.accuracy ?? 0, auc };
}

/** @param {string} python @param {Size} size @param {ReturnType<typeof data>} sets @param {string[]} only @returns {Result[]} */
function peers(python, size, sets, only) {
  const folder = mkdtempSync(join(tmpdir(), "classifiers-"));
  writeFileSync(join(folder, "values"), sets.values);
  writeFileSync(join(folder, "labels"), sets.labels);
  const script = fileURLToPath(new URL("classifiers.py", import.meta.url));
  const { OPENBLAS_CORETYPE: _, OPENBLAS_L2_SIZE: __, ...env } = process.env; // they slow a current numpy
  const found = spawnSync(
    python,
    [script, folder, JSON.stringify({ ...size, heldOut: HELD_OUT, warm: WARM, only, threads })],
    {
      env: { ...env, OMP_NUM_THREADS: `${threads}`, OPENBLAS_NUM_THREADS: `${threads}` },
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  rmSync(folder, { recursive: true });
  if (found.status !== 0) process.exit(found.status ?? 1);
  return found.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

const { values: flags } = parseArgs({
  options: {
    python: { type: "string" },
    size: { type: "string", multiple: true },
    only: { type: "string", multiple: true },
    plain: { type: "boolean" },
    threads: { type: "string", default: "1" },
  },
});
const threads = Number(flags.threads);
if (!(Number.isInteger(threads) && threads > 0)) throw new Error(`--threads is ${flags.threads}, expected 1 or more`);
if (flags.plain) Reflect.deleteProperty(globalThis, "WebAssembly");
console.log("| task | | fit, s | predict 10,000, s | accuracy | AUC |");
console.log("|---|---|---|---|---|---|");
for (const size of SIZES) {
  if (flags.size && !flags.size.includes(`${size.rows}x${size.columns}`)) continue;
  const only = flags.only ?? Object.keys(tasks(size));
  const sets = data(size);
  const found = only.map((task) => time(task, size, sets));
  if (flags.python) found.push(...peers(flags.python, size, sets, only));
  for (const task of only)
    for (const { peer, fit, predict, accuracy, auc } of found.filter((one) => one.task === task)) {
      const rows = task === "neighbours" ? size.neighbourRows : size.rows;
      const what = `${task}, ${rows} x ${size.columns}, ${size.classes} classes`;
      const area = auc === null ? "" : auc.toFixed(4);
      console.log(
        `| ${what} | ${peer} | ${fit.toFixed(2)} | ${predict.toFixed(2)} | ${accuracy.toFixed(4)} | ${area} |`,
      );
    }
}
