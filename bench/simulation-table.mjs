// @ts-check
// What bench/simulation.mjs found, as Markdown: figures of each simulation, and differences with intervals over them.
import { criticalT } from "../dist/inner.js";

/**
 * @typedef {object} Line one simulation
 * @property {number} seed @property {number} networkSeeds @property {number} train @property {number} test
 * @property {number[]} testClasses @property {number} seconds
 * @property {{ features: string, role: string, classifier: string, averagePrecision: number, alerts?: { precision: number } }[]} rows
 * @property {{ question: string, features: string, difference: number }[]} differences
 * @property {{ decision: string }} verdict
 * @property {{ alerts: number }} [budget]
 * @property {{ processor: string, cores: number, runtime: string, engine: string }} environment
 */

/**
 * A page whose table is replaced.
 * @param {string} page @param {string} text @param {string} [name] of the place, in its comments
 * @throws if it has no such place
 */
export function putSimulations(page, text, name = "simulations") {
  const [begin, end] = ["begin", "end"].map((side) => `<!-- ${name}: ${side} -->`);
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`The page needs the lines "${begin}" and "${end}".`);
  return `${page.slice(0, from + begin.length)}\n\n${text}\n${page.slice(to)}`;
}

/**
 * Mean of the differences of each simulation and its 95 % interval by Student's t: simulations share no customer.
 * @param {number[]} differences
 */
export function overSimulations(differences) {
  const J = differences.length;
  const mean = differences.reduce((sum, value) => sum + value, 0) / J;
  if (J < 2) return { mean };
  const variance = differences.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (J - 1);
  const reach = criticalT(0.05, J - 1) * Math.sqrt(variance / J);
  return { mean, low: mean - reach, high: mean + reach };
}

/** @param {readonly Line[]} lines one a simulation @param {string} command that made them */
export function simulationTable(lines, command) {
  const [{ rows, environment, networkSeeds, budget }] = lines;
  const classifiers = [...new Set(rows.map(({ classifier }) => classifier))];
  const names = [...new Set(rows.map(({ features }) => features))];
  const figure = (/** @type {Line} */ line, /** @type {string} */ features, /** @type {string} */ classifier) =>
    /** @type {Line["rows"][number]} */ (
      line.rows.find((row) => row.features === features && row.classifier === classifier)
    );
  const out = [
    `\`${command}\`: ${environment.processor}, ${environment.cores} ${environment.cores === 1 ? "core" : "cores"}, ${environment.engine}, ${environment.runtime}; ` +
      `${networkSeeds} ${networkSeeds > 1 ? "networks" : "network"} a simulation, ` +
      `${lines.map(({ seconds }) => seconds.toFixed(0)).join(", ")} seconds.`,
  ];
  for (const classifier of classifiers) {
    const seeds = lines.map(({ seed }) => `seed ${seed}`);
    const against = ["fields", "aggregates", "aggregates+statistics"].filter((name) => names.includes(name));
    out.push(
      "",
      `Average precision with ${classifier}${budget ? `, and precision of the ${budget.alerts} riskiest of a day (P@${budget.alerts})` : ""}; differences are means over simulations with 95 % intervals:`,
      "",
      row([
        "features",
        ...seeds,
        "mean",
        ...(budget ? [`P@${budget.alerts}`] : []),
        ...against.map((name) => `against ${name}`),
      ]),
      row(["---", ...[...seeds, "mean", ...(budget ? ["P"] : []), ...against].map(() => "---")]),
    );
    for (const name of names) {
      const own = lines.map((line) => figure(line, name, classifier));
      out.push(
        row([
          name,
          ...own.map(({ averagePrecision }) => share(averagePrecision)),
          share(overSimulations(own.map(({ averagePrecision }) => averagePrecision)).mean),
          ...(budget ? [share(overSimulations(own.map(({ alerts }) => alerts?.precision ?? 0)).mean)] : []),
          ...against.map((other) =>
            other === name
              ? ""
              : interval(
                  lines.map((line, k) => own[k].averagePrecision - figure(line, other, classifier).averagePrecision),
                ),
          ),
        ]),
      );
    }
  }
  out.push(...claimsOf(lines));
  out.push("", row(["simulation", "test cases", "frauds", "verdict"]), row(["---", "---", "---", "---"]));
  for (const { seed, test, testClasses, verdict } of lines)
    out.push(row([`seed ${seed}`, String(test), String(testClasses[1]), verdict.decision]));
  return `${out.join("\n")}\n`;
}

/**
 * What decides a verdict, over all simulations: each set with the classifier that its training part chose.
 * @param {readonly Line[]} lines
 */
function claimsOf(lines) {
  const of = (/** @type {Line} */ { differences }, /** @type {string} */ features, /** @type {string[]} */ ...asked) =>
    differences.find((each) => each.features === features && asked.includes(each.question))?.difference;
  const claims = [...new Set(lines.flatMap(({ differences }) => differences.map(({ features }) => features)))];
  const cell = (/** @type {string} */ features, /** @type {string[]} */ ...asked) => {
    const found = lines.map((line) => of(line, features, ...asked));
    return found.every((each) => each !== undefined) ? interval(/** @type {number[]} */ (found)) : "";
  };
  if (claims.length === 0) return [];
  return [
    "",
    "The same with the classifiers that the training parts chose, against the baseline that they chose:",
    "",
    row(["features", "against the baseline", "against the same, untrained"]),
    row(["---", "---", "---"]),
    ...claims.map((features) => row([features, cell(features, "offer", "control"), cell(features, "learning")])),
  ];
}

/** @param {number[]} differences */
function interval(differences) {
  const { mean, low, high } = overSimulations(differences);
  return low === undefined ? signed(mean) : `${signed(mean)} [${signed(low)}, ${signed(high)}]`;
}

/** @param {number} value */
function share(value) {
  return value.toFixed(3).replace(/^0/, "");
}

/** @param {number} value */
function signed(value) {
  return `${value < 0 ? "-" : "+"}${Math.abs(value).toFixed(3).replace(/^0/, "")}`;
}

/** @param {readonly string[]} cells */
function row(cells) {
  return `| ${cells.join(" | ")} |`;
}
