// @ts-check
// Times fit and predict of this package's classifiers where bench/boosting.py times scikit-learn's, on the same
// made data, and prints one JSON line for each: seconds of processor time (all threads of the process) and, for fit,
// on the clock too; the best of several rounds. Run both, one after the other:
//
//   npm run setup && node bench/boosting.mjs
//   pip install scikit-learn==1.9.1 && OMP_NUM_THREADS=1 python bench/boosting.py
//
// or node bench/boosting.mjs --python python3, which runs both in turn and prints a table. With --plain it runs as where
// WebAssembly is forbidden, on the plain loops.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { histogramGradientBoosting, kNearestNeighbours, randomForest } from "../dist/index.js";
import { madeTable } from "../test/golden/integer-data.mjs";

/** @typedef {{ task: string, fitSeconds: number, fitClock: number, predictSeconds: number, accuracy: number }} Result */

const common = { informative: 16, clusters: 4, spread: 0.5, rare: 0, flip: 13, missing: 0, seed: 7 };
const ROUNDS = 3;

/** @param {number} rows @param {number} columns @param {number} classes @param {number} trainRows */
function data(rows, columns, classes, trainRows) {
  const { values, labels } = madeTable({ ...common, rows, columns, classes });
  const names = Array.from({ length: columns }, (_, j) => `f${j}`);
  const cut = trainRows * columns;
  return {
    classes,
    train: { values: values.subarray(0, cut), names, rows: trainRows },
    trainLabels: labels.subarray(0, trainRows),
    test: { values: values.subarray(cut), names, rows: rows - trainRows },
    testLabels: labels.subarray(trainRows),
  };
}

function processorSeconds() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/**
 * @param {string} task @param {import("../dist/index.js").Classifier} classifier
 * @param {ReturnType<typeof data>} sets @param {number} rounds @returns {Result}
 */
function time(task, classifier, sets, rounds) {
  const result = { task, fitSeconds: Infinity, fitClock: Infinity, predictSeconds: Infinity, accuracy: 0 };
  for (let round = 0; round < rounds; round++) {
    const clock = performance.now();
    const start = processorSeconds();
    const fitted = classifier.fit(sets.train, sets.trainLabels, sets.classes);
    const between = processorSeconds();
    result.fitClock = Math.min(result.fitClock, (performance.now() - clock) / 1000);
    const predicted = fitted.predict(sets.test);
    result.fitSeconds = Math.min(result.fitSeconds, between - start);
    result.predictSeconds = Math.min(result.predictSeconds, processorSeconds() - between);
    result.accuracy = predicted.filter((c, i) => c === sets.testLabels[i]).length / predicted.length;
  }
  return result;
}

/** @returns {Result[]} */
function ours() {
  const two = data(40_000, 64, 2, 20_000);
  const five = data(40_000, 64, 5, 20_000);
  const wide = data(6_000, 1_000, 3, 5_000);
  const boosting = histogramGradientBoosting({ earlyStopping: false });
  return [
    time("boosting, 20000 x 64, 2 classes", boosting, two, ROUNDS),
    time("boosting, 20000 x 64, 5 classes", boosting, five, 2),
    time("random forest, 20000 x 64, 2 classes", randomForest(), two, 2),
    time("5 neighbours, 5000 x 1000", kNearestNeighbours({ k: 5 }), wide, 1),
    time("neighbours by leave-one-out, 5000 x 1000", kNearestNeighbours(), wide, 1),
  ];
}

const at = process.argv.indexOf("--python");
if (process.argv.includes("--plain")) Reflect.deleteProperty(globalThis, "WebAssembly");
const results = ours();
if (at < 0) for (const result of results) console.log(JSON.stringify(result));
else {
  const script = fileURLToPath(new URL("boosting.py", import.meta.url));
  const { OPENBLAS_CORETYPE: _, OPENBLAS_L2_SIZE: __, ...env } = process.env; // they slow a current numpy
  const peer = spawnSync(process.argv[at + 1], [script], {
    env: { ...env, OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1" },
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (peer.status !== 0) process.exit(peer.status ?? 1);
  /** @type {Result[]} */
  const theirs = peer.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const times = (/** @type {Result} */ { fitSeconds, fitClock, predictSeconds, accuracy }) =>
    `${fitSeconds.toFixed(2)} (${fitClock.toFixed(2)}) | ${predictSeconds.toFixed(2)} | ${accuracy.toFixed(4)}`;
  console.log("Seconds of processor time (on the clock).\n");
  console.log("| task | fit | predict | accuracy | scikit-learn: fit | predict | accuracy | fit, ratio |");
  console.log("|---|---|---|---|---|---|---|---|");
  for (const [i, result] of results.entries())
    console.log(
      `| ${result.task} | ${times(result)} | ${times(theirs[i])} | ${(theirs[i].fitSeconds / result.fitSeconds).toFixed(1)} |`,
    );
}
