// @ts-check
// How well classifiers do with each feature set on public archives: official splits, default settings, nothing tuned
// for any set. Every (set, seed) is one JSON line; run again, it goes on where it stopped. See --help.
import { appendFileSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  encode,
  fit,
  fitPca,
  fitRandomConvolutions,
  fitReadOuts,
  kNearestNeighbours,
  loadEngine,
  logisticRegression,
  randomForest,
  rawFeatures,
  rawLength,
  ridgeClassifier,
  statisticsFeatures,
  transformPca,
  transformRandomConvolutions,
  untrained,
} from "../dist/index.js";
import { readSource } from "../dist/node.js";

/** @typedef {import("../dist/index.js").FeatureTable} Table */
/** @typedef {import("../dist/index.js").SequenceSet} SequenceSet */
/** @typedef {{ train: Table, test: Table }} Pair */

const { values: flags } = parseArgs({
  options: {
    data: { type: "string", default: "../shared/data" },
    out: { type: "string", default: "accuracy.jsonl" },
    sets: { type: "string" },
    seeds: { type: "string", default: "1,2,3" },
    threads: { type: "string" },
    textbook: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (flags.help) {
  console.log(`npm run bench:accuracy -- [options]

  --data FOLDER   holds ucr/NAME and uea/NAME (default ../shared/data)
  --out FILE      JSON lines; what is there already is not run again (default accuracy.jsonl)
  --sets A,B,...  only these
  --seeds 1,2,3   of weights, batches, views and random convolutions
  --threads N     for training and encoding (default: one for each core)
  --textbook      the recipes simple and denoising too, in lines of their own

Then: node bench/accuracy-summary.mjs accuracy.jsonl [--write docs/accuracy.md]`);
  process.exit(0);
}

const engine = await loadEngine();
const threads = flags.threads === undefined ? undefined : Number(flags.threads);
const sets = ["ucr", "uea"].flatMap((archive) =>
  readdirSync(join(flags.data, archive), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({ archive, name })),
);
const chosen = flags.sets?.split(",");
const done = new Set(
  (existsSync(flags.out) ? readFileSync(flags.out, "utf8").trim().split("\n") : [])
    .filter(Boolean)
    .map((line) => JSON.parse(line))
    .map(({ set, seed, textbook }) => `${set} ${seed} ${textbook}`),
);

for (const seed of flags.seeds.split(",").map(Number))
  for (const { archive, name } of sets) {
    if (chosen && !chosen.includes(name)) continue;
    if (done.has(`${name} ${seed} ${flags.textbook}`)) continue;
    const started = performance.now();
    const source = await readSource(join(flags.data, archive, name), {});
    const { train, test } = source;
    if (!test) throw new Error(`${name} has no test part.`);
    const line = {
      ...{ set: name, archive, seed, textbook: flags.textbook, engine: engine.name },
      ...{ train: train.ids.length, test: test.ids.length, classes: train.classNames?.length },
      .../** @type {{ accuracy: Record<string, number>, seconds: Record<string, number> }} */ (
        flags.textbook ? await textbook(train, test, seed) : await compareSets(train, test, seed)
      ),
      total: (performance.now() - started) / 1000,
    };
    appendFileSync(flags.out, `${JSON.stringify(line)}\n`);
    console.log(`${name} seed ${seed}: ${line.total.toFixed(0)} s`);
  }

/** @param {SequenceSet} train @param {SequenceSet} test */
function judge(train, test) {
  const labels = /** @type {Int32Array} */ (train.labels);
  const expected = /** @type {Int32Array} */ (test.labels);
  const classes = /** @type {readonly string[]} */ (train.classNames).length;
  /** @param {Float64Array} scores */
  const accuracyOf = (scores) => {
    let hits = 0;
    expected.forEach((label, n) => {
      let best = 0;
      for (let c = 1; c < classes; c++) if (scores[n * classes + c] > scores[n * classes + best]) best = c;
      if (best === label) hits++;
    });
    return hits / expected.length;
  };
  return {
    accuracyOf,
    /** @param {import("../dist/index.js").Classifier} classifier @param {Pair} pair */
    scores: (classifier, pair) => classifier.fit(pair.train, labels, classes).predictProba(pair.test),
  };
}

/** @param {SequenceSet} train @param {SequenceSet} test @param {number} seed */
async function compareSets(train, test, seed) {
  const { accuracyOf, scores } = judge(train, test);
  /** @type {Record<string, number>} */
  const accuracy = {};
  /** @type {Record<string, number>} */
  const seconds = {};
  /** @type {Record<string, Float64Array>} */
  const kept = {};
  const ridge = ridgeClassifier();
  /** @template R @param {string} name @param {() => R | Promise<R>} work @returns {Promise<R>} */
  const timed = async (name, work) => {
    const from = performance.now();
    const result = await work();
    seconds[name] = (seconds[name] ?? 0) + (performance.now() - from) / 1000;
    return result;
  };
  /** Components keep their scale: the small ones would be noise at the size of the large ones. */
  const unscaled = ridgeClassifier({ standardise: false });
  /** @param {string} name @param {Pair} pair */
  const byRidge = async (name, pair, classifier = ridge) => {
    kept[name] = await timed(name, () => scores(classifier, pair));
    accuracy[name] = accuracyOf(kept[name]);
  };
  /** @param {string} name @param {string[]} parts */
  const average = (name, ...parts) => {
    accuracy[name] = accuracyOf(
      kept[parts[0]].map((_, k) => parts.reduce((sum, part) => sum + kept[part][k], 0)),
    );
  };

  const T = rawLength(train);
  const raw = { train: rawFeatures(train, T, "stretch"), test: rawFeatures(test, T, "stretch") };
  if (seed === 1) {
    await byRidge("raw", raw);
    const others = { logistic: logisticRegression(), knn: kNearestNeighbours(), forest: randomForest() };
    for (const [name, classifier] of Object.entries(others))
      accuracy[`raw ${name}`] = accuracyOf(await timed(`raw ${name}`, () => scores(classifier, raw)));
    await byRidge("statistics", { train: statisticsFeatures(train), test: statisticsFeatures(test) });
    const pca = fitPca(raw.train, 64);
    await byRidge(
      "pca",
      { train: transformPca(pca, raw.train), test: transformPca(pca, raw.test) },
      unscaled,
    );
  }
  const features = train.ids.length > 3000 ? 1000 : 10_000; // ridge takes rows x columns x the smaller of both
  const convolutions = await timed("convolutions", () => {
    const state = fitRandomConvolutions(train, { features, seed });
    return {
      train: transformRandomConvolutions(state, train),
      test: transformRandomConvolutions(state, test),
    };
  });
  await byRidge("convolutions", convolutions);

  for (const [name, recipe] of [
    ["untrained", "default"],
    ["latent", "default"],
    ["label-aware", "label-aware"],
  ]) {
    const options = { recipe, threads, train: { seed } };
    const model = await timed(name, async () => {
      const fitted =
        name === "untrained" ? untrained(engine, train, options) : await fit(engine, train, options);
      return fitReadOuts(engine, fitted, train, { compact: false, threads, seed });
    });
    const wide = await timed(name, async () => ({
      train: await encode(engine, model, train, { readOut: "wide", threads }),
      test: await encode(engine, model, test, { readOut: "wide", threads }),
    }));
    await byRidge(`${name} wide`, wide);
    await byRidge(`${name} narrow`, mapPair(wide, narrow));
    const pca = fitPca(wide.train, 64, { standardise: true });
    await byRidge(
      `${name} compact`,
      mapPair(wide, (table) => transformPca(pca, table)),
    );
    average(`average(${name}, convolutions)`, `${name} wide`, "convolutions");
  }
  average("average(latent, label-aware, convolutions)", "latent wide", "label-aware wide", "convolutions");
  return { accuracy, seconds };
}

/** The textbook recipes as they are. @param {SequenceSet} train @param {SequenceSet} test @param {number} seed */
async function textbook(train, test, seed) {
  const { accuracyOf, scores } = judge(train, test);
  /** @type {Record<string, number>} */
  const accuracy = {};
  /** @type {Record<string, number>} */
  const seconds = {};
  for (const recipe of ["simple", "denoising", "masked"]) {
    const from = performance.now();
    const model = await fit(engine, train, { recipe, threads, train: { seed } });
    for (const readOut of /** @type {const} */ (["last", "pooled"])) {
      const pair = {
        train: await encode(engine, model, train, { readOut, threads }),
        test: await encode(engine, model, test, { readOut, threads }),
      };
      accuracy[`${recipe} ${readOut}`] = accuracyOf(scores(ridgeClassifier(), pair));
    }
    seconds[recipe] = (performance.now() - from) / 1000;
  }
  return { accuracy, seconds };
}

/** @param {Pair} pair @param {(table: Table) => Table} change @returns {Pair} */
function mapPair(pair, change) {
  return { train: change(pair.train), test: change(pair.test) };
}

/** The columns of `wide` that the read-out `narrow` has. @param {Table} table @returns {Table} */
function narrow({ values, names, rows }) {
  const columns = names.flatMap((name, k) => (/^(mean|max|std|min|last)_/.test(name) ? [k] : []));
  return {
    values: Float32Array.from(
      { length: rows * columns.length },
      (_, k) => values[Math.floor(k / columns.length) * names.length + columns[k % columns.length]],
    ),
    names: columns.map((k) => names[k]),
    rows,
  };
}
