// @ts-check
// Tables from the lines of bench/accuracy.mjs: means, ranks, wins, ties and losses, intervals over sets, set by set.
//   node bench/accuracy-summary.mjs accuracy.jsonl [--svm svm.jsonl] [--write docs/accuracy.md]
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";

/** @typedef {{ set: string, archive: string, seed: number, textbook: boolean, engine: string, train: number, test: number, classes: number, accuracy: Record<string, number>, seconds: Record<string, number>, total: number }} Line */

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { svm: { type: "string" }, write: { type: "string" } },
});
/** @param {string} path @returns {any[]} */
const read = (path) =>
  readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
/** @type {Line[]} */
const lines = positionals.flatMap(read);
if (flags.svm) lines.push(...read(flags.svm));

/** Mean over seeds of each feature set on each data set. */
const names = [...new Set(lines.map(({ set }) => set))].sort();
const keys = [...new Set(lines.flatMap(({ accuracy }) => Object.keys(accuracy)))];
/** @type {Map<string, Map<string, number>>} */
const table = new Map(
  names.map((set) => [
    set,
    new Map(
      keys.flatMap((key) => {
        const found = lines.filter((line) => line.set === set && key in line.accuracy);
        return found.length > 0 ? [[key, mean(found.map(({ accuracy }) => accuracy[key]))]] : [];
      }),
    ),
  ]),
);
const of = (/** @type {string} */ set, /** @type {string} */ key) => table.get(set)?.get(key);
const sizeOf = (/** @type {string} */ set) =>
  lines.find((line) => line.set === set && line.train)?.train ?? 0;

const out = [];
const seeds = [
  ...new Set(lines.filter(({ textbook, seed }) => !textbook && seed).map(({ seed }) => seed)),
].sort();
const engines = [...new Set(lines.map(({ engine }) => engine).filter(Boolean))];
out.push(
  `${names.length} data sets, seeds ${seeds.join(", ")}, ${engines.join(", ")}, Node ${process.version}. Ridge with leave-one-out penalty unless the row says otherwise.`,
);
out.push(
  "",
  "### Means",
  "",
  "| features | sets | mean accuracy | mean rank | mean seconds |",
  "|---|---|---|---|---|",
);
const complete = keys.filter((key) => names.every((set) => of(set, key) !== undefined));
for (const key of [...keys].sort((a, b) => meanOf(b) - meanOf(a))) {
  const present = names.filter((set) => of(set, key) !== undefined);
  const rank = complete.includes(key) ? mean(names.map((set) => rankOf(set, key))).toFixed(2) : "";
  const [base] = key.split(" ");
  const times = lines.flatMap(({ seconds }) => (seconds?.[base] === undefined ? [] : [seconds[base]]));
  const seconds = key.startsWith("average") || times.length === 0 ? "" : mean(times).toFixed(1);
  out.push(`| ${key} | ${present.length} | ${meanOf(key).toFixed(4)} | ${rank} | ${seconds} |`);
}

out.push(
  "",
  "### Differences",
  "",
  "Points of accuracy, 95 % interval over sets (bootstrap, 10,000 draws, seed 1); wins, ties and losses are sets.",
  "",
);
out.push("| difference | sets | mean | interval | median | wins/ties/losses |", "|---|---|---|---|---|---|");
/** @type {[string, string, (set: string) => boolean, string][]} */
const differences = [];
const all = () => true;
const large = (/** @type {string} */ set) => sizeOf(set) >= 200;
const five = new Set([...names].sort((a, b) => sizeOf(b) - sizeOf(a)).slice(0, 5));
const half = (/** @type {number} */ odd) => (/** @type {string} */ set) => names.indexOf(set) % 2 === odd;
const raw = bestOf(["raw", "raw logistic", "raw knn", "raw forest", "raw svm"]);
for (const [a, b] of [
  ["latent wide", raw],
  ["label-aware wide", raw],
  ["latent wide", "convolutions"],
  ["latent narrow", "untrained narrow"],
  ["label-aware narrow", "untrained narrow"],
  ["latent wide", "untrained wide"],
  ["label-aware wide", "untrained wide"],
  ["latent compact", "latent wide"],
  ["label-aware compact", "label-aware wide"],
  ["average(untrained, convolutions)", "convolutions"],
  ["average(latent, convolutions)", "convolutions"],
  ["average(label-aware, convolutions)", "convolutions"],
  ["average(latent, label-aware, convolutions)", "convolutions"],
])
  differences.push([a, b, all, ""]);
for (const recipe of ["latent", "label-aware"])
  for (const read of ["narrow", "wide"]) {
    differences.push([`${recipe} ${read}`, `untrained ${read}`, large, ", 200 training series or more"]);
    differences.push([
      `${recipe} ${read}`,
      `untrained ${read}`,
      (set) => five.has(set),
      ", five largest sets",
    ]);
    differences.push([
      `${recipe} ${read}`,
      `untrained ${read}`,
      half(0),
      ", first half (every second set by name)",
    ]);
    differences.push([`${recipe} ${read}`, `untrained ${read}`, half(1), ", second half"]);
  }
for (const [a, b, where, note] of differences) {
  const both = names.filter((set) => where(set) && of(set, a) !== undefined && of(set, b) !== undefined);
  if (both.length === 0) continue;
  const points = both.map((set) => 100 * (Number(of(set, a)) - Number(of(set, b))));
  const [low, high] = interval(points);
  const count = (/** @type {(d: number) => boolean} */ test) => points.filter(test).length;
  const sorted = [...points].sort((x, y) => x - y);
  out.push(
    `| ${a} - ${b}${note} | ${both.length} | ${signed(mean(points))} | [${signed(low)}, ${signed(high)}] | ${signed(sorted[sorted.length >> 1])} | ${count((d) => d > 0.05)}/${count((d) => Math.abs(d) <= 0.05)}/${count((d) => d < -0.05)} |`,
  );
}

const shown = [raw, "statistics", "convolutions", "untrained narrow", "latent narrow", "label-aware narrow"];
shown.push("untrained wide", "latent wide", "label-aware wide", "latent compact");
shown.push("average(latent, convolutions)", "average(label-aware, convolutions)");
out.push("", "### Set by set", "", `| set | train | classes | ${shown.join(" | ")} | s |`);
out.push(`|---|---|---|${shown.map(() => "---").join("|")}|---|`);
for (const set of names) {
  const own = lines.filter((line) => line.set === set && line.total && !line.textbook);
  const cells = shown.map((key) => of(set, key)?.toFixed(3) ?? "");
  out.push(
    `| ${set} | ${sizeOf(set)} | ${own[0]?.classes ?? ""} | ${cells.join(" | ")} | ${own.length > 0 ? mean(own.map(({ total }) => total)).toFixed(0) : ""} |`,
  );
}

const text = out.join("\n");
if (flags.write) {
  const page = readFileSync(flags.write, "utf8");
  const [from, to] = ["<!-- table: begin -->", "<!-- table: end -->"];
  if (!page.includes(from) || !page.includes(to))
    throw new Error(`${flags.write} has no place for the table.`);
  writeFileSync(
    flags.write,
    `${page.slice(0, page.indexOf(from) + from.length)}\n\n${text}\n\n${page.slice(page.indexOf(to))}`,
  );
} else console.log(text);

/** @param {number[]} values */
function mean(values) {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

/** @param {string} key */
function meanOf(key) {
  return mean(names.flatMap((set) => of(set, key) ?? []));
}

/** Mean rank among those rows that every set has; equal accuracies share. @param {string} set @param {string} key */
function rankOf(set, key) {
  const own = Number(of(set, key));
  const others = complete.map((other) => Number(of(set, other)));
  return others.filter((x) => x > own).length + (others.filter((x) => x === own).length + 1) / 2;
}

/** The row with the highest mean. @param {string[]} rows */
function bestOf(rows) {
  return rows.filter((row) => keys.includes(row)).reduce((a, b) => (meanOf(b) > meanOf(a) ? b : a));
}

/** @param {number[]} points @returns {[number, number]} */
function interval(points) {
  let state = 1;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const means = Array.from({ length: 10_000 }, () =>
    mean(points.map(() => points[Math.floor(next() * points.length)])),
  ).sort((a, b) => a - b);
  return [means[250], means[9750]];
}

/** @param {number} value */
function signed(value) {
  return `${value >= 0 ? "+" : "-"}${Math.abs(value).toFixed(2)}`;
}
