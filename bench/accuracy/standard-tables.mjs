// @ts-check
// The tables of the archives as they are.
import { criticalDifference } from "./critical-difference.mjs";
import { DIFFERENCE_HEAD, differenceLine, gapsOf } from "./differences.mjs";
import { figuresOf, mean } from "./figures.mjs";

/** @typedef {import("./lines.mjs").Line} Line */
/** @typedef {import("./figures.mjs").Figures} Figures */

/** Training series from which on a set counts as large. */
const LARGE = 200;
/** Points below the best raw row that no set should fall. */
const LARGEST_LOSS = 4;

/** @param {Line[]} lines of the modes standard and textbook @returns {string[]} */
export function standardTables(lines) {
  const figures = figuresOf(lines);
  const five = figures.largest(5);
  return [
    ...[...meansTable(figures), ""],
    ...[...ranksTable(figures), ""],
    ...[...differencesTable(figures, five), ""],
    ...[lossesBelow(figures), ""],
    ...["### The five largest sets", "", ...setTable(figures, lines, five), ""],
    ...["### Set by set", "", ...setTable(figures, lines, figures.sets)],
  ];
}

/** @param {Figures} figures */
function meansTable(figures) {
  const { sets, rows, of, meanOf, rankOf, secondsOf } = figures;
  const lines = [...rows]
    .sort((a, b) => meanOf(b) - meanOf(a))
    .map((row) => {
      const present = sets.filter((set) => of(set, row) !== undefined).length;
      return `| ${row} | ${present} | ${meanOf(row).toFixed(4)} | ${rankOf(row)?.toFixed(2) ?? ""} | ${secondsOf(row)?.toFixed(1) ?? ""} |`;
    });
  return [
    ...["### Means", "", "| features | sets | mean accuracy | mean rank | mean seconds |", "|---|---|---|---|---|"],
    ...lines,
  ];
}

/** Fewer rows, told apart more finely than all of them. @param {Figures} figures */
function ranksTable(figures) {
  const { sets, complete, rankOf } = figures;
  const among = [
    ...[figures.bestRaw(), "convolutions", "untrained wide", "latent wide", "label-aware wide"],
    ...["average(latent, convolutions)", "average(label-aware, convolutions)"],
    "average(latent, label-aware, convolutions)",
  ].filter((row) => complete.includes(row));
  if (among.length < 2) return [];
  const ranks = among.map((row) => ({ row, rank: Number(rankOf(row, among)) })).sort((a, b) => a.rank - b.rank);
  const apart = criticalDifference(among.length, sets.length);
  return [
    `Mean ranks among ${among.length} rows; those less than ${apart.toFixed(2)} apart are not told apart (Nemenyi, 5 %):`,
    "",
    "| row | mean rank | not told apart from the ranks up to |",
    "|---|---|---|",
    ...ranks.map(({ row, rank }) => {
      const last = ranks.filter((other) => other.rank - rank < apart).at(-1);
      return `| ${row} | ${rank.toFixed(2)} | ${last?.rank.toFixed(2)} |`;
    }),
  ];
}

/** @param {Figures} figures @param {string[]} five */
function differencesTable(figures, five) {
  const { sets, sizeOf } = figures;
  const raw = figures.bestRaw();
  const parts = [
    { sets: sets.filter((set) => sizeOf(set) >= LARGE), note: `, ${LARGE} training series or more` },
    { sets: five, note: ", five largest sets" },
    { sets: sets.filter((_, k) => k % 2 === 0), note: ", first half (every second set by name)" },
    { sets: sets.filter((_, k) => k % 2 === 1), note: ", second half" },
  ];
  const pairs = [
    ["latent wide", raw],
    ["label-aware wide", raw],
    ["latent wide", "best raw"],
    ["label-aware wide", "best raw"],
    ["latent wide", "convolutions"],
    ["label-aware wide", "convolutions"],
    ["latent narrow", "untrained narrow"],
    ["label-aware narrow", "untrained narrow"],
    ["latent wide", "untrained wide"],
    ["label-aware wide", "untrained wide"],
    ["select(untrained, latent) wide", "untrained wide"],
    ["latent compact", "latent wide"],
    ["label-aware compact", "label-aware wide"],
    ...["untrained", "latent", "label-aware", "latent, label-aware"].map((rows) => [
      `average(${rows}, convolutions)`,
      "convolutions",
    ]),
  ];
  return [
    ...["### Differences", ""],
    "Points of accuracy, 95 % interval over sets (bootstrap, 10,000 draws, seed 1); wins, ties and losses are sets.",
    ...["`best raw` is the best raw row of each set, chosen after the fact for every set.", ""],
    ...DIFFERENCE_HEAD,
    ...pairs.flatMap(([a, b]) => differenceLine(figures, a, b)),
    ...["latent", "label-aware"].flatMap((recipe) =>
      ["narrow", "wide"].flatMap((read) =>
        parts.flatMap((part) => differenceLine(figures, `${recipe} ${read}`, `untrained ${read}`, part)),
      ),
    ),
  ];
}

/** @param {Figures} figures */
function lossesBelow(figures) {
  const below = gapsOf(figures, "latent wide", "best raw").filter(({ points }) => points < -LARGEST_LOSS);
  const told = below.sort((a, b) => a.points - b.points).map(({ set, points }) => `${set} (${points.toFixed(2)})`);
  return `Sets on which \`latent wide\` is more than ${LARGEST_LOSS} points below the best raw row of that set: ${told.join(", ") || "none"}.`;
}

/** @param {Figures} figures @param {Line[]} lines @param {string[]} sets */
function setTable(figures, lines, sets) {
  const shown = [
    ...[figures.bestRaw(), "statistics", "convolutions", "untrained narrow", "latent narrow", "label-aware narrow"],
    ...["untrained wide", "latent wide", "label-aware wide", "latent compact"],
    ...["average(latent, convolutions)", "average(label-aware, convolutions)"],
  ];
  return [
    `| set | train | classes | ${shown.join(" | ")} | s |`,
    `|---|---|---|${shown.map(() => "---").join("|")}|---|`,
    ...sets.map((set) => {
      const own = lines.filter((line) => line.set === set && line.total && line.mode === "standard");
      const cells = shown.map((row) => figures.of(set, row)?.toFixed(3) ?? "");
      const seconds = own.length > 0 ? mean(own.map(({ total }) => Number(total))).toFixed(0) : "";
      return `| ${set} | ${figures.sizeOf(set)} | ${own[0]?.classes ?? ""} | ${cells.join(" | ")} | ${seconds} |`;
    }),
  ];
}
