// @ts-check
// Which numbers of a case tell anomalies, measured on training parts alone: a fifth of the normal training cases is held out,
// and each is held against copies of itself that were damaged in a known way. No test part and no other class is looked at.
//   node bench/anomaly-columns.mjs FOLDER... [--out anomaly-columns.jsonl] [--recipes composite,default] [--updates 600]
// One line of JSON per set and recipe goes to --out; what is there is not run again. Run `npm run setup` first.
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { parseArgs } from "node:util";
import { fitAutoencoder, loadEngine, selectSequences } from "../dist/index.js";
import { randomStream, stepErrors } from "../dist/inner.js";
import { readSource } from "../dist/node.js";

const { values: flags, positionals: folders } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: "string", default: "anomaly-columns.jsonl" },
    recipes: { type: "string", default: "composite" },
    updates: { type: "string", default: "600" },
    most: { type: "string", default: "500" },
    threads: { type: "string", default: "0" },
  },
});
const engine = await loadEngine();
const threads = Number(flags.threads);
const lines = (existsSync(flags.out) ? readFileSync(flags.out, "utf8").split("\n") : [])
  .filter(Boolean)
  .map((text) => JSON.parse(text));
const done = new Map(lines.map((line) => [line.key, line]));

/** Ways to damage the steps of one channel; `v` reads and writes it. @type {Record<string, (v: number[], sd: number, random: any) => void>} */
const DAMAGE = {
  spike(v, sd, random) {
    v[random.integer(v.length)] += (random.uniform() < 0.5 ? -3 : 3) * sd;
  },
  shift(v, sd, random) {
    const [from, to] = span(v, 0.2, random);
    const by = (random.uniform() < 0.5 ? -1 : 1) * sd;
    for (let t = from; t < to; t++) v[t] += by;
  },
  noise(v, sd, random) {
    const [from, to] = span(v, 0.2, random);
    for (let t = from; t < to; t++) v[t] += 0.7 * sd * random.normal();
  },
  flat(v, _, random) {
    const [from, to] = span(v, 0.2, random);
    for (let t = from; t < to; t++) v[t] = v[from];
  },
  reversed(v, _, random) {
    const [from, to] = span(v, 0.3, random);
    const part = v.slice(from, to).reverse();
    for (let t = from; t < to; t++) v[t] = part[t - from];
  },
  scaled(v) {
    const mean = v.reduce((sum, x) => sum + x, 0) / v.length;
    for (let t = 0; t < v.length; t++) v[t] = mean + 1.4 * (v[t] - mean);
  },
  moved(v, _, random) {
    const [from, to] = span(v, 0.2, random);
    const other = random.integer(Math.max(1, v.length - (to - from)));
    const part = v.slice(other, other + to - from);
    for (let t = from; t < to; t++) v[t] = part[t - from];
  },
};
/** @param {number[]} v @param {number} share @param {any} random */
function span(v, share, random) {
  const length = Math.max(2, Math.round(share * v.length));
  const from = random.integer(Math.max(1, v.length - length));
  return [from, Math.min(v.length, from + length)];
}

/** @param {any} set @param {(v: number[], sd: number, random: any) => void} damage */
function damaged(set, damage) {
  const values = set.values.slice();
  const F = set.channels.length;
  const random = randomStream(7, 1);
  const sd = Array.from({ length: F }, (_, c) =>
    deviation(values.filter((/** @type {number} */ _v, /** @type {number} */ k) => k % F === c)),
  );
  for (let n = 0; n + 1 < set.offsets.length; n++) {
    const length = set.offsets[n + 1] - set.offsets[n];
    if (length < 3) continue;
    const c = random.integer(F);
    const v = Array.from({ length }, (_, t) => values[(set.offsets[n] + t) * F + c]);
    damage(v, sd[c], random);
    v.forEach((x, t) => {
      values[(set.offsets[n] + t) * F + c] = x;
    });
  }
  return { ...set, values };
}
/** @param {ArrayLike<number>} x */
function deviation(x) {
  let [sum, squares] = [0, 0];
  for (let k = 0; k < x.length; k++) sum += x[k];
  for (let k = 0; k < x.length; k++) squares += (x[k] - sum / x.length) ** 2;
  return Math.sqrt(squares / x.length);
}

/** Columns of every case. @param {any} model @param {any} set @param {number[]} [usual] */
async function columnsOf(model, set, usual) {
  const { errors, width, channels, predicts, prepared } = await stepErrors(engine, model, set, threads);
  if (!usual) {
    const [sums, counts] = [new Array(width).fill(0), new Array(width).fill(0)];
    errors.forEach((e, k) => {
      if (Number.isNaN(e)) return;
      sums[k % width] += e;
      counts[k % width]++;
    });
    usual = sums.map((sum, k) => Math.max(1e-6, sum / Math.max(1, counts[k])));
  }
  /** @type {Record<string, number[]>} */
  const columns = {};
  const put = (/** @type {string} */ name, /** @type {number} */ value) =>
    (columns[name] ??= []).push(Math.log(1e-3 + value));
  for (let n = 0; n + 1 < prepared.offsets.length; n++)
    for (const [name, from] of /** @type {[string, number][]} */ ([
      ["rebuilt", 0],
      ...(predicts ? [["predicted", channels]] : []),
    ])) {
      const steps = [];
      const perChannel = new Array(channels).fill(0);
      for (let s = prepared.offsets[n]; s < prepared.offsets[n + 1]; s++) {
        let [sum, seen] = [0, 0];
        for (let c = 0; c < channels; c++) {
          const e = errors[s * width + from + c];
          if (Number.isNaN(e)) continue;
          sum += e / usual[from + c];
          perChannel[c] += e / usual[from + c];
          seen++;
        }
        if (seen > 0) steps.push(sum / seen);
      }
      const sorted = steps.toSorted((a, b) => b - a);
      const top = sorted.slice(0, Math.max(1, Math.round(0.1 * sorted.length)));
      put(`${name} mean`, steps.reduce((a, b) => a + b, 0) / Math.max(1, steps.length));
      put(`${name} most`, sorted[0] ?? 0);
      put(`${name} top`, top.reduce((a, b) => a + b, 0) / top.length);
      put(`${name} channel`, Math.max(...perChannel) / Math.max(1, steps.length));
    }
  return { columns, usual };
}

/** @param {number[]} a @param {number[]} b how often an entry of b is above one of a */
function auc(a, b) {
  let wins = 0;
  for (const x of b) for (const y of a) wins += x > y ? 1 : x === y ? 0.5 : 0;
  return wins / (a.length * b.length);
}

const MIXES = {
  "mean z of rebuilt and predicted mean": ["mean", ["rebuilt mean", "predicted mean"]],
  "mean z of the four": ["mean", ["rebuilt mean", "predicted mean", "rebuilt most", "predicted most"]],
  "max z of the four": ["max", ["rebuilt mean", "predicted mean", "rebuilt most", "predicted most"]],
  "mean z of predicted mean, most": ["mean", ["predicted mean", "predicted most"]],
  "mean z of predicted mean, top": ["mean", ["predicted mean", "predicted top"]],
  "mean z of mean, top": ["mean", ["rebuilt mean", "predicted mean", "rebuilt top", "predicted top"]],
};

for (const folder of folders) {
  const source = await readSource(folder);
  const all = /** @type {any} */ (source.train);
  const counts = /** @type {number[]} */ (
    all.classNames.map(
      (/** @type {string} */ _, /** @type {number} */ c) =>
        all.labels.filter((/** @type {number} */ l) => l === c).length,
    )
  );
  const normal = counts.indexOf(Math.max(...counts));
  const random = randomStream(3, 1);
  const rows = random
    .shuffle(Array.from(all.labels.keys()).filter((n) => all.labels[n] === normal))
    .slice(0, Number(flags.most));
  if (rows.length < 10) continue;
  const cut = Math.max(1, Math.round(0.8 * rows.length));
  const train = { ...selectSequences(all, rows.slice(0, cut)), labels: undefined, classNames: undefined };
  const held = selectSequences(all, rows.slice(cut));
  for (const recipe of flags.recipes.split(",")) {
    const key = `${basename(folder)} ${recipe} ${flags.updates}`;
    if (done.has(key)) continue;
    const started = performance.now();
    const cpu = process.cpuUsage();
    const model = await fitAutoencoder(engine, train, {
      recipe,
      readOuts: false,
      threads,
      train: { updates: Number(flags.updates) },
    });
    const seconds = (performance.now() - started) / 1000;
    const { columns: own, usual } = await columnsOf(model, train);
    const scale = Object.fromEntries(
      Object.entries(own).map(([name, x]) => [
        name,
        { mean: x.reduce((a, b) => a + b, 0) / x.length, sd: Math.max(0.05, deviation(x)) },
      ]),
    );
    const z = (/** @type {Record<string, number[]>} */ columns) => {
      const out = Object.fromEntries(
        Object.entries(columns).map(([name, x]) => [name, x.map((v) => (v - scale[name].mean) / scale[name].sd)]),
      );
      for (const [name, [how, parts]] of Object.entries(MIXES)) {
        const known = /** @type {string[]} */ (parts).filter((part) => part in out);
        if (known.length < parts.length) continue;
        out[name] = out[known[0]].map((_, n) => {
          const values = known.map((part) => out[part][n]);
          return how === "max" ? Math.max(...values) : values.reduce((a, b) => a + b, 0) / values.length;
        });
      }
      return out;
    };
    const whole = z((await columnsOf(model, held, usual)).columns);
    /** @type {Record<string, Record<string, number>>} */
    const found = {};
    for (const [kind, damage] of Object.entries(DAMAGE)) {
      const broken = z((await columnsOf(model, damaged(held, damage), usual)).columns);
      for (const name of Object.keys(whole)) (found[name] ??= {})[kind] = auc(whole[name], broken[name]);
    }
    const { user, system } = process.cpuUsage(cpu);
    const bias = Object.fromEntries(
      Object.entries(whole).map(([name, x]) => [name, x.reduce((a, b) => a + b, 0) / x.length]),
    );
    const line = {
      key,
      recipe,
      train: cut,
      held: rows.length - cut,
      updates: model.metadata.training.updates,
      best: model.metadata.training.bestUpdate,
      found,
      bias,
      seconds,
      cpu: (user + system) / 1e6,
    };
    appendFileSync(flags.out, `${JSON.stringify(line)}\n`);
    done.set(key, line);
    console.log(
      key,
      cut,
      seconds.toFixed(1),
      "s",
      line.cpu.toFixed(1),
      "cpu s; rebuilt",
      mean(Object.values(found["rebuilt mean"])).toFixed(3),
      "four",
      found["mean z of the four"] ? mean(Object.values(found["mean z of the four"])).toFixed(3) : "",
    );
  }
}
/** @param {number[]} x */
function mean(x) {
  return x.reduce((a, b) => a + b, 0) / x.length;
}

for (const recipe of new Set([...done.values()].map((line) => line.recipe))) {
  const of = [...done.values()].filter((line) => line.recipe === recipe);
  const kinds = Object.keys(DAMAGE);
  console.log(
    `\n${recipe}, ${of.length} sets\n| column | ${kinds.join(" | ")} | mean |\n|---|${kinds.map(() => "---|").join("")}---|`,
  );
  for (const name of Object.keys(of[0].found)) {
    const values = kinds.map((kind) => mean(of.map(({ found }) => found[name][kind])));
    console.log(`| ${name} | ${values.map((v) => v.toFixed(3)).join(" | ")} | ${mean(values).toFixed(3)} |`);
  }
}
