// @ts-check
// What was timed, as Markdown that also reads well in a terminal.
import { sizesOf } from "./workloads.mjs";

/** @typedef {import("./rounds.mjs").Timed} Timed */
/** @typedef {import("./rounds.mjs").Times} Times */
/** @typedef {import("./workloads.mjs").Workload} Workload */
/** @typedef {"train" | "encode"} What */
/** @typedef {{ middle: number; low: number; high: number }} Ratio of medians, then the range of the rounds */

/**
 * @typedef {object} Report
 * @property {string} command @property {string} date
 * @property {{ cpu: string; cores: number; node: string; platform: string; load: [number, number] }} machine load before and after
 * @property {string[]} versions of the peers
 * @property {number} seconds
 * @property {{ rounds: number; trainMs: number; encodeMs: number }} pace
 * @property {Record<string, number>} peaks GFLOPS of one core, by engine
 * @property {Workload[]} workloads
 * @property {Timed[]} timed
 * @property {string[]} missing in sentences
 */

const [BEGIN, END] = ["<!-- the last run: begin -->", "<!-- the last run: end -->"];

/** A page whose last table is replaced. @param {string} page @param {string} text @throws if it has no place for it */
export function putTable(page, text) {
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`The page needs the lines "${BEGIN}" and "${END}".`);
  return `${page.slice(0, from + BEGIN.length)}\n\n${text}\n${page.slice(to)}`;
}

/** How often the first goes into the second. @param {Times} ours @param {Times} theirs @returns {Ratio} */
export function ratioOf(ours, theirs) {
  const ratios = theirs.rounds.map((time, round) => time / ours.rounds[round]);
  const middle = theirs.milliseconds / ours.milliseconds;
  return { middle, low: Math.min(...ratios), high: Math.max(...ratios) };
}

/** The whole report. @param {Report} report */
export function renderReport(report) {
  const { machine, pace, peaks, workloads, missing } = report;
  const highest = Math.max(...Object.values(peaks));
  const lines = [
    `\`${report.command}\`, ${report.date}, ${report.seconds.toFixed(0)} seconds.`,
    `${machine.cpu}, ${machine.cores} cores, ${machine.platform}, Node ${machine.node}; ${report.versions.join(", ")}.`,
    `Load before and after: ${machine.load.map((load) => load.toFixed(1)).join(", ")}.${
      machine.load[0] > 1 ? " **Others were using the machine: times mean little, ratios something.**" : ""
    }`,
    `Multiply-add peak of one core, GFLOPS: ${Object.entries(peaks)
      .map(([engine, peak]) => `${engine} ${peak.toFixed(0)}`)
      .join(", ")}.`,
    "",
    "At a glance (one thread unless it says two):",
    "",
    ...table(...glance(report, highest)),
    ...raggedCosts(report),
    ...workloads.flatMap((workload) => [
      "",
      `**${describe(workload)}**`,
      "",
      ...table(...details(report, workload, highest)),
    ]),
    "",
    `step: one training step, median of ${pace.rounds} rounds; CPU: of all its threads, waiting in a loop included. GFLOPS:`,
    "operations the mathematics needs; of peak: over the highest peak above and the number of threads. x native, x wasm:",
    "how many times as long it takes as our best engine of that kind on as many threads, and the range over the rounds.",
    "MB: resident memory at its peak, the libraries included; a peer keeps its process, and what it has compiled, from",
    "shape to shape.",
    ...(missing.length > 0 ? ["", ...missing.map((line) => `- ${line}`)] : []),
  ];
  return `${lines.join("\n")}\n`;
}

/** @param {Workload} workload */
function describe({ name, recipe, lengths, H, twinOf }) {
  const { rows } = sizesOf({ name, recipe, lengths, H, F: 1 });
  if (recipe === "denoising") return `${name}: the recipe denoising, ${2 * H}-${H}-${H}`;
  if (twinOf) return `${name}: as many real steps as the ragged batch, but none missing`;
  if (lengths.some((length) => length !== lengths[0])) return `${name}: ${rows} real steps`;
  return name;
}

/**
 * One row a contender.
 * @param {Report} report @param {Workload} workload @param {number} highest @returns {[string[], string[][]]}
 */
function details({ timed }, workload, highest) {
  const own = timed.filter((each) => each.workload === workload.name);
  const { encoded, flops } = sizesOf(workload);
  const rows = own.map((each) => {
    const gflops = flops.training / each.train.milliseconds / 1e6;
    const ratio = (/** @type {string} */ kind, /** @type {What} */ what) => {
      const base = baseOf(own, kind, each.threads);
      return base && base !== each ? showRatio(ratioOf(base[what], each[what])) : "";
    };
    return [
      each.name,
      `${each.threads}`,
      milliseconds(each.train.milliseconds),
      milliseconds(each.train.cpu),
      gflops.toFixed(1),
      percent(gflops / highest / each.threads),
      ratio("native", "train"),
      ratio("wasm", "train"),
      thousands((1000 * encoded) / each.encode.milliseconds),
      ratio("native", "encode"),
      ratio("wasm", "encode"),
      each.peakMB.toFixed(0),
    ];
  });
  return [
    [
      "",
      "threads",
      "step ms",
      "CPU ms",
      "GFLOPS",
      "of peak",
      "x native",
      "x wasm",
      "encode seq/s",
      "x native",
      "x wasm",
      "MB",
    ],
    rows,
  ];
}

/** Our best against each kind of peer. @param {Report} report @param {number} highest @returns {[string[], string[][]]} */
function glance({ timed, workloads }, highest) {
  const head = ["", "step ms", "of peak", "Keras", "PyTorch", "TensorFlow.js", "wasm: PyTorch", "wasm: TensorFlow.js"];
  const rows = workloads.map((workload) => {
    const own = timed.filter((each) => each.workload === workload.name);
    const { encoded, flops } = sizesOf(workload);
    const alone = baseOf(own, "native", 1) ?? baseOf(own, "wasm", 1);
    const both = alone && own.find(({ id, threads }) => id === alone.id && threads === 2);
    /** The fastest peer of this name. @param {string} kind @param {RegExp} peers @param {What} what @param {number} threads */
    const against = (kind, peers, what, threads) => {
      const base = baseOf(own, kind, threads);
      const fit = own.filter((each) => each.kind === "peer" && peers.test(each.id) && each.threads === threads);
      const best = fit.sort((a, b) => a[what].milliseconds - b[what].milliseconds)[0];
      return base && best ? showRatio(ratioOf(base[what], best[what])) : "";
    };
    const encodes = both ?? alone;
    return [
      workload.name,
      alone ? milliseconds(alone.train.milliseconds) : "",
      alone ? percent(flops.training / alone.train.milliseconds / 1e6 / highest) : "",
      against("native", /^keras/, "train", 1),
      against("native", /^torch(-compile)?$/, "train", 1),
      against("native", /^tfjs/, "train", 1),
      against("wasm", /^torch(-compile)?$/, "train", 1),
      against("wasm", /^tfjs/, "train", 1),
      alone && both ? showRatio(ratioOf(both.train, alone.train)) : "",
      encodes ? thousands((1000 * encoded) / encodes.encode.milliseconds) : "",
      against("native", /^torch$/, "encode", encodes?.threads ?? 1),
    ];
  });
  const threads = timed.some((each) => each.threads === 2) ? 2 : 1;
  return [[...head, "two threads", `encode seq/s, threads: ${threads}`, "PyTorch"], rows];
}

/** What a real step of a ragged batch costs over one of a batch without raggedness. @param {Report} report */
function raggedCosts({ timed, workloads }) {
  return workloads
    .filter((workload) => workload.twinOf)
    .flatMap((twin) => {
      const ragged = /** @type {Workload} */ (workloads.find(({ name }) => name === twin.twinOf));
      const perRow = sizesOf(twin).rows / sizesOf(ragged).rows;
      const rows = timed
        .filter((each) => each.workload === ragged.name)
        .flatMap((each) => {
          const other = timed.find(
            (one) => one.workload === twin.name && one.id === each.id && one.threads === each.threads,
          );
          if (!other) return [];
          const cost = (/** @type {What} */ what) => {
            const { middle, low, high } = ratioOf(other[what], each[what]);
            return showRatio({ middle: middle * perRow, low: low * perRow, high: high * perRow });
          };
          return [[each.name, `${each.threads}`, cost("train"), cost("encode")]];
        });
      const head = ["", "threads", "training", "encoding"];
      return ["", `Cost of a real step, ${ragged.name} over ${twin.name}:`, "", ...table(head, rows)];
    });
}

/** The best of our engines of this kind, which comes first. @param {Timed[]} own @param {string} kind @param {number} threads */
function baseOf(own, kind, threads) {
  return own.find((each) => each.kind === kind && each.threads === threads);
}

/** Aligned, first column to the left, the others to the right. @param {string[]} head @param {string[][]} rows */
export function table(head, rows) {
  const widths = head.map((_, k) => Math.max(3, ...[head, ...rows].map((row) => row[k].length)));
  const line = (/** @type {string[]} */ cells) =>
    `| ${cells.map((cell, k) => (k === 0 ? cell.padEnd(widths[k]) : cell.padStart(widths[k]))).join(" | ")} |`;
  const rule = widths.map((width, k) => (k === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`));
  return [line(head), line(rule), ...rows.map(line)];
}

/** @param {Ratio} ratio */
function showRatio({ middle, low, high }) {
  const digits = middle < 10 ? 2 : 1;
  return `${middle.toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})`;
}

/** @param {number} value */
function milliseconds(value) {
  return value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : value.toFixed(0);
}

/** @param {number} value */
function percent(value) {
  return `${(100 * value).toFixed(0)} %`;
}

/** @param {number} value */
function thousands(value) {
  return value < 10_000 ? value.toFixed(0) : `${(value / 1000).toFixed(1)}k`;
}
