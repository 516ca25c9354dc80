// @ts-check
// What is timed, and the files that hand it to every contender: one batch, one set of weights.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadEngine } from "../dist/index.js";
import {
  countFlops,
  createTrainingRun,
  decodeSafetensors,
  encodeCopies,
  encodeSafetensors,
  equalLengths,
  findRecipe,
  raggedLengths,
  randomSequences,
} from "../dist/inner.js";

/**
 * @typedef {object} Workload
 * @property {string} name
 * @property {"simple" | "denoising"} recipe
 * @property {number} F
 * @property {number} H units of the latent
 * @property {number[]} lengths steps of each sequence of the batch
 * @property {string} [twinOf] the workload that it is timed together with
 */

/** The shapes that are asked for again and again: T,B,F,H. */
export const SHAPES = ["100,32,1,64", "140,32,1,64", "100,128,8,128", "50,64,16,256", "200,32,3,128"];
const RAGGED = { B: 32, shortest: 10, longest: 200, F: 1, H: 64 };

/** @param {string} text T,B,F,H @returns {Workload} */
export function plain(text) {
  const [T, B, F, H] = text.split(",").map(Number);
  return { name: text, recipe: "simple", F, H, lengths: equalLengths(B, T) };
}

/** The whole denoising recipe, 128-64-64. @returns {Workload} */
export function denoising() {
  return { name: "denoising 100,32,1", recipe: "denoising", F: 1, H: 64, lengths: equalLengths(32, 100) };
}

/** A ragged batch, and one without raggedness whose sequences have its mean length. @returns {[Workload, Workload]} */
export function raggedPair() {
  const { B, shortest, longest, F, H } = RAGGED;
  const lengths = raggedLengths(B, shortest, longest);
  const mean = Math.round(lengths.reduce((a, b) => a + b) / B);
  const name = `ragged ${shortest}..${longest},${B},${F},${H}`;
  return [
    { name, recipe: "simple", F, H, lengths },
    { ...plain([mean, B, F, H].join()), twinOf: name },
  ];
}

/** @param {Workload} workload */
export function sizesOf({ recipe, F, H, lengths }) {
  const rows = lengths.reduce((a, b) => a + b, 0);
  const spec = findRecipe(recipe).build({ units: H });
  return {
    rows,
    encoded: lengths.length * encodeCopies(lengths.length), // sequences, in one run
    flops: countFlops(spec, { sequences: lengths.length, rows, features: F }),
  };
}

/**
 * Writes the batch and the weights of a workload; see bench/peers/peer.py for what is in the file.
 * @param {string} folder @param {Workload} workload @returns {Promise<string>} its path
 */
export async function writeJob(folder, workload) {
  const { recipe, F, H, lengths, name } = workload;
  const set = randomSequences(lengths, F);
  const spec = findRecipe(recipe).build({ units: H });
  const { weights } = await createTrainingRun(await loadEngine("wasm"), { spec, set });
  const path = join(folder, `${name.replaceAll(/[^\w]+/g, "-")}.safetensors`);
  const x = { shape: [set.values.length / F, F], data: set.values };
  const tensors = { x, lengths: { shape: [lengths.length], data: Float32Array.from(lengths) } };
  writeFileSync(path, encodeSafetensors({ ...tensors, ...weights() }, { recipe, units: `${H}` }));
  return path;
}

/** What `writeJob` wrote. @param {Uint8Array} bytes @param {string} path */
export function readJob(bytes, path) {
  const { tensors, metadata } = decodeSafetensors(bytes, path);
  const { x, lengths, ...weights } = tensors;
  const spec = findRecipe(metadata.recipe).build({ units: Number(metadata.units) });
  const set = randomSequences([...lengths.data], x.shape[1]);
  set.values.set(x.data);
  return { recipe: metadata.recipe, spec, set, weights };
}
