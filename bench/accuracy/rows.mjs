// @ts-check
// The rows of the tables: feature sets and the classifiers that they are fed to, defaults of the library all.
import {
  encode,
  fitAutoencoder,
  kNearestNeighbours,
  logisticRegression,
  randomForest,
  ridgeClassifier,
  statisticsFeatures,
} from "../../dist/index.js";
import { copiesRows } from "./copies.mjs";
import { components, convolutionTables, encoderOf, partOf, rawTables, wideTables } from "./tables.mjs";

/** @typedef {import("./sheet.mjs").Sheet} Sheet */
/** @typedef {import("./tables.mjs").Parts} Parts */
/** @typedef {{ engine: import("../../dist/index.js").Engine, seed: number, threads: number | undefined, noisy?: boolean }} Setting */

/** Components keep their scale where rows are few, and not where they are many: each set tells by leave-one-out. */
const ridgeOfComponents = ridgeClassifier({ standardise: "auto" });

/** @param {Sheet} sheet @param {Parts} parts @param {Setting} setting */
export async function standardRows(sheet, parts, setting) {
  if (setting.seed === 1) await seedlessRows(sheet, parts);
  /** @type {Record<string, import("./tables.mjs").Table>} */
  const trained = {};
  await learnedRows(sheet, parts, setting, ridgeClassifier(), async (name, wide) => {
    trained[name] = wide.train;
    await sheet.judge(`${name} compact`, ridgeOfComponents, components(wide, true));
  });
  const { untrained, latent } = trained;
  sheet.select("select(untrained, latent) wide", { "untrained wide": untrained, "latent wide": latent });
}

/** Nothing in these draws anything that a seed names. @param {Sheet} sheet @param {Parts} parts */
async function seedlessRows(sheet, parts) {
  const raw = rawTables(parts);
  await sheet.judge("raw", ridgeClassifier(), raw);
  await sheet.judge("raw logistic", logisticRegression(), raw);
  await sheet.judge("raw knn", kNearestNeighbours(), raw);
  await sheet.judge("raw forest", randomForest(), raw);
  await sheet.judge("statistics", ridgeClassifier(), {
    train: statisticsFeatures(parts.train),
    test: statisticsFeatures(parts.test),
  });
  await sheet.judge("pca", ridgeOfComponents, components(raw, false));
}

/** What a changed problem is run with. @param {Sheet} sheet @param {Parts} parts @param {Setting & { rare: boolean }} setting */
export async function modeRows(sheet, parts, setting) {
  /** @type {{ classWeight: import("../../dist/index.js").ClassWeight }} */
  const options = { classWeight: setting.rare ? "balanced" : "none" };
  const raw = rawTables(parts);
  await sheet.judge("raw", ridgeClassifier(options), raw);
  await sheet.judge("raw knn", kNearestNeighbours(options), raw);
  await sheet.judge("raw forest", randomForest({ ...options, seed: setting.seed }), raw);
  await learnedRows(sheet, parts, setting, ridgeClassifier(options), async (name, _, encoder) => {
    if (name === "robust") await copiesRows(sheet, parts, setting, encoder);
  });
}

/**
 * Random convolutions, the encoder untrained and trained, and averages with convolutions.
 * @param {Sheet} sheet @param {Parts} parts @param {Setting} setting
 * @param {import("../../dist/index.js").Classifier} ridge
 * @param {(name: string, wide: import("./sheet.mjs").Pair, encoder: import("./tables.mjs").Model) => Promise<void>} [more]
 */
async function learnedRows(sheet, parts, { engine, seed, threads, noisy }, ridge, more) {
  const robust = noisy ? [["robust", "robust"]] : [];
  const convolutions = await sheet.timed("convolutions", () => convolutionTables(parts, seed));
  await sheet.judge("convolutions", ridge, convolutions);
  for (const [name, recipe] of [
    ["untrained", "default"],
    ["latent", "default"],
    ["label-aware", "label-aware"],
    ...robust,
  ]) {
    const options = { learn: name !== "untrained", recipe, seed, threads };
    const encoder = await sheet.timed(name, () => encoderOf(engine, parts.train, options));
    const wide = await sheet.timed(name, () => wideTables(engine, encoder, parts, options));
    await sheet.judge(`${name} wide`, ridge, wide);
    await sheet.judge(`${name} narrow`, ridge, partOf(wide, "narrow"));
    if (noisy) await sheet.judge(`${name} levels`, ridge, partOf(wide, "levels"));
    await more?.(name, wide, encoder);
    sheet.average(`average(${name}, convolutions)`, `${name} wide`, "convolutions");
  }
  sheet.average("average(latent, label-aware, convolutions)", ...["latent wide", "label-aware wide", "convolutions"]);
}

/** The textbook recipes as they are. @param {Sheet} sheet @param {Parts} parts @param {Setting} setting */
export async function textbookRows(sheet, { train, test }, { engine, seed, threads }) {
  for (const recipe of ["simple", "denoising", "masked"]) {
    const model = await sheet.timed(recipe, () =>
      fitAutoencoder(engine, train, { recipe, threads, train: { seed }, readOuts: false }),
    );
    for (const readOut of /** @type {const} */ (["last", "pooled"])) {
      const pair = await sheet.timed(recipe, async () => ({
        train: await encode(engine, model, train, { readOut, threads }),
        test: await encode(engine, model, test, { readOut, threads }),
      }));
      await sheet.judge(`${recipe} ${readOut}`, ridgeClassifier(), pair);
    }
  }
}
