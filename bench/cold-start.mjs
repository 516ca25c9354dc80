// @ts-check
// How long until the first latent? A fresh process imports the library, loads the engine and a model (two LSTMs of 64
// units, not trained) and encodes one sequence of 100 steps; medians of the processes, and the fastest.
//   node bench/cold-start.mjs [PROCESSES]
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const started = performance.now(); // since this process began: what Node itself takes

/** @returns {import("../dist/index.js").SequenceSet} */
const oneSequence = () => ({
  channels: [{ name: "x", kind: "numeric" }],
  values: Float32Array.from({ length: 100 }, (_, t) => Math.sin(t / 5)),
  offsets: Int32Array.of(0, 100),
  ids: ["a"],
});

/** @param {string} path of a model */
async function child(path) {
  const [{ encode, loadEngine }, { loadModel }] = await Promise.all([
    import("../dist/index.js"),
    import("../dist/node.js"), // together, as static imports are
  ]);
  const imported = performance.now();
  const engine = await loadEngine();
  const model = await loadModel(path);
  const loaded = performance.now();
  const { values } = await encode(engine, model, oneSequence());
  const done = performance.now();
  if (!values.some((value) => value !== 0)) throw new Error("The latent is zero.");
  return { node: started, import: imported - started, load: loaded - imported, encode: done - loaded };
}

/** @param {number} processes */
async function parent(processes) {
  const { loadEngine, untrainedAutoencoder } = await import("../dist/index.js");
  const { saveModel } = await import("../dist/node.js");
  const { median } = await import("../dist/inner.js");
  const folder = mkdtempSync(join(tmpdir(), "undertone-cold-"));
  try {
    const path = join(folder, "model.undertone");
    const engine = await loadEngine();
    await saveModel(path, untrainedAutoencoder(engine, oneSequence(), { recipe: "simple", units: 64 }));
    const runs = Array.from({ length: processes }, () => {
      const { status, stdout, stderr } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), path], {
        encoding: "utf8",
      });
      if (status !== 0) throw new Error(stderr);
      return /** @type {Awaited<ReturnType<typeof child>>} */ (JSON.parse(stdout));
    });
    const library = runs.map(({ import: own, load, encode }) => own + load + encode);
    const parts = /** @type {const} */ (["node", "import", "load", "encode"]);
    const shown = parts.map((part) => `${part} ${median(runs.map((run) => run[part])).toFixed(1)}`);
    process.stdout.write(
      `${engine.name}, Node ${process.version}, ${processes} processes, ms: ${shown.join(", ")}; ` +
        `library to first latent ${median(library).toFixed(0)} (fastest ${Math.min(...library).toFixed(0)})\n`,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const [argument = "9"] = process.argv.slice(2);
if (/^\d+$/.test(argument)) await parent(Number(argument));
else process.stdout.write(JSON.stringify(await child(argument)));
