// @ts-check
// Feature tables of both parts of a data set.

import {
  encode,
  fitAutoencoder,
  fitPca,
  fitRandomConvolutions,
  fitReadOuts,
  rawFeatures,
  rawLength,
  transformPca,
  transformRandomConvolutions,
  untrainedAutoencoder,
} from "../../dist/index.js";
import { selectColumns } from "../../dist/inner.js";

/** @typedef {import("../../dist/index.js").FeatureTable} Table */
/** @typedef {import("../../dist/index.js").SequenceSet} SequenceSet */
/** @typedef {import("../../dist/index.js").Engine} Engine */
/** @typedef {import("../../dist/index.js").Model} Model */
/** @typedef {import("./sheet.mjs").Pair} Pair */
/** @typedef {{ train: SequenceSet, test: SequenceSet }} Parts */

/** Ridge takes rows x columns x the smaller of both: many minutes with all convolutions above so many rows. */
export const MANY_ROWS = 3000;
const CONVOLUTIONS = { few: 1000, usual: 10_000 };
const COMPONENTS = 64;

/** @param {Parts} parts @returns {Pair} */
export function rawTables({ train, test }) {
  const T = rawLength(train);
  return { train: rawFeatures(train, T, "stretch"), test: rawFeatures(test, T, "stretch") };
}

/** @param {Parts} parts @param {number} seed @returns {Pair} */
export function convolutionTables({ train, test }, seed) {
  const features = CONVOLUTIONS[train.ids.length > MANY_ROWS ? "few" : "usual"];
  const state = fitRandomConvolutions(train, { features, seed });
  return { train: transformRandomConvolutions(state, train), test: transformRandomConvolutions(state, test) };
}

/**
 * An encoder with the weights that it starts from, or trained.
 * @param {Engine} engine @param {SequenceSet} train
 * @param {{ learn: boolean, recipe: string, seed: number, threads: number | undefined }} options
 * @returns {Promise<Model>}
 */
export async function encoderOf(engine, train, { learn, recipe, seed, threads }) {
  const options = { recipe, threads, train: { seed } };
  return learn
    ? fitAutoencoder(engine, train, { ...options, readOuts: false })
    : untrainedAutoencoder(engine, train, options);
}

/**
 * The wide read-out of an encoder, fitted on the training part.
 * @param {Engine} engine @param {Model} encoder @param {Parts} parts
 * @param {{ seed: number, threads: number | undefined }} options
 * @returns {Promise<Pair>}
 */
export async function wideTables(engine, encoder, { train, test }, { seed, threads }) {
  const model = await fitReadOuts(engine, encoder, train, { compact: false, threads, seed });
  return {
    train: await encode(engine, model, train, { readOut: "wide", threads }),
    test: await encode(engine, model, test, { readOut: "wide", threads }),
  };
}

/** 64 principal components, fitted on all training series. @param {Pair} pair @param {boolean} standardise */
export function components({ train, test }, standardise) {
  const pca = fitPca(train, COMPONENTS, { standardise, whiten: "half" });
  return { train: transformPca(pca, train), test: transformPca(pca, test) };
}

/** The columns of the wide read-out that another one has. @param {Pair} pair @param {"narrow" | "levels"} readOut @returns {Pair} */
export function partOf({ train, test }, readOut) {
  const wanted = {
    narrow: /^(mean|max|std|min|last)_/,
    levels: /^(mean|last|ppv)_/,
  }[readOut];
  return { train: selectColumns(train, wanted), test: selectColumns(test, wanted) };
}
