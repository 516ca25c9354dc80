// @ts-check
// Parsing and scoring alone, without a server: the same bodies as the requests have, one after another, or several in a
// call of the engine as a server gathers them. Prints processor microseconds per request. bench/serve.mjs runs it.
//   node bench/serving/bare.mjs MODEL BODY REQUESTS-PER-CALL SECONDS
import { readFileSync } from "node:fs";
import { encode, loadEngine, sequencesFrom } from "../../dist/index.js";
import { loadModel } from "../../dist/node.js";

const [path, bodyPath, perCall, seconds] = process.argv.slice(2);
const engine = await loadEngine();
const model = await loadModel(path);
const { channels } = model.metadata.preparation;
const body = readFileSync(bodyPath, "utf8");
const K = Number(perCall);

/** Texts to answers. */
async function call() {
  const cases = [];
  const counts = [];
  for (let k = 0; k < K; k++) {
    /** @type {{ sequences: number[][][] }} */
    const { sequences } = JSON.parse(body);
    cases.push(...sequences);
    counts.push(sequences.length);
  }
  const { values, names } = await encode(engine, model, sequencesFrom(cases, { channels }), { threads: 0 });
  const C = names.length;
  let n = 0;
  return counts.map((count) => {
    const rows = Array.from({ length: count }, () => ({
      id: `${++n}`,
      features: Array.from(values.subarray((n - 1) * C, n * C)),
    }));
    return JSON.stringify({ names, cases: rows });
  });
}

const warmUntil = performance.now() + 1000;
while (performance.now() < warmUntil) await call();
const before = process.cpuUsage();
const until = performance.now() + 1000 * Number(seconds);
let requests = 0;
while (performance.now() < until) {
  await call();
  requests += K;
}
const { user, system } = process.cpuUsage(before);
console.log((user + system) / requests);
