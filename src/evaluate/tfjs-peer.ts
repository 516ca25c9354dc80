import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { EngineError } from "../errors.js";
import type { SpeedShape } from "./speed.js";

/** The layers of the recipe `simple` in TensorFlow.js, ready to train; or why they are not there. */
export type TfjsPeer =
  | {
      installed: true;
      /** "tfjs-wasm 4.22.0" */
      name: string;
      /** Trains on one batch and returns its milliseconds. */
      step(): Promise<number>;
      dispose(): void;
    }
  | { installed: false; message: string };

/** What is used of the two packages; they are never a dependency, so their own types may not be there. */
interface Tf {
  version_core: string;
  setBackend(name: string): Promise<boolean>;
  getBackend(): string;
  ready(): Promise<void>;
  env(): { getAsync(flag: string): Promise<unknown> };
  randomNormal(shape: number[], mean: number, deviation: number, type: string, seed: number): Disposable;
  sequential(config: { layers: unknown[] }): TfModel;
  layers: Record<"lstm" | "repeatVector" | "timeDistributed" | "dense", (config: object) => unknown>;
  train: { adam(rate: number): unknown };
}

interface Disposable {
  dispose(): void;
}

interface TfModel extends Disposable {
  compile(config: { optimizer: unknown; loss: string }): void;
  trainOnBatch(x: Disposable, y: Disposable): Promise<number | number[]>;
}

interface TfWasm {
  setWasmPaths(folder: string): void;
  setThreadsCount(threads: number): void;
}

const PACKAGES = ["@tensorflow/tfjs", "@tensorflow/tfjs-backend-wasm"] as const;
const WARM_UP = 2;

/**
 * Builds the same training step in TensorFlow.js on its WebAssembly backend, one thread, SIMD, and warms it up.
 * @param folder where the packages are looked for, as `import` would from a file in it
 * @throws {EngineError} if they are installed but do not run as they should
 */
export async function loadTfjsPeer(shape: SpeedShape, folder: string = process.cwd()): Promise<TfjsPeer> {
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

  if (tf.getBackend() !== "wasm") {
    wasm.setThreadsCount(1);
    wasm.setWasmPaths(join(wasmFolder, "wasm-out", "/"));
    await tf.setBackend("wasm");
    await tf.ready();
  }
  if (tf.getBackend() !== "wasm" || !(await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT")))
    throw new EngineError(
      `TensorFlow.js ${tf.version_core} does not run on WebAssembly with SIMD here (backend "${tf.getBackend()}"), ` +
        "so a comparison would flatter. Use --no-peers.",
    );

  const { T, B, F, H } = shape;
  const { lstm, repeatVector, timeDistributed, dense } = tf.layers;
  // Not orthogonal, the default, only because that one is slow to start; the step does the same work.
  const recurrentInitializer = "glorotUniform";
  const model = tf.sequential({
    layers: [
      lstm({ units: H, recurrentInitializer, inputShape: [T, F] }),
      repeatVector({ n: T }),
      lstm({ units: H, recurrentInitializer, returnSequences: true }),
      timeDistributed({ layer: dense({ units: F }) }),
    ],
  });
  model.compile({ optimizer: tf.train.adam(1e-3), loss: "meanSquaredError" });
  const x = tf.randomNormal([B, T, F], 0, 1, "float32", 1);
  const step = async () => {
    const started = performance.now();
    const loss = await model.trainOnBatch(x, x); // waits for the number, so for the work
    const milliseconds = performance.now() - started;
    if (!Number.isFinite(Number(loss)))
      throw new EngineError(`TensorFlow.js: the loss is ${loss}, so its time means nothing. Use --no-peers.`);
    return milliseconds;
  };
  for (let k = 0; k < WARM_UP; k++) await step();
  return {
    installed: true,
    name: `tfjs-wasm ${tf.version_core}`,
    step,
    dispose() {
      model.dispose();
      x.dispose();
    },
  };
}
