// @ts-check
// One of our engines on so many threads: node undertone.mjs ENGINE THREADS
import { readFileSync } from "node:fs";
import { loadEngine } from "../../dist/index.js";
import { createEncodeRun, createTrainingRun, VERSION } from "../../dist/inner.js";
import { readJob } from "../workloads.mjs";
import { CHECKED_STEPS, meanSize, serve } from "./serve.mjs";

const [name, threads] = [process.argv[2], Number(process.argv[3])];
const engine = await loadEngine(name).catch((error) => {
  console.error(`${error}`);
  process.exit(1);
});

await serve(
  `undertone ${VERSION}`,
  async (path) => {
    const { recipe, weights, ...workload } = readJob(readFileSync(path), path);
    const run = await createTrainingRun(engine, workload, { threads, clipNorm: 0 }); // no peer clips
    const encoding = await createEncodeRun(engine, workload, threads);
    const own = run.weights();
    for (const [tensor, { data }] of Object.entries(weights))
      if (own[tensor].data.some((value, k) => value !== data[k]))
        throw new Error(`The weights ${tensor} of ${engine.name} are not those of the file.`);
    encoding.encode();
    const latent = meanSize(encoding.latents);
    return {
      train: run.step,
      encode: encoding.encode,
      check:
        recipe === "denoising"
          ? { latent, loss: run.evaluate() }
          : { latent, losses: Array.from({ length: CHECKED_STEPS }, run.step) },
      setting: "",
      dispose() {
        run.dismiss();
        encoding.dismiss();
      },
    };
  },
  () => engine.peakGflops(),
);
