// @ts-check
// TensorFlow.js on one of its backends, one thread: node tfjs.mjs cpu|wasm
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { encodeCopies } from "../../dist/inner.js";
import { readJob } from "../workloads.mjs";
import { CHECKED_STEPS, meanSize, serve } from "./serve.mjs";
import { loadTfjsPeer } from "./tfjs-peer.mjs";

const backend = /** @type {"cpu" | "wasm"} */ (process.argv[2]);
const folder = fileURLToPath(new URL("../peers", import.meta.url));
console.log = console.info = console.warn = console.error; // its greeting is no answer

/**
 * Ends the process with the reason where it cannot be loaded.
 * @param {import("../../dist/inner.js").SpeedShape} shape @param {Parameters<typeof loadTfjsPeer>[3]} [given]
 */
const open = (shape, given) =>
  loadTfjsPeer(shape, folder, backend, given).catch((error) => {
    console.error(error.message);
    process.exit(1);
  });

const tiny = await open({ T: 1, B: 1, F: 1, H: 1 });
tiny.dispose();
await serve(tiny.name.replace(/tfjs-\w+/, "TensorFlow.js"), async (path) => {
  const { set, weights } = readJob(readFileSync(path), path);
  const [F, G] = weights["encoder.0.kernel"].shape;
  const B = set.offsets.length - 1;
  const peer = await open({ T: set.offsets[1], B, F, H: G / 4 }, { weights, x: set.values });
  const latent = meanSize(await peer.encode());
  const losses = [];
  for (let k = 0; k < CHECKED_STEPS; k++) {
    await peer.step();
    losses.push(peer.loss);
  }
  const encode = async () => {
    for (let copy = 0; copy < encodeCopies(B); copy++) await peer.encode();
  };
  return { train: peer.step, encode, check: { latent, losses }, setting: "", dispose: peer.dispose };
});
