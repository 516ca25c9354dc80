// @ts-check
// The tables of bench/anomaly.mjs as Markdown.

const NAMES = {
  autoencoder: "autoencoder",
  "isolation-forest": "forest",
  "isolation-forest-raw": "forest, raw",
  "z-score": "z-score",
};
const MOST = 1.5;

/** @param {any[]} lines @returns {string} */
export function anomalyTables(lines) {
  return ["drawn", "given"]
    .filter((split) => lines.some((line) => line.split === split))
    .map((split) => tablesOf(split, lines))
    .join("\n\n");
}

/** @param {string} split @param {any[]} lines */
function tablesOf(split, lines) {
  const own = lines.filter((line) => line.split === split);
  const sets = [...new Set(own.map(({ set }) => set))].sort();
  const of = (/** @type {string} */ set, /** @type {string} */ detector) =>
    own.find((line) => line.set === set && line.detector === detector);
  const rows = sets.flatMap((set) => {
    const ours = of(set, "autoencoder");
    if (!ours) return [];
    const aucs = Object.keys(NAMES).map((detector) => of(set, detector)?.auc?.toFixed(3) ?? "-");
    return [
      `| ${set} | ${ours.train} | ${ours.levels.map((/** @type {any} */ level) => rate(level, ours)).join(" | ")} | ${aucs.join(" | ")} |`,
    ];
  });
  const head = `| set | trained on | false alarms at .05 | at .01 | ${Object.values(NAMES)
    .map((name) => `AUC, ${name}`)
    .join(" | ")} |`;
  return [`${split}:`, "", head, "|---|---|---|---|---|---|---|---|", ...rows, "", ...summary(split, own, sets)].join(
    "\n",
  );
}

/** A rate with its 95 % interval over draws and cases; "-": the level is below the least p-value. */
function rate(/** @type {any} */ { level, normal, called, rates }, /** @type {any} */ { least }) {
  if (level < least) return `- (least p .${(1000 * least).toFixed(0).padStart(3, "0")})`;
  const share = called / normal;
  return `${share.toFixed(3)} +- ${errorOf(share, normal, rates).toFixed(3)}${share > MOST * level ? " !" : ""}`;
}

/** Twice the standard error: of the draws, which hold the chance of held-out cases and of test cases; of one draw the binomial. */
function errorOf(/** @type {number} */ share, /** @type {number} */ normal, /** @type {number[]} */ rates) {
  const binomial = Math.sqrt((Math.max(share, 1 / normal) * (1 - share)) / normal);
  if (rates.length < 2) return 2 * binomial;
  const mean = rates.reduce((a, b) => a + b, 0) / rates.length;
  const ofDraws = Math.sqrt(rates.reduce((sum, r) => sum + (r - mean) ** 2, 0) / (rates.length - 1) / rates.length);
  return 2 * Math.max(binomial, ofDraws);
}

/** @param {string} split @param {any[]} own @param {string[]} sets */
function summary(split, own, sets) {
  const out = [];
  for (const [detector, name] of Object.entries(NAMES)) {
    const lines = own.filter((line) => line.detector === detector && sets.includes(line.set));
    const aucs = lines.flatMap(({ auc }) => auc ?? []);
    const levels = [0.05, 0.01].map((level, l) => {
      const reached = lines.filter(({ least }) => least <= level);
      const shares = reached.map(({ levels: all }) => all[l].called / all[l].normal);
      const above = reached.filter(({ levels: all }) => all[l].called / all[l].normal > MOST * level);
      const mean = shares.reduce((a, b) => a + b, 0) / Math.max(1, shares.length);
      return `at ${level}: mean ${mean.toFixed(4)} over ${reached.length} sets, above ${MOST} times on ${above.length}${above.length > 0 ? ` (${above.map(({ set }) => set).join(", ")})` : ""}`;
    });
    out.push(
      `- ${name}, ${split}: ${levels.join("; ")}; mean AUC ${(aucs.reduce((a, b) => a + b, 0) / Math.max(1, aucs.length)).toFixed(3)} over ${aucs.length} sets`,
    );
  }
  const ranks = Object.keys(NAMES).map((detector) => {
    const wins = sets.filter((set) => {
      const auc = (/** @type {string} */ of) => own.find((line) => line.set === set && line.detector === of)?.auc ?? -1;
      return Object.keys(NAMES).every((other) => auc(detector) >= auc(other));
    });
    return `${NAMES[/** @type {"autoencoder"} */ (detector)]} ${wins.length}`;
  });
  return [...out, `- best AUC: ${ranks.join(", ")}`];
}
