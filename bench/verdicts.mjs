// @ts-check
// How often `compare` says that something learned helps:
//   node bench/verdicts.mjs sets FOLDER...   on sets of series (NAME/NAME_TRAIN...), with the defaults
//   node bench/verdicts.mjs lots FOLDER [--draws 200]   on one set whose labels are drawn by lot: the truth is that
//   nothing helps, so that "use" and "add" are errors, at most 5 % of them by design
// One line of JSON per comparison goes to --out (verdicts.jsonl); what is there is not run again. Run `npm run setup` first.
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { parseArgs } from "node:util";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { compare, loadEngine } from "../dist/index.js";
import { readSource } from "../dist/node.js";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    draws: { type: "string", default: "200" },
    out: { type: "string", default: "verdicts.jsonl" },
    features: { type: "string", default: "raw,statistics,pca,untrained,latent,latent+raw,average(latent, statistics)" },
    updates: { type: "string", default: "100" },
  },
});
const [mode, ...folders] = positionals;
if ((mode !== "sets" && mode !== "lots") || folders.length === 0)
  throw new Error("Say what to run: node bench/verdicts.mjs sets FOLDER..., or lots FOLDER");

const engine = await loadEngine();
const lines = () =>
  (existsSync(flags.out) ? readFileSync(flags.out, "utf8").split("\n") : [])
    .filter(Boolean)
    .map((text) => JSON.parse(text));
const done = new Map(lines().map((line) => [line.key, line]));

/** @param {string} key @param {() => ReturnType<typeof compare>} run */
async function once(key, run) {
  if (done.has(key)) return done.get(key);
  const { verdict, rows, seconds, plan } = await run();
  const line = { key, plan, ...verdict, rows: rows.length, seconds };
  appendFileSync(flags.out, `${JSON.stringify(line)}\n`);
  done.set(key, line);
  console.log(`${key}: ${verdict.decision}, ${seconds.toFixed(0)} s`);
  return line;
}

/** The same set with its labels dealt anew, those of each part among its own cases. */
function byLot(/** @type {Awaited<ReturnType<typeof readSource>>} */ source, /** @type {number} */ seed) {
  const random = xoroshiro128plus(seed);
  const shuffled = (/** @type {Int32Array | undefined} */ labels) => {
    const dealt = labels?.slice();
    for (let k = (dealt?.length ?? 0) - 1; dealt && k > 0; k--) {
      const other = (random.next() >>> 0) % (k + 1);
      [dealt[k], dealt[other]] = [dealt[other], dealt[k]];
    }
    return dealt;
  };
  const { train, test } = source;
  return {
    ...source,
    train: { ...train, labels: shuffled(train.labels) },
    ...(test && { test: { ...test, labels: shuffled(test.labels) } }),
  };
}

const found = [];
if (mode === "sets")
  for (const folder of folders)
    found.push(await once(basename(folder), async () => compare(engine, await readSource(folder))));
else {
  const source = await readSource(folders[0]);
  const features = flags.features.split(/,(?![^(]*\))/).map((name) => name.trim());
  const fit = { units: 16, train: { updates: Number(flags.updates) } };
  for (let seed = 1; seed <= Number(flags.draws); seed++)
    found.push(
      await once(`${basename(folders[0])} by lot ${seed}`, () =>
        compare(engine, byLot(source, seed), { features, fit }),
      ),
    );
}
const counts = new Map();
for (const { decision } of found) counts.set(decision, (counts.get(decision) ?? 0) + 1);
console.log("\n| decision | comparisons | share |\n|---|---|---|");
for (const [decision, count] of counts)
  console.log(`| ${decision} | ${count} | ${((100 * count) / found.length).toFixed(1)} % |`);
