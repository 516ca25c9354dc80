// @ts-check
// Writes predictor files of the present format, the data that they were fitted on, and what they must score, for
// test/predict/golden-predictors.test.ts:
//   npm run setup && node test/golden/predictors.mjs
// Run it once for each new version of the format. Files of released versions are never written again: whatever this
// library becomes, it must load them and give the scores beside them. The script refuses to write over one.
import { existsSync, writeFileSync } from "node:fs";
import { loadEngine } from "undertone";
import { detectFile, fitDetectorFile, fitPredictorFile, predictFile } from "undertone/node";

/** Of the format: PREDICTOR_VERSION of src/predict/container.ts. */
const VERSION = "v1";
const folder = new URL("predictors/", import.meta.url);
const engine = await loadEngine("reference");

/** Numbers in [0, 1), by a linear congruential generator. */
let state = 7;
const draw = () => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state / 2 ** 32;
};

const DAY = 86_400;
const events = Array.from({ length: 160 }, (_, n) => {
  const terminal = Math.floor(6 * draw());
  const fraud = terminal === 0 && draw() < 0.5 ? "yes" : "no";
  const time = Math.round(40 * DAY * draw());
  return [time, `c${n % 9}`, `t${terminal}`, (5 + 20 * draw()).toFixed(2), ["a", "b"][n % 2], fraud];
});
const series = Array.from({ length: 36 }, (_, n) => {
  const kind = n % 3;
  return Array.from({ length: 6 + (n % 4) }, (_, t) => [
    ...[`s${n}`, t, (kind === 0 ? t : kind === 1 ? 6 - t : 3 * draw()).toFixed(3)],
    ...[(n + t) % 7 === 0 ? "" : draw().toFixed(3), ["up", "down", "none"][kind], 20 + ((7 * n) % 50), "nsw"[n % 3]],
  ]);
}).flat();
const csv = (/** @type {string} */ head, /** @type {(string | number)[][]} */ rows) =>
  `${[head, ...rows.map((row) => row.join())].join("\n")}\n`;
write("events.csv", csv("time,customer,terminal,amount,kind,fraud", events));
write("series.csv", csv("series,step,x,y,class,age,site", series));

const ofEvents = { entity: "customer", time: "time", label: "fraud", window: 4, secondEntity: "terminal" };
const ofSeries = { entity: "series", time: "step", label: "class", static: ["age", "site"] };
const fit = { units: 3, threads: 0, train: { updates: 10, batchSize: 8 } };
await fitted("events", "aggregates", ofEvents, "average(aggregates, fields+surprise)", "boosting");
await fitted("series", "networks", ofSeries, "average(latent:levels+statics, pca)", "average(logistic, ridge)");
await fitted("series", "neighbours", ofSeries, "select(raw, statistics)", "knn");

await detector("series", "detector", ofSeries);

/** @param {string} data @param {string} name @param {object} reading */
async function detector(data, name, reading) {
  const path = (/** @type {string} */ file) => new URL(file, folder).pathname;
  const fitted = await fitDetectorFile(engine, path(`${data}.csv`), fresh(name), { reading, fit, falseAlarmRate: 0.1 });
  await detectFile(fitted, path(`${data}.csv`), path(`${VERSION}-${name}.csv`));
}

/** @param {string} name */
function fresh(name) {
  const output = new URL(`${VERSION}-${name}.undertone`, folder).pathname;
  if (existsSync(output)) throw new Error(`${output} is there already and stays as it is.`);
  return output;
}

/** @param {string} data @param {string} name @param {object} reading @param {string} features @param {string} classifier */
async function fitted(data, name, reading, features, classifier) {
  const path = (/** @type {string} */ file) => new URL(file, folder).pathname;
  const options = { reading, features: [features], classifier, fit };
  const predictor = await fitPredictorFile(engine, path(`${data}.csv`), fresh(name), options);
  await predictFile(predictor, path(`${data}.csv`), path(`${VERSION}-${name}.csv`));
}

/** @param {string} name @param {string} text */
function write(name, text) {
  writeFileSync(new URL(name, folder), text);
}
