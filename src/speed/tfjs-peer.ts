import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { EngineError } from "../errors.js";
import type { SpeedShape } from "./workload.js";

export type TfjsBackend = "cpu" | "wasm";

/** The layers of the recipe `simple` in TensorFlow.js, ready to train; or why they are not there. */
export type TfjsPeer =
  | {
      installed: true;
      /** "tfjs-wasm 4.22.0" */
      name: string;
      /** Trains on one batch and returns its milliseconds. */
      step(): Promise<number>;
      /** [B, H] */
      encode(): Promise<Float32Array>;
      /** Loss of the last `step`, before it. */
      readonly loss: number;
      dispose(): void;
    }
  | { installed: false; message: string };

export interface TfjsOptions {
  /** Where the packages are looked for, as `import` would from a file in it; default the current folder. */
  folder?: string;
  backend?: TfjsBackend;
  /** Named as in our models; default TensorFlow.js's own draws. */
  weights?: Record<string, { shape: readonly number[]; data: Float32Array }>;
  /** [B, T, F]; default standard normal numbers. */
  x?: Float32Array;
  /** Steps before the first that is told; default 2. */
  warmUp?: number;
}

/** What is used of the two packages; they are never a dependency, so their own types may not be there. */
interface Tf {
  version_core: string;
  setBackend(name: string): Promise<boolean>;
  getBackend(): string;
  ready(): Promise<void>;
  env(): { getAsync(flag: string): Promise<unknown> };
  randomNormal(shape: number[], mean: number, deviation: number, type: string, seed: number): TfTensor;
  tensor(data: Float32Array, shape: readonly number[]): TfTensor;
  sequential(config?: { layers: TfLayer[] }): TfModel;
  layers: Record<"lstm" | "repeatVector" | "timeDistributed" | "dense", (config: object) => TfLayer>;
  train: { adam(rate: number, beta1: number, beta2: number, epsilon: number): unknown };
}

interface TfTensor {
  data(): Promise<Float32Array>;
  dispose(): void;
}

interface TfLayer {
  setWeights(weights: TfTensor[]): void;
}

interface TfModel {
  compile(config: { optimizer: unknown; loss: string }): void;
  trainOnBatch(x: TfTensor, y: TfTensor): Promise<number | number[]>;
  predictOnBatch(x: TfTensor): TfTensor;
  dispose(): void;
}

interface TfWasm {
  setWasmPaths(folder: string): void;
  setThreadsCount(threads: number): void;
}

const PACKAGES = ["@tensorflow/tfjs", "@tensorflow/tfjs-backend-wasm"] as const;

/**
 * Builds the same training step in TensorFlow.js, one thread, and warms it up.
 * @throws {EngineError} if it is installed but does not run as it should
 */
export async function loadTfjsPeer(shape: SpeedShape, options: TfjsOptions = {}): Promise<TfjsPeer> {
  const { folder = process.cwd(), backend = "wasm", warmUp = 2 } = options;
  const require = createRequire(join(folder, "/"));
  let tf: Tf;
  let wasm: TfWasm;
  let wasmFolder: string;
  try {
    wasmFolder = dirname(require.resolve(`${PACKAGES[1]}/package.json`));
    tf = require(PACKAGES[0]) as Tf;
    wasm = require(PACKAGES[1]) as TfWasm;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw error;
    const message =
      `TensorFlow.js is not installed in ${folder}, so nothing is compared with it. ` +
      `To compare, run "npm i ${PACKAGES.join(" ")}" there (300 MB).`;
    return { installed: false, message };
  }

  if (tf.getBackend() !== backend) {
    wasm.setThreadsCount(1);
    wasm.setWasmPaths(join(wasmFolder, "wasm-out", "/"));
    await tf.setBackend(backend);
    await tf.ready();
  }
  const simd = backend === "cpu" || (await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT"));
  if (tf.getBackend() !== backend || !simd)
    throw new EngineError(
      `TensorFlow.js ${tf.version_core} does not run on ${backend === "cpu" ? "its plain backend" : "WebAssembly with SIMD"} here ` +
        `(backend "${tf.getBackend()}"), so a comparison would flatter. Use --no-peers.`,
    );

  const { T, B, F, H } = shape;
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
  if (options.weights) setWeights(tf, options.weights, { encoder, decoder, head });
  const x = options.x ? tf.tensor(options.x, [B, T, F]) : tf.randomNormal([B, T, F], 0, 1, "float32", 1);

  let loss = Number.NaN;
  const timed = async (work: () => Promise<unknown>) => {
    const started = performance.now();
    await work();
    return performance.now() - started;
  };
  const step = async () => {
    // Waits for the number, so for the work.
    const milliseconds = await timed(async () => (loss = Number(await model.trainOnBatch(x, x))));
    if (!Number.isFinite(loss))
      throw new EngineError(`TensorFlow.js: the loss is ${loss}, so its time means nothing. Use --no-peers.`);
    return milliseconds;
  };
  for (let k = 0; k < warmUp; k++) await step();
  return {
    installed: true,
    name: `tfjs-${backend} ${tf.version_core}`,
    step,
    async encode() {
      const latent = encoderModel.predictOnBatch(x);
      const values = await latent.data();
      latent.dispose();
      return values;
    },
    get loss() {
      return loss;
    },
    dispose() {
      model.dispose();
      x.dispose();
    },
  };
}

/** TensorFlow.js has Keras' layout, and so have we. */
function setWeights(
  tf: Tf,
  weights: NonNullable<TfjsOptions["weights"]>,
  layers: Record<"encoder" | "decoder" | "head", TfLayer>,
): void {
  const tensors = (layer: string, names: readonly string[]) =>
    names.map((name) => tf.tensor(weights[`${layer}.${name}`].data, weights[`${layer}.${name}`].shape));
  const lstm = ["kernel", "recurrentKernel", "bias"];
  layers.encoder.setWeights(tensors("encoder.0", lstm));
  layers.decoder.setWeights(tensors("decoder.1", lstm));
  layers.head.setWeights(tensors("decoder.2", ["kernel", "bias"]));
}
