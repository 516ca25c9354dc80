import { pack, unpack } from "../../classify/base/packed.js";
import { DataError, OptionError, UndertoneError } from "../../errors.js";
import type { Built, Prediction, PredictionKey, Results } from "./predictions.js";

/** Lines of text that outlive the process, such as a file. */
export interface ResultStore {
  /** What it is called in errors. */
  name: string;
  lines(): Promise<string[]>;
  append(line: string): Promise<void>;
}

/** Of what data and with what settings predictions were made. */
export interface Hashes {
  data: string;
  settings: string;
}

const FORMAT = 1;

/**
 * Predictions of an earlier run with the same data and settings, and those of this one. Without a store they live only
 * as long as the process.
 * @param hashes of the data and of every setting that a prediction depends on
 * @throws {OptionError} if the store holds results of other data or settings
 * @throws {DataError} for a line that is no result
 */
export async function openResults(store: ResultStore | undefined, hashes: Hashes): Promise<Results> {
  const predictions = new Map<string, Prediction>();
  const builds = new Map<string, Built>();
  const lines = (await store?.lines()) ?? [];
  for (const [n, line] of lines.entries()) {
    const record = parseLine(store!.name, n + 1, line);
    const id = idOf(record as unknown as PredictionKey);
    if (n === 0) expectSame(store!.name, record, hashes);
    else if (record.kind === "answer") predictions.set(id, unpackPrediction(record.answer as Packed));
    else if (record.kind === "built") builds.set(id, record.built as Built);
  }
  if (store && lines.length === 0)
    await store.append(JSON.stringify({ kind: "comparison", format: FORMAT, ...hashes }));
  return {
    prediction: (key) => predictions.get(idOf(key)),
    built: (key) => builds.get(idOf(key)),
    async keepPrediction(key, prediction) {
      predictions.set(idOf(key), prediction);
      await store?.append(JSON.stringify({ kind: "answer", ...key, answer: packPrediction(prediction) }));
    },
    async keepBuilt(key, built) {
      builds.set(idOf(key), built);
      await store?.append(JSON.stringify({ kind: "built", ...key, built }));
    },
  };
}

/**
 * Results as JSON lines in a file. Each is appended as soon as it is known, so that nothing done is lost. Reading does not
 * touch the file: what is no result is refused. Half a line that an interrupted process left behind is cut off by
 * the first append.
 */
export function resultFile(path: string): ResultStore {
  const files = import("node:fs/promises");
  const failed = (cause: unknown): never => {
    throw new UndertoneError(
      `Cannot keep results in ${path}: ${(cause as Error).message}. Choose another file (\`store\`).`,
      { cause },
    );
  };
  let repair: (() => Promise<void>) | undefined;
  return {
    name: path,
    async lines() {
      const { readFile, truncate, appendFile } = await files;
      const bytes = await readFile(path).catch((cause: NodeJS.ErrnoException) =>
        cause.code === "ENOENT" ? Buffer.alloc(0) : failed(cause),
      );
      const end = bytes.lastIndexOf("\n") + 1;
      if (!isComparison(bytes)) return [bytes.toString("utf8", 0, 200)]; // of another kind, and perhaps very long
      const lines = bytes.toString("utf8", 0, end).split("\n").slice(0, -1);
      const rest = bytes.toString("utf8", end);
      repair = undefined;
      if (rest === "") return lines;
      if (isTorn(rest)) {
        repair = () => truncate(path, end);
        return lines;
      }
      repair = () => appendFile(path, "\n"); // a line without its end, as editors leave it
      return [...lines, rest];
    },
    async append(line) {
      await repair?.().catch(failed);
      repair = undefined;
      await (await files).appendFile(path, `${line}\n`).catch(failed);
    },
  };
}

const RECORD = '{"kind":"';
const BEGINNING = `${RECORD}comparison","format":`;

/** Whether a file is empty, or begins as results do. */
function isComparison(bytes: Buffer): boolean {
  return bytes.length === 0 || bytes.toString("utf8", 0, BEGINNING.length) === BEGINNING;
}

/** Whether a text is the beginning of a result and not a whole one. */
function isTorn(text: string): boolean {
  if (!text.startsWith(RECORD) && !RECORD.startsWith(text)) return false;
  try {
    JSON.parse(text);
    return false;
  } catch {
    return true;
  }
}

function idOf({ resample, features, classifier = "", seed }: Partial<PredictionKey>): string {
  return JSON.stringify([resample, features, classifier, seed]);
}

interface Packed extends Omit<Prediction, "probabilities" | "validation"> {
  probabilities: string;
  validation?: string;
}

function packPrediction({ probabilities, validation, ...rest }: Prediction): Packed {
  return {
    ...rest,
    probabilities: pack("float64", probabilities),
    ...(validation && { validation: pack("float64", validation) }),
  };
}

function unpackPrediction({ probabilities, validation, ...rest }: Packed): Prediction {
  return {
    ...rest,
    probabilities: unpack("float64", probabilities),
    ...(validation !== undefined && { validation: unpack("float64", validation) }),
  };
}

function parseLine(name: string, line: number, text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    throw new DataError(
      `${name}, line ${line}: got "${text.slice(0, 40)}", expected a result of a comparison (JSON). The file is damaged or of another kind; choose another file (\`store\`).`,
    );
  }
}

function expectSame(name: string, { kind, format, data, settings }: Record<string, unknown>, hashes: Hashes): void {
  const problem =
    kind !== "comparison"
      ? "it holds no results of a comparison"
      : format !== FORMAT
        ? `its format is ${format}, expected ${FORMAT}`
        : data !== hashes.data
          ? "its results are of other data (the hash differs)"
          : settings !== hashes.settings
            ? "its results were made with other options"
            : undefined;
  if (problem)
    throw new OptionError(
      `${name}: cannot continue from this file: ${problem}. Repeat the comparison that wrote it, or choose another file (\`store\`). Only features, classifiers and figures may be added.`,
    );
}
