import { pack, unpack } from "../../classify/base/packed.js";
import { DataError, OptionError } from "../../errors.js";
import type { LatentMap, Learning, Reconstructions } from "./comparison.js";

/** Which work: a classifier on a feature set, in one resample (from 1), with one network seed. */
export interface PredictionKey {
  resample: number;
  features: string;
  classifier: string;
  /** 0 for features without a network. */
  seed: number;
}

/** What a classifier said. */
export interface Prediction {
  columns: number;
  /** [test cases, classes] */
  probabilities: Float64Array;
  /** [validation cases], of class 1, by a classifier that did not see them; where a threshold is wanted. */
  validation?: Float64Array;
  notes: string[];
  seconds: number;
}

/** What building a feature set told, beside its numbers. */
export interface Built {
  notes: string[];
  seconds: number;
  learning?: Learning;
  map?: LatentMap;
  reconstructions?: Reconstructions;
}

/** Lines of text that outlive the process: a file, where there are files. */
export interface ResultStore {
  /** What it is called in errors. */
  name: string;
  lines(): Promise<string[]>;
  append(line: string): Promise<void>;
}

const FORMAT = 1;

/** Everything done so far, and the place where more is kept. */
export interface Results {
  answer(key: PredictionKey): Prediction | undefined;
  built(key: Omit<PredictionKey, "classifier">): Built | undefined;
  keepAnswer(key: PredictionKey, answer: Prediction): Promise<void>;
  keepBuilt(key: Omit<PredictionKey, "classifier">, built: Built): Promise<void>;
}

/**
 * Results of an earlier run with the same data and settings, and those of this one. Without a store they live only
 * as long as the process.
 * @param hashes of the data and of every setting that an answer depends on
 * @throws {OptionError} if the store holds results of other data or settings
 * @throws {DataError} for a line that is no result
 */
export async function openResults(
  store: ResultStore | undefined,
  hashes: { data: string; settings: string },
): Promise<Results> {
  const answers = new Map<string, Prediction>();
  const builds = new Map<string, Built>();
  const lines = (await store?.lines()) ?? [];
  for (const [n, line] of lines.entries()) {
    const record = parseLine(store!.name, n + 1, line);
    if (n === 0) expectSame(store!.name, record, hashes);
    else if (record.kind === "answer")
      answers.set(idOf(record as unknown as PredictionKey), unpackAnswer(record.answer as PackedAnswer));
    else if (record.kind === "built")
      builds.set(idOf(record as unknown as PredictionKey), record.built as Built);
  }
  if (store && lines.length === 0)
    await store.append(JSON.stringify({ kind: "comparison", format: FORMAT, ...hashes }));
  return {
    answer: (key) => answers.get(idOf(key)),
    built: (key) => builds.get(idOf(key)),
    async keepAnswer(key, answer) {
      answers.set(idOf(key), answer);
      await store?.append(JSON.stringify({ kind: "answer", ...key, answer: packAnswer(answer) }));
    },
    async keepBuilt(key, built) {
      builds.set(idOf(key), built);
      await store?.append(JSON.stringify({ kind: "built", ...key, built }));
    },
  };
}

function idOf({ resample, features, classifier = "", seed }: Partial<PredictionKey>): string {
  return JSON.stringify([resample, features, classifier, seed]);
}

interface PackedAnswer extends Omit<Prediction, "probabilities" | "validation"> {
  probabilities: string;
  validation?: string;
}

function packAnswer({ probabilities, validation, ...rest }: Prediction): PackedAnswer {
  return {
    ...rest,
    probabilities: pack("float64", probabilities),
    ...(validation && { validation: pack("float64", validation) }),
  };
}

function unpackAnswer({ probabilities, validation, ...rest }: PackedAnswer): Prediction {
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
      `${name}, line ${line}: got "${text.slice(0, 40)}", expected a result of a comparison (JSON). The file is damaged or another one; choose another file (\`store\`).`,
    );
  }
}

function expectSame(
  name: string,
  { kind, format, data, settings }: Record<string, unknown>,
  hashes: { data: string; settings: string },
): void {
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
      `${name}: cannot go on from this file: ${problem}. Repeat the comparison that wrote it, or choose another file (\`store\`). More features, classifiers and figures may be asked for; all else must stay.`,
    );
}
