// @ts-check
// Who is timed, how each is started, and on what.
import { fileURLToPath } from "node:url";
import { engineNames } from "../dist/inner.js";
import { sizesOf } from "./workloads.mjs";

/** @typedef {import("./workloads.mjs").Workload} Workload */
/**
 * @typedef {object} Contender
 * @property {string} id for --engines and --peers
 * @property {"native" | "wasm" | "reference" | "peer"} kind
 * @property {string} label until it has told its name
 * @property {number} threads
 * @property {string} command
 * @property {string[]} args
 * @property {string} [install] the command that installs it
 * @property {string} [suffix] said after its name
 * @property {(workload: Workload, smallest: boolean) => boolean} fits
 */

const place = (/** @type {string} */ file) => fileURLToPath(new URL(file, import.meta.url));

/** Our engines, the fastest of each kind first. */
export const ENGINES = engineNames.slice(3);
export const PEERS = /** @type {const} */ ([
  ...["keras-tensorflow", "keras-jax", "torch", "torch-denormals", "torch-compile"],
  ...["tfjs-wasm", "tfjs-cpu", "jax-js"],
]);

const INSTALL_PYTHON = "python3 -m pip install -r bench/peers/requirements.txt";
const INSTALL_NODE = "cd bench/peers && npm ci";
/** A training step of more operations takes tfjs-wasm and the reference more than a second. */
const SLOW_LIMIT = 1e9;

/** @param {Workload} w */
const isRagged = (w) => w.lengths.some((length) => length !== w.lengths[0]);
/** @param {Workload} w */
const isPlain = (w) => w.recipe === "simple" && !isRagged(w);

/** @param {Workload} w */
const small = (w) => isPlain(w) && sizesOf(w).flops.training < SLOW_LIMIT;

/**
 * @param {{ engines: readonly string[]; peers: readonly string[]; threads: readonly number[]; python: string }} options
 * @returns {Contender[]}
 */
export function contenders({ engines, peers, threads, python }) {
  /** @type {Contender[]} */
  const all = [];
  const node = { command: process.execPath };
  for (const count of threads) {
    for (const id of engines) {
      const kind = /** @type {Contender["kind"]} */ (id.split("-")[0]);
      if (kind === "reference" && count > 1) continue;
      all.push({
        ...{ id, kind, label: id, threads: count, ...node },
        args: [place("contenders/undertone.mjs"), id, `${count}`],
        fits: (workload, smallest) => kind !== "reference" || (smallest && small(workload)),
      });
    }
    /** @param {string} id @param {string} label @param {Partial<Contender> & Pick<Contender, "args" | "fits">} how */
    const peer = (id, label, how) => {
      const base = { id, kind: /** @type {const} */ ("peer"), label, threads: count };
      if (peers.includes(id)) all.push({ ...base, command: python, install: INSTALL_PYTHON, ...how });
    };
    const threading = ["--threads", `${count}`];
    const keras = place("peers/keras_peer.py");
    const torch = place("peers/torch_peer.py");
    for (const [backend, name] of [
      ["tensorflow", "TensorFlow"],
      ["jax", "JAX"],
    ])
      peer(`keras-${backend}`, `Keras 3 on ${name}`, {
        args: [keras, "--backend", backend, ...threading],
        fits: (workload) => !isRagged(workload) && !workload.twinOf,
      });
    peer("torch", "PyTorch 2", { args: [torch, ...threading], fits: () => true });
    if (count > 1) continue;
    peer("torch-denormals", "PyTorch 2", {
      ...{ suffix: "denormals kept", args: [torch, "--keep-denormals"] },
      fits: (workload) => isPlain(workload) && workload.lengths[0] >= 200, // where gradients have the time to vanish
    });
    peer("torch-compile", "PyTorch 2", {
      ...{ suffix: "torch.compile", args: [torch, "--compile"] },
      fits: (workload, smallest) => smallest && isPlain(workload),
    });
    const js = { ...node, install: INSTALL_NODE };
    peer("tfjs-wasm", "TensorFlow.js", {
      ...{ ...js, suffix: "wasm", args: [place("contenders/tfjs.mjs"), "wasm"] },
      fits: (workload) => small(workload) && !workload.twinOf,
    });
    peer("tfjs-cpu", "TensorFlow.js", {
      ...{ ...js, suffix: "cpu", args: [place("contenders/tfjs.mjs"), "cpu"] },
      fits: (workload, smallest) => small(workload) && smallest,
    });
    peer("jax-js", "jax-js", {
      ...{ ...js, suffix: "wasm", args: [place("contenders/jax-js.mjs")] },
      fits: (workload, smallest) => small(workload) && smallest,
    });
  }
  return all;
}
