// @ts-check
// The table of bench/anomaly.mjs as Markdown, and what it comes to.

const NAMES = {
  autoencoder: "autoencoder",
  "isolation-forest": "forest, statistics",
  "isolation-forest-raw": "forest, raw",
  "z-score": "z-score",
};
/** What is many false alarms: so many times the stated rate. */
const MANY = 1.5;

/** @typedef {{ level: number, normal: number, called: number, rates: number[] }} Level */
/** @typedef {{ set: string, split: string, detector: string, train: number, least: number, auc: number | null, levels: Level[] }} Line */

/** @param {Line[]} lines @returns {string} */
export function anomalyTables(lines) {
  const sets = [...new Set(lines.map(({ set }) => set))].sort((a, b) => a.localeCompare(b));
  const of = (/** @type {string} */ set, /** @type {string} */ split, detector = "autoencoder") =>
    lines.find((line) => line.set === set && line.split === split && line.detector === detector);
  const rows = sets.map((set) => {
    const rates = ["drawn", "given"].flatMap((split) => ratesOf(of(set, split)));
    // Of draws alone where they have every detector: else the network is one for false alarms, too small to judge.
    const judged = ["given", "drawn"].find((split) => Object.keys(NAMES).every((name) => of(set, split, name)));
    const aucs = Object.keys(NAMES).map((name) => (judged ? of(set, judged, name)?.auc : undefined) ?? undefined);
    const best = Math.max(...aucs.map((auc) => auc ?? 0));
    const shown = aucs.map((auc) => (auc === undefined ? "" : auc === best ? `**${short(auc)}**` : short(auc)));
    return `| ${[set, ...rates, ...shown].join(" | ")} |`;
  });
  const head = ["set", "drawn: cases x draws", "at .05", "at .01", "given: cases", "at .05", "at .01"];
  const columns = [...head, ...Object.values(NAMES).map((name) => `AUC ${name}`)];
  return [
    `| ${columns.join(" | ")} |`,
    `|${columns.map(() => "---|").join("")}`,
    ...rows,
    "",
    ...["drawn", "given"].flatMap((split) =>
      summary(
        lines.filter((line) => line.split === split),
        split,
      ),
    ),
  ].join("\n");
}

const short = (/** @type {number} */ value) => value.toFixed(3).replace(/^0/, "");

/** Cases, and the rate at both levels; "-": below the least p-value. @param {Line | undefined} line */
function ratesOf(line) {
  if (!line) return ["", "", ""];
  const { train, least, levels } = line;
  const shown = levels.map(({ level, normal, called, rates }) => {
    if (level < least) return "-";
    const share = called / normal;
    const many = share > MANY * level ? " (!)" : "";
    return `${short(share)} +- ${short(errorOf(share, normal, rates))}${many}`;
  });
  return [`${train}${levels[0].rates.length > 1 ? ` x ${levels[0].rates.length}` : ""}`, ...shown];
}

/** Two standard errors: of the draws, which hold the chance of the held-out cases; of one split the binomial one. */
function errorOf(/** @type {number} */ share, /** @type {number} */ normal, /** @type {number[]} */ rates) {
  const binomial = Math.sqrt((Math.max(share, 1 / normal) * (1 - share)) / normal);
  if (rates.length < 2) return 2 * binomial;
  const mean = rates.reduce((a, b) => a + b, 0) / rates.length;
  const squares = rates.reduce((sum, rate) => sum + (rate - mean) ** 2, 0);
  return 2 * Math.max(binomial, Math.sqrt(squares / (rates.length - 1) / rates.length));
}

/** @param {Line[]} lines of one split @param {string} split */
function summary(lines, split) {
  const mean = (/** @type {number[]} */ values) => values.reduce((a, b) => a + b, 0) / Math.max(1, values.length);
  const whole = [...new Set(lines.map(({ set }) => set))].filter((set) =>
    Object.keys(NAMES).every((detector) => lines.some((line) => line.set === set && line.detector === detector)),
  );
  const all = Object.entries(NAMES).flatMap(([detector, name]) => {
    const own = lines.filter((line) => line.detector === detector);
    if (own.length === 0) return [];
    const told = [0, 1].map((l) => {
      const reached = own.filter(({ levels, least }) => least <= levels[l].level);
      const share = (/** @type {Line} */ { levels }) => levels[l].called / levels[l].normal;
      const many = reached.filter((line) => share(line) > MANY * line.levels[l].level);
      const names = many.length > 0 ? ` (${many.map(({ set }) => set).join(", ")})` : "";
      return `at ${own[0].levels[l].level}: mean ${mean(reached.map(share)).toFixed(4)}, more than ${MANY} times on ${many.length} of ${reached.length} sets${names}`;
    });
    const aucs = own.filter(({ set }) => whole.includes(set)).flatMap(({ auc }) => auc ?? []);
    const judged = split === "given" ? `; mean AUC ${mean(aucs).toFixed(3)} of ${aucs.length} sets` : "";
    return [`- ${split}, ${name}: ${told.join("; ")}${judged}`];
  });
  const aucOf = (/** @type {string} */ set, /** @type {string} */ detector) =>
    lines.find((line) => line.set === set && line.detector === detector)?.auc ?? -1;
  const wins = Object.entries(NAMES).map(([detector, name]) => {
    const best = whole.filter((set) => Object.keys(NAMES).every((other) => aucOf(set, detector) >= aucOf(set, other)));
    return `${name} ${best.length}`;
  });
  return split === "given" && whole.length > 0
    ? [...all, `- ${split}, largest AUC of ${whole.length} sets: ${wins.join(", ")}`]
    : all;
}
