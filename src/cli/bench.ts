import { cpus } from "node:os";
import Table from "cli-table3";
import { Command, InvalidArgumentError } from "commander";
import { decimalOf } from "../decimal.js";
import type { Engine } from "../engine/engine.js";
import { engineNames, loadEngine, loadEveryEngine } from "../engine/load.js";
import { compareSpeed, type ShapeSpeed } from "../speed/compare-speed.js";
import { type SpeedShape, usefulFlops } from "../speed/workload.js";
import { VERSION } from "../version.js";

interface BenchOptions {
  shape?: SpeedShape[];
  repeats: number;
  json?: boolean;
  engine?: string;
}

/** What `undertone bench --json` prints. */
export interface BenchReport {
  undertone: string;
  node: string;
  cpu: string;
  engines: string[];
  shapes: ShapeSpeed[];
  /** What was left out and why. */
  notes: string[];
}

const SMALL: SpeedShape = { T: 100, B: 32, F: 1, H: 64 };
const LARGE: SpeedShape = { T: 100, B: 128, F: 8, H: 128 };
/** With more operations per step the reference engine would take over ten seconds per step. */
const REFERENCE_LIMIT = 2e9;

const HELP = `
Examples:
  undertone bench
  undertone bench --shape 50,64,16,256 --engine wasm`;

/** `undertone bench`: how fast training and encoding are on this machine, beside its peak. */
export function benchCommand(): Command {
  return new Command("bench")
    .description("time training and encoding on this machine: every engine, the multiply-add peak")
    .option(
      "--shape <T,B,F,H...>",
      "steps, batch, features, units of the recipe simple (default: 100,32,1,64 and 100,128,8,128)",
      parseShape,
    )
    .option("--repeats <n>", "rounds; each engine runs once per round", parseRepeats, 7)
    .option("--engine <name>", `run one engine only: ${engineNames.join(", ")} (default: all that load)`)
    .option("--json", "print one JSON object")
    .addHelpText("after", HELP)
    .action(async (options: BenchOptions) => {
      const report = await runBench(options);
      process.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : renderBench(report));
    });
}

/** @throws {EngineError} if the engine of `--engine` cannot run here */
export async function runBench({ shape, repeats, engine }: BenchOptions): Promise<BenchReport> {
  const notes: string[] = [];
  const engines = engine ? [await loadEngine(engine)] : await loadEvery(notes);
  const shapes: ShapeSpeed[] = [];
  for (const each of shape ?? [SMALL, LARGE]) {
    const label = labelOf(each);
    const slow = usefulFlops(each) > REFERENCE_LIMIT;
    const fit = engines.filter(({ name }) => engine || name !== "reference" || !slow);
    if (fit.length < engines.length)
      notes.push(`The reference engine was not timed for ${label}; --engine reference times it.`);
    progress(`${label}: warming up`);
    const onRound = (round: number) => progress(`${label}: round ${round + 1} of ${repeats}`);
    shapes.push(await compareSpeed(fit, each, { rounds: repeats, onRound }));
  }
  progress("");
  const names = engines.map(({ name }) => name);
  const cpu = cpus()[0]?.model.trim() ?? "unknown CPU";
  return { undertone: VERSION, node: process.version, cpu, engines: names, shapes, notes };
}

/** One line about the machine, a table of all shapes, notes. */
export function renderBench({ engines, cpu, node, shapes, notes }: BenchReport): string {
  const table = new Table({
    head: ["T,B,F,H", "engine", "ms/step", "GFLOPS", "peak", "of peak", "encode seq/s"],
    colAligns: ["left", "left", "right", "right", "right", "right", "right"],
    style: { head: [], border: [] },
  });
  for (const { shape, engines } of shapes) {
    for (const each of engines)
      table.push([
        labelOf(shape),
        each.engine,
        each.milliseconds < 10 ? each.milliseconds.toPrecision(3) : each.milliseconds.toFixed(1),
        each.usefulGflops.toFixed(1),
        each.peakGflops.toFixed(1),
        `${(100 * each.shareOfPeak).toFixed(0)} %`,
        each.encodeSequencesPerSecond.toFixed(0),
      ]);
  }
  const lines = [
    `${engines.join(", ")} on ${cpu}, Node ${node}, one thread`,
    table.toString(),
    "ms/step: median time of a whole training step of the recipe simple. GFLOPS: operations of the formulas per second.",
    "peak: multiply-adds in registers, one core.",
    ...notes,
  ];
  return `${lines.join("\n")}\n`;
}

async function loadEvery(notes: string[]): Promise<Engine[]> {
  const { engines, missing } = await loadEveryEngine();
  notes.push(...missing);
  return engines;
}

function labelOf({ T, B, F, H }: SpeedShape): string {
  return [T, B, F, H].join();
}

function parseShape(text: string, previous: SpeedShape[] = []): SpeedShape[] {
  const sizes = text.split(",").map(decimalOf);
  if (sizes.length !== 4 || !sizes.every((size) => Number.isInteger(size) && size > 0))
    throw new InvalidArgumentError("Expected four whole numbers above 0, T,B,F,H, such as 100,32,1,64.");
  const [T, B, F, H] = sizes;
  return [...previous, { T, B, F, H }];
}

function parseRepeats(text: string): number {
  const repeats = decimalOf(text);
  if (!Number.isInteger(repeats) || repeats < 1) throw new InvalidArgumentError("Expected a whole number above 0.");
  return repeats;
}

/** Overwrites one line of a terminal; silent elsewhere. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}
