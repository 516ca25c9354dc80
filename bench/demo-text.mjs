// @ts-check
// What the demo printed, as parts of pages.

const [BEGIN, END] = ["<!-- demo: begin -->", "<!-- demo: end -->"];
/** Lines of progress, which a terminal overwrites, and the time told beforehand. */
const PROGRESS = /^(reading |resample \d+|intervals |\d+ rows read|This takes about )/;

/** The page with all that was printed. @param {string} page @param {string} printed @param {string} machine */
export function demoBlock(page, printed, machine) {
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`The page needs the lines "${BEGIN}" and "${END}".`);
  const lines = printed
    .trimEnd()
    .split("\n")
    .filter((line) => !PROGRESS.test(line));
  const block = ["```", ...lines, "```"].join("\n");
  return `${page.slice(0, from + BEGIN.length)}\n\nSeed 1; ${machine}:\n\n${block}\n\n${page.slice(to)}`;
}

const NUMBERS = ["none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

/** The README with the figures of the rows that it shows, and the verdict. @param {string} page @param {string} printed */
export function readmeTable(page, printed) {
  const place = /^The demo has [\s\S]*?^\*\*Verdict: .*\*\*$/m;
  const [part] = find(page, place);
  const shown = [...part.matchAll(/^\| (\S.*?) \| \w+ \|/gm)].map(([, features]) => features);
  const [, transactions, share] = find(printed, /: (\d+) transactions, \d+ marked as fraud \((\S+) %\)/);
  const [, verdict] = find(printed, /^(Verdict: .*)$/m);
  const rows = rowsOf(printed);
  const chosen = rows.filter(([features]) => shown.includes(features));
  const table = chosen.map(([features, , classifier, precision, interval, , prec, recall]) =>
    row([features, classifier, precision, interval, prec, recall]),
  );
  const text = [
    `The demo has ${Number(transactions).toLocaleString("en")} simulated card transactions, ${share} % of them frauds. ${capital(NUMBERS[chosen.length])} of the ${NUMBERS[rows.length]} rows that it prints`,
    "([all of it](docs/demo.md)):",
    "",
    row(["features", "classifier", "average precision", "95 % interval", "precision", "recall"]),
    "|---|---|---|---|---|---|",
    ...table,
    "",
    `**${verdict}**`,
  ].join("\n");
  return page.replace(place, () => text);
}

/** Cells of the rows of the table that was printed, without its head. @param {string} printed */
export function rowsOf(printed) {
  const lines = printed
    .split("\n")
    .filter((line) => line.startsWith("│"))
    .map((line) => line.split("│").slice(1, -1))
    .filter((cells) => cells.length >= 10)
    .map((cells) => cells.map((cell) => cell.trim()));
  /** @type {string[][]} */
  const rows = [];
  for (const [features, ...cells] of lines)
    if (cells.every((cell) => cell === ""))
      rows[rows.length - 1][0] += ` ${features}`; // a name of several lines
    else rows.push([features, ...cells]);
  return rows.slice(1);
}

/** @param {string} text @param {RegExp} pattern */
function find(text, pattern) {
  const found = pattern.exec(text);
  if (!found) throw new Error(`Nothing looks like ${pattern}.`);
  return found;
}

/** @param {readonly string[]} cells */
function row(cells) {
  return `| ${cells.join(" | ")} |`;
}

/** @param {string} text */
function capital(text) {
  return `${text[0].toUpperCase()}${text.slice(1)}`;
}
