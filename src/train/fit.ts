import type { Engine } from "../engine/engine.js";
import { defaultThreads } from "../engine/threads/threads.js";
import { DataError, OptionError } from "../errors.js";
import { FORMAT_VERSION } from "../model/metadata.js";
import type { Model } from "../model/model.js";
import { fitPreparation, inputChannels, type Preparation, prepareSequences } from "../model/prepare.js";
import { prepareLater, prepareNow } from "../model/prepared-windows.js";
import { oneHotColumns } from "../network/batch/one-hot-columns.js";
import { createNetwork, listParameters } from "../network/network.js";
import type { AutoencoderSpec } from "../network/spec/spec.js";
import { randomStream, STREAMS } from "../random.js";
import { type DataOptions, parseDataOptions } from "../read/source/options.js";
import { sha256 } from "../sequences/set/hash.js";
import { type Channel, countOf, type SequenceSet } from "../sequences/set/sequence-set.js";
import { splitCases } from "../sequences/set/split.js";
import { checkSequences, cutSequences, pickSequences, type Sequences } from "../sequences/set/windowed-set.js";
import { limitCategories } from "../sequences/transform/limit-categories.js";
import { VERSION } from "../version.js";
import { trainInBackground } from "./background.js";
import { writeBlocks } from "./blocks/block-file.js";
import { fromBlocks } from "./blocks/training-sequences.js";
import { latentWarnings } from "./latent-warnings.js";
import { type FitOptions, resolveFitOptions, specOf } from "./options.js";
import { type TrainHooks, type TrainResult, trainAutoencoder } from "./train.js";

/** Options that do not change what is learned: hooks, and the origin of the data. */
export interface TrainRun extends TrainHooks {
  /** default: nameless data in memory */
  origin?: DataOrigin;
  /** Training sequences beside those in memory; early stopping looks at none of them. */
  more?: MoreBlocks;
}

/** Blocks of sequences that are read one at a time, as `data` was read: each is a random sample of the entities. */
export interface MoreBlocks {
  /** Of all blocks, the one in memory too. */
  count: number;
  /** @param block from 1; `data` is block 0 */
  read(block: number): Promise<SequenceSet>;
  /** Where prepared blocks are put while training lasts. */
  folder: string;
}

/** The origin of the data, as the model file stores it. */
export interface DataOrigin {
  name: string;
  files: readonly { path: string; sha256: string }[];
  reading: DataOptions;
  labelsBeside?: boolean;
}

const VALIDATION_FROM = 50;
/** Sequences that early stopping looks at; more would cost more time than they add precision. */
const MAX_VALIDATION = 512;

/**
 * Fits preparation and autoencoder on a training set. Labels are used only if the spec requires them (label-aware),
 * and then only to learn from and to spread the classes over both parts. A part of the sequences, whole
 * entities where there are any, is held out for early stopping before anything is fitted.
 * @param whenFree resolves when one more thread may help; default: at once
 * @throws {DataError} if no sequence has a step
 */
export async function trainModel(
  engine: Engine,
  data: Sequences,
  options: FitOptions = {},
  { origin = { name: "data", files: [], reading: {} }, more, ...hooks }: TrainRun = {},
  whenFree?: () => Promise<void>,
): Promise<Model> {
  parseDataOptions(origin.reading); // the model file takes no other
  const resolved = resolveFitOptions(options, data.windows);
  const { prepare: preparing, train: training, validation: share } = resolved;
  const spec = specOf(resolved);
  const recipe = options.spec ? "custom" : resolved.recipe;
  if (countOf(data) === 0) throw new DataError(`${origin.name}: got no sequences, expected at least one to train on.`);
  if (spec.readOutLoss?.crossEntropy && !data.labels)
    throw new OptionError(
      `${origin.name}: the recipe "${recipe}" learns from labels, and the sequences have none. Name the column with \`label\`, or use \`recipe: "default"\`.`,
    );
  checkSequences(data, origin.name);
  const labelAware = spec.readOutLoss?.crossEntropy !== undefined;
  const parts = holdOut(data, share, training.seed, labelAware);
  const preparation = fitPreparation(parts.train, preparing);
  expectCategories(origin.name, spec, preparation.channels);
  const train = prepareLater(parts.train, preparation);
  const validation = parts.validation && prepareSequences(parts.validation, preparation);
  const threads = options.threads ?? (await defaultThreads());
  const blocks = more && (await prepareBlocks(prepareNow(train), more, preparation, labelAware));
  const result =
    threads === 0
      ? await trainAutoencoder(
          engine,
          spec,
          blocks ? await fromBlocks(blocks.plan) : train,
          validation,
          training,
          hooks,
        )
      : await trainInBackground(
          engine,
          { spec, train: blocks?.plan ?? train, validation, options: training },
          hooks,
          threads,
          whenFree,
        );
  const { updates, bestUpdate, stopped, history } = result;
  const { name, reading, labelsBeside } = origin;
  const splitSha256 = await splitHash(parts.train, parts.validation, blocks?.ids);
  const files = origin.files.map(({ path, sha256 }) => ({ path, sha256 }));
  const model: Model = {
    metadata: {
      formatVersion: FORMAT_VERSION,
      library: VERSION,
      recipe,
      spec,
      preparation,
      training: {
        engine: engine.name,
        options: training,
        sequences: blocks?.sequences ?? countOf(train),
        validationSequences: validation ? countOf(validation) : 0,
        updates,
        bestUpdate,
        stopped,
        history,
        warnings: [],
      },
      data: { name, files, splitSha256, reading, ...(labelsBeside && { labelsBeside }) },
    },
    // The head of the read-out loss has done its work.
    weights: result.weights.slice(0, parameterCount(spec, inputChannels(preparation))),
  };
  model.metadata.training.warnings = [
    ...limitCategories(parts.train).notes,
    ...preparation.scaler.notes,
    ...result.warnings,
    ...latentWarnings(engine, model, train, keptEntry(result)?.explainedVariance),
  ];
  return model;
}

/** @throws {OptionError} for an embedding where there is nothing to embed */
function expectCategories(name: string, { encoder }: AutoencoderSpec, channels: readonly Channel[]): void {
  if (encoder[0]?.type !== "embedding" || channels.some(({ kind }) => kind === "categorical")) return;
  throw new OptionError(
    `${name}: got \`embedding\` and no channel of categories, expected at least one. It would have no effect; leave it out, or say which columns are categories (\`category\`).`,
  );
}

/** The evaluation of the weights that were kept. */
function keptEntry({ history, bestUpdate }: Pick<TrainResult, "history" | "bestUpdate">) {
  return history.find((entry) => entry.update === bestUpdate) ?? history.at(-1);
}

/** The same model before its first update: the control that shows whether learning helped. */
export function untrainedAutoencoder(engine: Engine, data: Sequences, options: FitOptions = {}): Model {
  const resolved = resolveFitOptions(options, data.windows);
  const { prepare: preparing, train } = resolved;
  const spec = specOf(resolved);
  const recipe = options.spec ? "custom" : resolved.recipe;
  checkSequences(data, "untrainedAutoencoder");
  const preparation = fitPreparation(data, preparing);
  const { groups } = oneHotColumns(inputChannels(preparation));
  const network = createNetwork(
    engine,
    { spec, columns: groups, batch: 1, steps: 1, purpose: "autoencode" },
    train.seed,
  );
  return {
    metadata: {
      formatVersion: FORMAT_VERSION,
      library: VERSION,
      recipe,
      spec,
      preparation,
      training: {
        engine: engine.name,
        options: train,
        sequences: countOf(data),
        validationSequences: 0,
        updates: 0,
        bestUpdate: 0,
        stopped: "untrained",
        history: [],
        warnings: [],
      },
      data: { name: "untrained", files: [], splitSha256: "", reading: {} },
    },
    weights: Float32Array.from(network.weights),
  };
}

/** Splits off what early stopping looks at; classes are spread only where training may look at labels. */
function holdOut(data: Sequences, share: number | undefined, seed: number, labelAware: boolean) {
  const fraction = share ?? (countOf(data) >= VALIDATION_FROM ? 0.1 : 0);
  if (fraction === 0) return { train: data, validation: undefined };
  const seen = labelAware ? data : { ...data, labels: undefined, classNames: undefined };
  const { first, second } = splitCases(seen, 1 - fraction, seed);
  const looked = randomStream(seed, STREAMS.validationSample).shuffle(second).subarray(0, MAX_VALIDATION).sort();
  return { train: pickSequences(data, first), validation: cutSequences(data, looked) };
}

function parameterCount(spec: AutoencoderSpec, channels: readonly Channel[]): number {
  return listParameters(spec, oneHotColumns(channels).groups).reduce((sum, { size }) => sum + size, 0);
}

/** Writes all blocks, prepared as the first. */
async function prepareBlocks(first: SequenceSet, more: MoreBlocks, preparation: Preparation, labelAware: boolean) {
  const ids: string[] = []; // one hash per block
  async function* prepared() {
    for (let block = 0; block < more.count; block++) {
      const set = block === 0 ? first : prepareSequences(await more.read(block), preparation);
      if (block > 0) ids.push(await sha256(set.ids.join("\n")));
      yield { path: `${more.folder}/prepared-${block}`, set };
    }
  }
  const plan = await writeBlocks(prepared(), labelAware ? first.classNames : undefined);
  return { plan, ids, sequences: plan.blocks.reduce((sum, { sequences }) => sum + sequences, 0) };
}

function splitHash(
  train: Sequences,
  validation: SequenceSet | undefined,
  more: readonly string[] = [],
): Promise<string> {
  return sha256([...train.ids, "", ...(validation?.ids ?? []), ...more].join("\n"));
}
