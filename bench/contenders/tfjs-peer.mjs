// @ts-check
// The layers of the recipe `simple` in TensorFlow.js, ready to train.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** @typedef {import("../../dist/inner.js").SpeedShape} SpeedShape */
/** @typedef {Record<string, { shape: readonly number[], data: Float32Array | Float64Array }>} Weights */

const PACKAGES = ["@tensorflow/tfjs", "@tensorflow/tfjs-backend-wasm"];

/**
 * Builds our training step in TensorFlow.js, one thread.
 * @param {SpeedShape} shape
 * @param {string} folder where the packages are looked for, as `import` would from a file in it
 * @param {"cpu" | "wasm"} backend
 * @param {{ weights?: Weights, x?: Float32Array }} given named as in our models; default its own draws. x [B, T, F];
 *   default standard normal numbers
 * @throws {Error} if it is not installed, or does not run as it should
 */
export async function loadTfjsPeer({ T, B, F, H }, folder, backend, { weights, x: given } = {}) {
  const require = createRequire(join(folder, "/"));
  const { tf, wasm, wasmFolder } = packagesOf(require, folder);
  if (tf.getBackend() !== backend) {
    wasm.setThreadsCount(1);
    wasm.setWasmPaths(join(wasmFolder, "wasm-out", "/"));
    await tf.setBackend(backend);
    await tf.ready();
  }
  const simd = backend === "cpu" || (await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT"));
  if (tf.getBackend() !== backend || !simd)
    throw new Error(
      `TensorFlow.js ${tf.version_core} does not run on ${backend === "cpu" ? "its plain backend" : "WebAssembly with SIMD"} here ` +
        `(backend "${tf.getBackend()}"), so a comparison would flatter.`,
    );

  const { lstm, repeatVector, timeDistributed, dense } = tf.layers;
  // Not orthogonal, the default, only because that one is slow to start; the step does the same work.
  const recurrentInitializer = "glorotUniform";
  // Its default is a piecewise linear "hardSigmoid", which is another model.
  const cells = { units: H, recurrentActivation: "sigmoid", recurrentInitializer };
  const encoder = lstm({ ...cells, inputShape: [T, F] });
  const decoder = lstm({ ...cells, returnSequences: true });
  const head = timeDistributed({ layer: dense({ units: F }) });
  const model = tf.sequential({ layers: [encoder, repeatVector({ n: T }), decoder, head] });
  const encoderModel = tf.sequential({ layers: [encoder] });
  model.compile({ optimizer: tf.train.adam(1e-3, 0.9, 0.999, 1e-7), loss: "meanSquaredError" });
  if (weights) setWeights(tf, weights, { encoder, decoder, head });
  const x = given ? tf.tensor(given, [B, T, F]) : tf.randomNormal([B, T, F], 0, 1, "float32", 1);

  let loss = Number.NaN;
  return {
    name: `tfjs-${backend} ${tf.version_core}`,
    /** Trains on one batch and returns its milliseconds. */
    async step() {
      const started = performance.now();
      loss = Number(await model.trainOnBatch(x, x)); // waits for the number, so for the work
      if (!Number.isFinite(loss)) throw new Error(`TensorFlow.js: the loss is ${loss}, so its time means nothing.`);
      return performance.now() - started;
    },
    /** @returns {Promise<Float32Array>} [B, H] */
    async encode() {
      const latent = encoderModel.predictOnBatch(x);
      const values = await latent.data();
      latent.dispose();
      return values;
    },
    /** Loss of the last `step`, before it. */
    get loss() {
      return loss;
    },
    dispose() {
      model.dispose();
      x.dispose();
    },
  };
}

/** @param {NodeJS.Require} require @param {string} folder */
function packagesOf(require, folder) {
  try {
    const wasmFolder = dirname(require.resolve(`${PACKAGES[1]}/package.json`));
    return { tf: require(PACKAGES[0]), wasm: require(PACKAGES[1]), wasmFolder };
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== "MODULE_NOT_FOUND") throw error;
    throw new Error(
      `not installed: TensorFlow.js is missing in ${folder}. To compare, run "npm i ${PACKAGES.join(" ")}" there (300 MB).`,
    );
  }
}

/**
 * TensorFlow.js has Keras' layout, and so do we.
 * @param {any} tf @param {Weights} weights @param {Record<"encoder" | "decoder" | "head", any>} layers
 */
function setWeights(tf, weights, layers) {
  /** @param {string} layer @param {readonly string[]} names */
  const tensors = (layer, names) =>
    names.map((name) => tf.tensor(weights[`${layer}.${name}`].data, weights[`${layer}.${name}`].shape));
  const lstm = ["kernel", "recurrentKernel", "bias"];
  layers.encoder.setWeights(tensors("encoder.0", lstm));
  layers.decoder.setWeights(tensors("decoder.1", lstm));
  layers.head.setWeights(tensors("decoder.2", ["kernel", "bias"]));
}
