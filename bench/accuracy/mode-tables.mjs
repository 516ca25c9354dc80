// @ts-check
// The tables of one mode: noise on the test part, few labels, rare positives.
import { DIFFERENCE_HEAD, differenceLine, signed } from "./differences.mjs";
import { figuresOf, mean } from "./figures.mjs";

/** @typedef {import("./lines.mjs").Line} Line */
/** @typedef {import("./figures.mjs").Figures} Figures */

/**
 * @param {string} mode as the lines name it: "noise 0.5"
 * @param {Line[]} all lines of that mode
 * @param {Line[]} standard lines of the same sets as they are, for how much the change costs
 * @returns {string[]}
 */
export function modeTables(mode, all, standard) {
  const lines = all.filter(({ skipped }) => skipped === undefined);
  const skipped = [...new Set(all.filter((line) => line.skipped !== undefined).map(({ set }) => set))];
  const left = skipped.length > 0 ? ` Left out, too few positives: ${skipped.join(", ")}.` : "";
  if (lines.length === 0) return [`### ${titleOf(mode)}`, "", `No set could be run.${left}`];
  const rare = lines.every((line) => line.averagePrecision);
  const figures = figuresOf(lines, rare ? "averagePrecision" : "accuracy");
  const seeds = [...new Set(lines.map(({ seed }) => seed))].sort((a, b) => a - b);
  const engines = [...new Set(lines.map(({ engine }) => engine))];
  const seconds = mean(lines.map(({ total }) => total ?? 0)).toFixed(0);
  return [
    ...[`### ${titleOf(mode)}`, ""],
    `${figures.sets.length} data sets, seeds ${seeds.join(", ")}, ${engines.join(", ")}; ${seconds} s a set and seed.${left}`,
    ...["", ...means(figures, lines, standard, rare), ""],
    ...[`Points of ${rare ? "average precision" : "accuracy"}, intervals as above.`, ""],
    ...DIFFERENCE_HEAD,
    ...differences(figures),
  ];
}

/** @param {string} mode */
function titleOf(mode) {
  const [kind, number] = mode.split(" ");
  if (kind === "noise") return `Noise of ${number} standard deviations on the test part`;
  const share = `${(100 * Number(number)).toFixed(Number(number) < 0.01 ? 1 : 0)} %`;
  return kind === "labels" ? `${share} of the training labels` : `Positives of ${share}`;
}

/** @param {Figures} figures @param {Line[]} lines @param {Line[]} standard @param {boolean} rare */
function means({ sets, rows, meanOf, rankOf, secondsOf }, lines, standard, rare) {
  const accuracy = figuresOf(lines);
  const plain = figuresOf(standard.filter(({ set }) => sets.includes(set)));
  const compared = !rare && plain.sets.length === sets.length;
  const extra = rare ? " mean accuracy |" : compared ? " without the change |" : "";
  return [
    `| features | mean ${rare ? "average precision" : "accuracy"} |${extra} mean rank | mean seconds |`,
    `|---|---|${extra && "---|"}---|---|`,
    ...[...rows]
      .sort((a, b) => meanOf(b) - meanOf(a))
      .map((row) => {
        const before = plain.rows.includes(row) && plain.meanOf(row);
        const beside = before ? `${before.toFixed(4)} (${signed(100 * (meanOf(row) - before))})` : "";
        const more = rare ? ` ${accuracy.meanOf(row).toFixed(4)} |` : compared ? ` ${beside} |` : "";
        return `| ${row} | ${meanOf(row).toFixed(4)} |${more} ${rankOf(row)?.toFixed(2) ?? ""} | ${secondsOf(row)?.toFixed(1) ?? ""} |`;
      }),
  ];
}

/** @param {Figures} figures */
function differences(figures) {
  const raw = figures.bestRaw();
  const trained = ["latent narrow", "latent wide", "label-aware narrow", "label-aware wide"];
  const pairs = [
    ...["untrained wide", ...trained].map((row) => [row, raw]),
    ...["untrained wide", "latent wide", "label-aware wide"].map((row) => [row, "convolutions"]),
    ...["latent levels", "robust levels", "robust wide"].flatMap((row) =>
      [raw, "convolutions", "latent wide"].map((other) => [row, other]),
    ),
    ...trained.map((row) => [row, `untrained ${row.split(" ")[1]}`]),
    ...["untrained", "latent", "label-aware", "latent, label-aware"].map((row) => [
      `average(${row}, convolutions)`,
      "convolutions",
    ]),
  ];
  return [...pairs.flatMap(([a, b]) => differenceLine(figures, a, b)), ...differencesOfCopies(figures)];
}

/** Rows fitted on noisy copies, beside all that could do as well; in halves, since copies were tried out on the first. */
function differencesOfCopies(/** @type {Figures} */ figures) {
  const [raw, rawCopies] = [figures.bestRaw(), figures.bestRaw(" copies")];
  const chosen = "robust levels copies";
  const both = "average(robust, convolutions) copies";
  const pairs = [
    ...[raw, rawCopies, "convolutions", "convolutions copies", "robust-untrained levels copies"].map((row) => [
      chosen,
      row,
    ]),
    [chosen, "robust levels"],
    ["robust narrow copies", "robust-untrained narrow copies"],
    ["convolutions copies", rawCopies],
    [both, "convolutions copies"],
    [both, "average(robust-untrained, convolutions) copies"],
  ];
  const halves = ["first half (every second set by name)", "second half"].map((note, half) => ({
    sets: figures.sets.filter((_, k) => k % 2 === half),
    note: `, ${note}`,
  }));
  return [
    ...pairs.flatMap(([a, b]) => differenceLine(figures, a, b)),
    ...[
      [chosen, raw],
      [chosen, rawCopies],
      [both, "convolutions copies"],
    ].flatMap(([a, b]) => halves.flatMap((half) => differenceLine(figures, a, b, half))),
  ];
}
