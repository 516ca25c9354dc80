import { DataError, OptionError } from "../../errors.js";
import { type Built, idOfPrediction, type Prediction, type PredictionKey, type Results } from "./predictions.js";
import {
  type KeptRecord,
  type PredictionSizes,
  packRecord,
  sealLine,
  unpackRecord,
  unsealLine,
} from "./result-lines.js";

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

/** Why files of an earlier format are refused. */
const EARLIER: Record<string, string> = {
  1: ", without checksums",
  2: ", whose thresholds were chosen on another scale than they were used with",
  3: ", whose logistic regression had C = 1",
};
const FORMAT = 4;

/**
 * Predictions of an earlier run with the same data and settings, and those of this one. Without a store they live only
 * as long as the process.
 * @param hashes of the data and of every setting that a prediction depends on
 * @throws {OptionError} if the store holds results of other data or settings
 * @throws {DataError} for a line that is no result of them, or that is damaged
 */
export async function openResults(
  store: ResultStore | undefined,
  hashes: Hashes,
  sizes: PredictionSizes,
): Promise<Results> {
  const predictions = new Map<string, Prediction>();
  const builds = new Map<string, Built>();
  const keep = (record: KeptRecord) => {
    if (record.kind === "answer") predictions.set(idOf(record.key), record.prediction);
    else builds.set(idOf(record.key), record.built);
  };
  const [head, ...lines] = (await store?.lines()) ?? [];
  const wanted = await sealLine({ kind: "comparison", format: FORMAT, ...hashes }, "");
  if (store && head === undefined) await store.append(wanted);
  else if (store && head !== wanted) throw await otherResults(store.name, head, hashes);
  const { checksum: first } = (await unsealLine(wanted, ""))!;
  for (const [n, line] of lines.entries())
    if (line !== head) keep(await recordOf(`${store!.name}, line ${n + 2}`, line, first, sizes)); // two runs may begin one file
  const append = async (record: KeptRecord) => {
    keep(record);
    await store?.append(await sealLine(packRecord(record), first));
  };
  return {
    prediction: (key) => predictions.get(idOf(key)),
    built: (key) => builds.get(idOf(key)),
    keepPrediction: (key, prediction) => append({ kind: "answer", key, prediction }),
    keepBuilt: (key, built) => append({ kind: "built", key, built }),
  };
}

function idOf(key: Omit<PredictionKey, "classifier"> & Partial<PredictionKey>): string {
  return idOfPrediction({ classifier: "", ...key });
}

async function recordOf(where: string, line: string, first: string, sizes: PredictionSizes): Promise<KeptRecord> {
  const cure = "Remove the line, and its result is computed again; or choose another file (`store`).";
  const sound = await unsealLine(line, first);
  if (!sound)
    throw new DataError(
      `${where}: got "${line.slice(0, 40)}" and no checksum that agrees with it, expected a result of this comparison as it was written. The line is damaged, was edited, or comes from another file. ${cure}`,
    );
  try {
    return unpackRecord(sound.json, sizes);
  } catch (cause) {
    throw new DataError(
      `${where}: got "${line.slice(0, 40)}" with ${(cause as Error).message}, expected a result of this comparison. ${cure}`,
      { cause },
    );
  }
}

/** Why a file cannot be continued that does not begin as it should. */
async function otherResults(name: string, head: string, hashes: Hashes): Promise<DataError | OptionError> {
  let record: Record<string, unknown>;
  try {
    record = JSON.parse(head) ?? {};
  } catch {
    return new DataError(
      `${name}, line 1: got "${head.slice(0, 40)}", expected a result of a comparison (JSON). The file is damaged or of another kind; choose another file (\`store\`).`,
    );
  }
  const { kind, format, data } = record;
  if (kind === "comparison" && format === FORMAT && !(await unsealLine(head, "")))
    return new DataError(
      `${name}, line 1: its checksum does not agree with it, expected the line as it was written. The line is damaged or was edited, so nobody knows what the results are of; choose another file (\`store\`).`,
    );
  const problem =
    kind !== "comparison"
      ? "it holds no results of a comparison"
      : format !== FORMAT
        ? `its format is ${format}${EARLIER[String(format)] ?? ""}, expected ${FORMAT}`
        : data !== hashes.data
          ? "its results are of other data (the hash differs)"
          : "its results were made with other options";
  return new OptionError(
    `${name}: cannot continue from this file: ${problem}. Repeat the comparison that wrote it, or choose another file (\`store\`). Only features, classifiers and figures may be added.`,
  );
}
