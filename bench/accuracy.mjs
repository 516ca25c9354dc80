// @ts-check
// How well classifiers do with each feature set on public archives: official splits, default settings, nothing tuned
// for any set. Every (set, seed, mode) is one JSON line; run again, it goes on where it stopped. See --help.
import { appendFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { loadEngine } from "../dist/index.js";
import { readSource } from "../dist/node.js";
import { readLines } from "./accuracy/lines.mjs";
import { modeFrom } from "./accuracy/modes.mjs";
import { modeRows, standardRows, textbookRows } from "./accuracy/rows.mjs";
import { openSheet } from "./accuracy/sheet.mjs";

const { values: flags } = parseArgs({
  options: {
    data: { type: "string", default: "../shared/data" },
    out: { type: "string", default: "accuracy.jsonl" },
    sets: { type: "string" },
    seeds: { type: "string", default: "1,2,3" },
    threads: { type: "string" },
    textbook: { type: "boolean", default: false },
    noise: { type: "string" },
    labels: { type: "string" },
    rare: { type: "string" },
    help: { type: "boolean", default: false },
  },
});
if (flags.help) {
  console.log(`npm run bench:accuracy -- [options]

  --data FOLDER   holds ucr/NAME and uea/NAME (default ../shared/data)
  --out FILE      JSON lines; what is there already is not run again (default accuracy.jsonl)
  --sets A,B,...  only these
  --seeds 1,2,3   of weights, batches, views and random convolutions
  --threads N     for training and encoding (default: one for each core)

One of these, with lines of its own in the same file:
  --textbook      the recipes simple, denoising and masked
  --noise SD      noise on the test part alone, in standard deviations of the training part (0.5)
  --labels SHARE  that share of the training labels of each class, two at least (0.1)
  --rare SHARE    the smallest class against the rest, thinned out to that share (0.02); average precision

Then: node bench/accuracy-summary.mjs accuracy.jsonl [--write docs/accuracy.md]`);
  process.exit(0);
}

const mode = modeFrom(flags);
const engine = await loadEngine();
const threads = flags.threads === undefined ? undefined : Number(flags.threads);
const sets = ["ucr", "uea"].flatMap((archive) =>
  readdirSync(join(flags.data, archive), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({ archive, name })),
);
const chosen = flags.sets?.split(",") ?? sets.map(({ name }) => name);
const unknown = chosen.filter((name) => !sets.some((set) => set.name === name));
if (unknown.length > 0) throw new Error(`--sets: ${flags.data} has no ${unknown.join(", ")}.`);
const done = new Set(readLines(flags.out).map((line) => `${line.set} ${line.seed} ${line.mode}`));

for (const seed of flags.seeds.split(",").map(Number))
  for (const { archive, name: set } of sets) {
    if (!chosen.includes(set) || done.has(`${set} ${seed} ${mode.name}`)) continue;
    const started = performance.now();
    const line = await runSet(join(flags.data, archive, set), { set, archive, seed });
    const total = (performance.now() - started) / 1000;
    appendFileSync(flags.out, `${JSON.stringify({ ...line, total })}\n`);
    const told = "skipped" in line ? `left out, ${line.skipped}` : `${total.toFixed(0)} s`;
    console.log(`${set} seed ${seed}, ${mode.name}: ${told}`);
  }

/** @param {string} path @param {{ set: string, archive: string, seed: number }} name */
async function runSet(path, name) {
  const { train, test } = await readSource(path, {});
  if (!test) throw new Error(`${name.set} has no test part.`);
  const parts = mode.change({ train, test }, name);
  const own = { ...name, mode: mode.name, engine: engine.name };
  if ("skipped" in parts) return { ...own, skipped: parts.skipped };
  const sheet = openSheet(parts.train, parts.test, mode.rare);
  const setting = { engine, seed: name.seed, threads, rare: mode.rare, noisy: mode.noisy };
  const rows = { standard: standardRows, textbook: textbookRows, modes: modeRows }[mode.rows];
  await rows(sheet, parts, setting);
  const [trainLabels, testLabels] = [parts.train, parts.test].map(({ labels }) => Array.from(labels ?? []));
  return {
    ...own,
    ...{
      train: parts.train.ids.length,
      test: parts.test.ids.length,
      classes: parts.train.classNames?.length,
    },
    ...(mode.rows === "modes" && { labelled: trainLabels.filter((label) => label >= 0).length }),
    ...(mode.rare && {
      positives: [trainLabels, testLabels].map((labels) => labels.filter((label) => label === 1).length),
    }),
    ...sheet.figures,
  };
}
