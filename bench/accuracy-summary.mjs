// @ts-check
// Tables from the lines of bench/accuracy.mjs: means, ranks, differences with intervals over sets, set by set.
//   node bench/accuracy-summary.mjs accuracy.jsonl [--svm svm.jsonl] [--write docs/accuracy.md]
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { readLines } from "./accuracy/lines.mjs";
import { modeTables } from "./accuracy/mode-tables.mjs";
import { standardTables } from "./accuracy/standard-tables.mjs";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { svm: { type: "string" }, write: { type: "string" } },
});
const paths = flags.svm === undefined ? positionals : [...positionals, flags.svm];
const missing = paths.filter((path) => !existsSync(path));
if (missing.length > 0) throw new Error(`No such file: ${missing.join(", ")}.`);
const lines = paths.flatMap(readLines);
if (lines.length === 0) throw new Error(`No lines in ${paths.join(", ") || "no file"}: run bench/accuracy.mjs first.`);

const isStandard = (/** @type {{ mode: string }} */ { mode }) => mode === "standard" || mode === "textbook";
const standard = lines.filter(isStandard);
const modes = [...new Set(lines.filter((line) => !isStandard(line)).map(({ mode }) => mode))].sort();
const own = standard.filter(({ mode, engine }) => mode === "standard" && engine !== undefined);
const seeds = [...new Set(own.map(({ seed }) => seed))].sort((a, b) => a - b);
const engines = [...new Set(own.map(({ engine }) => engine))];
const sets = new Set(standard.map(({ set }) => set)).size;
const text = [
  ...(standard.length > 0
    ? [
        `${sets} data sets, seeds ${seeds.join(", ")}, ${engines.join(", ")}, Node ${process.version}. Ridge with leave-one-out penalty unless the row says otherwise.`,
        ...["", ...standardTables(standard)],
      ]
    : []),
  ...modes.flatMap((mode) => [
    "",
    ...modeTables(
      mode,
      lines.filter((line) => line.mode === mode),
      own,
    ),
  ]),
].join("\n");

if (flags.write) {
  const page = readFileSync(flags.write, "utf8");
  const [from, to] = ["<!-- table: begin -->", "<!-- table: end -->"];
  if (!page.includes(from) || !page.includes(to)) throw new Error(`${flags.write} has no place for the table.`);
  writeFileSync(
    flags.write,
    `${page.slice(0, page.indexOf(from) + from.length)}\n\n${text.trim()}\n\n${page.slice(page.indexOf(to))}`,
  );
} else console.log(text.trim());
