// @ts-check
// jax-js on its WebAssembly device, one thread. It has no loop that can be differentiated, so the steps are unrolled
// and compiled as one function together with Adam; that takes some 20 seconds for 100 steps.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { encodeCopies } from "../../dist/inner.js";
import { readJob } from "../workloads.mjs";
import { CHECKED_STEPS, meanSize, RATE, serve } from "./serve.mjs";

const require = createRequire(new URL("../peers/", import.meta.url));
let place;
try {
  place = require.resolve("@jax-js/jax");
} catch {
  console.error("not installed: @jax-js/jax");
  process.exit(1);
}
globalThis.navigator ??= /** @type {any} */ ({}); // it asks there for a GPU; Node 20 has none
const jax = await import(pathToFileURL(place.replace(/index\.cjs$/, "index.js")).href);
const { version } = JSON.parse(readFileSync(place.replace(/dist[\\/]index\.c?js$/, "package.json"), "utf8"));
const { numpy: np, nn, jit, valueAndGrad, tree } = jax;
await jax.init();
jax.defaultDevice("wasm");

/** @typedef {any} Value an array or tracer; every use but the last takes `.ref` */

/** One step of an LSTM. @param {Value} projected x W + b @param {Value} h @param {Value} c @param {Value} U */
function cell(projected, h, c, U) {
  const H = U.shape[0];
  const a = np.add(projected, np.matmul(h, U.ref));
  const [i, f, g, o] = [0, 1, 2, 3].map((k) => a.ref.slice([], [k * H, (k + 1) * H]));
  a.dispose();
  const next = np.add(np.multiply(nn.sigmoid(f), c), np.multiply(nn.sigmoid(i), np.tanh(g)));
  return [np.multiply(nn.sigmoid(o), np.tanh(next.ref)), next];
}

/** @param {Record<string, Value>} p @param {Value[]} steps each [B, F] */
function encode(p, steps) {
  const [B, H] = [steps[0].shape[0], p.U.shape[0]];
  let [h, c] = [np.zeros([B, H]), np.zeros([B, H])];
  for (const x of steps) [h, c] = cell(np.add(np.matmul(x.ref, p.W.ref), p.b.ref), h, c, p.U);
  c.dispose();
  return h;
}

/** Mean squared error. @param {Record<string, Value>} p @param {Value[]} steps */
function lossOf(p, steps) {
  const [B, H] = [steps[0].shape[0], p.U2.shape[0]];
  const projected = np.add(np.matmul(encode(p, steps), p.W2.ref), p.b2.ref); // once: the input is repeated
  let [h, c, sum] = [np.zeros([B, H]), np.zeros([B, H]), np.array(0)];
  for (const x of steps) {
    [h, c] = cell(projected.ref, h, c, p.U2);
    const y = np.add(np.matmul(h.ref, p.D.ref), p.d.ref);
    sum = np.add(sum, np.mean(np.square(np.subtract(y, x.ref))));
  }
  return np.multiply(sum, 1 / steps.length);
}

/** @param {Value} state { p, m, v } @param {Value} rate corrected for the step @param {Value[]} steps */
function update({ p, m, v }, rate, steps) {
  const [loss, g] = valueAndGrad(lossOf)(tree.ref(p), steps);
  /** @type {Record<"p" | "m" | "v", Record<string, Value>>} */
  const next = { p: {}, m: {}, v: {} };
  for (const k of Object.keys(p)) {
    next.m[k] = np.add(np.multiply(m[k], 0.9), np.multiply(g[k].ref, 0.1));
    next.v[k] = np.add(np.multiply(v[k], 0.999), np.multiply(np.square(g[k]), 0.001));
    const step = np.divide(next.m[k].ref, np.add(np.sqrt(next.v[k].ref), 1e-7));
    next.p[k] = np.subtract(p[k], np.multiply(step, rate.ref));
  }
  return [loss, next];
}

const NAMES = { W: "encoder.0.kernel", U: "encoder.0.recurrentKernel", b: "encoder.0.bias" };
const MORE = { W2: "decoder.1.kernel", U2: "decoder.1.recurrentKernel", b2: "decoder.1.bias" };
const DENSE = { D: "decoder.2.kernel", d: "decoder.2.bias" };

await serve(`jax-js ${version}`, async (path) => {
  const { set, weights } = readJob(readFileSync(path), path);
  const F = set.channels.length;
  const [B, T] = [set.offsets.length - 1, set.offsets[1]];
  const steps = Array.from({ length: T }, (_, t) =>
    np
      .array(Float32Array.from({ length: B * F }, (_, k) => set.values[(Math.floor(k / F) * T + t) * F + (k % F)]))
      .reshape([B, F]),
  );
  const zeros = () => fromEach((name) => np.zeros(weights[name].shape));
  /** @param {(name: string) => Value} make */
  const fromEach = (make) =>
    Object.fromEntries(Object.entries({ ...NAMES, ...MORE, ...DENSE }).map(([k, name]) => [k, make(name)]));
  let state = {
    p: fromEach((name) => np.array(Float32Array.from(weights[name].data)).reshape(weights[name].shape)),
    m: zeros(),
    v: zeros(),
  };
  const compiled = jit(update);
  const compiledEncode = jit(encode);
  const borrow = () => steps.map((x) => x.ref);
  let count = 0;
  const train = async () => {
    count++;
    const rate = (RATE * Math.sqrt(1 - 0.999 ** count)) / (1 - 0.9 ** count);
    const [loss, next] = compiled(state, np.array(rate), borrow());
    state = next;
    const number = await loss.jsAsync();
    await state.p.D.ref.data(); // waits for the update too
    return number;
  };
  const encodeBatch = async () => (await compiledEncode(fromNames(state.p), borrow())).data();
  const latent = meanSize(await encodeBatch());
  const losses = [];
  for (let k = 0; k < CHECKED_STEPS; k++) losses.push(await train());
  return {
    train,
    async encode() {
      for (let copy = 0; copy < encodeCopies(B); copy++) await encodeBatch();
    },
    check: { latent, losses },
    setting: "unrolled",
    dispose() {
      for (const x of steps) x.dispose();
    },
  };
});

/** What the encoder needs. @param {Record<string, Value>} p */
function fromNames(p) {
  return Object.fromEntries(Object.keys(NAMES).map((k) => [k, p[k].ref]));
}
