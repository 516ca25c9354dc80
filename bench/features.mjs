// @ts-check
// Figures of docs/features-baselines.md, from dist/ (run `npm run setup` first):
//   node bench/features.mjs convolutions DATA/ucr NAME...     MiniRocket and ridge, three seeds
//   node bench/features.mjs aggregates transactions.csv.gz    card transactions, forward in time, logistic regression
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { createGunzip } from "node:zlib";

// typed by the sources, so that checking this file needs no built dist/
const built = (/** @type {string} */ file) => import(new URL(`../dist/${file}`, import.meta.url).href);
const {
  aggregateFeatures,
  averagePrecision,
  countOf,
  fitRandomConvolutions,
  logisticRegression,
  ridgeClassifier,
  transformRandomConvolutions,
} = /** @type {typeof import("../src/index.js")} */ (await built("index.js"));
const { readSource } = /** @type {typeof import("../src/node.js")} */ (await built("node.js"));

const DAY = 86400;
const [what, path, ...names] = process.argv.slice(2);
if (what === "convolutions" && names.length > 0) await convolutions(path, names);
else if (what === "aggregates" && path) await aggregates(path);
else {
  console.error("usage: node bench/features.mjs convolutions FOLDER NAME... | aggregates FILE");
  process.exitCode = 2;
}

/** @param {string} folder @param {string[]} names */
async function convolutions(folder, names) {
  console.log("set, accuracy (mean of seeds 1, 2, 3), seconds of features, seconds of ridge");
  const means = [];
  for (const name of names) {
    const { train, test } = await readSource(join(folder, name));
    if (!test || !train.labels || !test.labels || !train.classNames) throw new Error(`${name}: no labelled split`);
    const { labels } = test;
    let features = 0;
    let ridge = 0;
    let accuracy = 0;
    for (const seed of [1, 2, 3]) {
      let started = performance.now();
      const state = fitRandomConvolutions(train, { seed });
      const x = transformRandomConvolutions(state, train);
      const z = transformRandomConvolutions(state, test);
      features += (performance.now() - started) / 3000;
      started = performance.now();
      const predicted = ridgeClassifier().fit(x, train.labels, train.classNames.length).predict(z);
      ridge += (performance.now() - started) / 3000;
      accuracy += predicted.filter((label, n) => label === labels[n]).length / countOf(test) / 3;
    }
    means.push(accuracy);
    console.log(`${name}, ${accuracy.toFixed(4)}, ${features.toFixed(2)}, ${ridge.toFixed(2)}`);
  }
  console.log(`mean, ${(means.reduce((sum, value) => sum + value, 0) / means.length).toFixed(4)}`);
}

/** @param {string} file */
async function aggregates(file) {
  const events = await transactions(file);
  const N = events.times.length;
  const started = performance.now();
  const table = aggregateFeatures(events, {
    entityName: "customer",
    secondName: "terminal",
    labelDelay: 7 * DAY,
  });
  console.log(`${N} events, ${table.names.length} columns in ${((performance.now() - started) / 1000).toFixed(2)} s`);

  // own fields; then the aggregates, their amounts and counts as logarithms, which suits a linear model
  const own = ["log_amount", "hour_sin", "hour_cos", "weekend"];
  const fields = new Float32Array(4 * N);
  for (let i = 0; i < N; i++) {
    const angle = (2 * Math.PI * (events.times[i] % DAY)) / DAY;
    const day = new Date(1000 * events.times[i]).getUTCDay();
    fields.set([Math.log1p(events.amounts[i]), Math.sin(angle), Math.cos(angle), Number(day % 6 === 0)], 4 * i);
  }
  const C = table.names.length;
  const isLabel = (/** @type {string} */ name) => /_(known|positive|share)_/.test(name);
  const customer = table.names.filter((name) => name.startsWith("customer") && !isLabel(name));
  const terminal = table.names.filter((name) => name.startsWith("terminal") && !isLabel(name));
  const late = table.names.filter((name) => name.startsWith("terminal") && isLabel(name));
  const customerLate = table.names.filter((name) => name.startsWith("customer") && isLabel(name));
  const steps = [
    { name: "own fields", columns: [] },
    { name: "+ the customer's aggregates", columns: customer },
    { name: "+ the terminal's, without labels", columns: [...customer, ...terminal] },
    { name: "+ the terminal's late labels", columns: [...customer, ...terminal, ...late] },
    { name: "+ the customer's late labels", columns: [...customer, ...terminal, ...late, ...customerLate] },
  ];
  // a month of history first, then three months to train on, a week for labels to come in, test
  const origin = events.times[0];
  const day = (/** @type {number} */ i) => (events.times[i] - origin) / DAY;
  const all = Array.from({ length: N }, (_, i) => i);
  const train = all.filter((i) => day(i) >= 30 && day(i) < 120);
  const test = all.filter((i) => day(i) >= 127);
  const labelsOf = (/** @type {number[]} */ rows) => Int32Array.from(rows, (i) => events.labels[i]);
  const count = (/** @type {number[]} */ rows) => rows.filter((i) => events.labels[i] === 1).length;
  console.log(`train ${train.length} (${count(train)} frauds), test ${test.length} (${count(test)} frauds)`);
  for (const { name, columns } of steps) {
    const at = columns.map((column) => table.names.indexOf(column));
    const width = 4 + at.length;
    const part = (/** @type {number[]} */ rows) => {
      const values = new Float32Array(rows.length * width);
      rows.forEach((i, r) => {
        values.set(fields.subarray(4 * i, 4 * i + 4), r * width);
        at.forEach((c, k) => {
          const value = table.values[i * C + c];
          values[r * width + 4 + k] = /_share_/.test(table.names[c])
            ? value
            : Math.sign(value) * Math.log1p(Math.abs(value));
        });
      });
      return { values, names: [...own, ...columns], rows: rows.length };
    };
    const [x, z] = [part(train), part(test)];
    const fitted = logisticRegression().fit(x, labelsOf(train), 2);
    const isFraud = test.map((i) => events.labels[i] === 1);
    const scores = fitted.predictProba(z).filter((_, k) => k % 2 === 1);
    console.log(`${name} (${width} columns): average precision ${averagePrecision(scores, isFraud)?.toFixed(3)}`);
  }
}

/** @param {string} file */
async function transactions(file) {
  const lines = createInterface({ input: createReadStream(file).pipe(createGunzip()) });
  /** @type {number[]} */ const times = [];
  /** @type {string[]} */ const entities = [];
  /** @type {string[]} */ const secondEntities = [];
  /** @type {number[]} */ const amounts = [];
  /** @type {number[]} */ const labels = [];
  for await (const line of lines) {
    const [, time, customer, terminal, amount, fraud] = line.split(",");
    if (time === "time") continue;
    times.push(Date.parse(`${time}Z`) / 1000);
    entities.push(customer);
    secondEntities.push(terminal);
    amounts.push(Number(amount));
    labels.push(Number(fraud));
  }
  return { times: Float64Array.from(times), entities, secondEntities, amounts, labels };
}
