import type { Engine } from "../engine/engine.js";
import { type Model, networkModel, openNetwork } from "../model/model.js";
import { inputChannels } from "../model/prepare.js";
import { type PreparedSet, takePrepared } from "../model/prepared-windows.js";
import { fillBatch } from "../network/batch/fill-batch.js";
import { oneHotColumns } from "../network/batch/one-hot-columns.js";
import { countOf, longestOf, selectSequences } from "../sequences/set/sequence-set.js";

const SAMPLE = 256;
/** A latent number whose standard deviation over the data is below this carries nothing for a classifier. */
const DEAD = 1e-3;
/** This share of latent numbers that never move is worth a word. */
const MANY_DEAD = 0.05;
/** Explained variance below this is no lack of training: at its begin a model is about as good as the mean. */
const WORSE = -0.1;

/**
 * What is wrong with a trained latent, in plain words with the fix: it explains nothing beyond the mean, all of
 * it is the same for every sequence, or part of it never moves.
 * @param prepared training sequences as the model sees them; a few hundred of them are encoded
 * @param explainedVariance of the last evaluation
 */
export function latentWarnings(
  engine: Engine,
  model: Model,
  prepared: PreparedSet,
  explainedVariance: number | undefined,
): string[] {
  const every = Math.max(1, Math.ceil(countOf(prepared) / SAMPLE));
  const picked = Array.from({ length: Math.ceil(countOf(prepared) / every) }, (_, k) => k * every);
  const taken = takePrepared(prepared, picked);
  const sample = selectSequences(taken.set, taken.indices);
  const B = countOf(sample);
  const network = openNetwork(
    engine,
    networkModel(model),
    { batch: B, steps: Math.max(1, longestOf(sample)) },
    "encode",
  );
  const { groups } = oneHotColumns(inputChannels(model.metadata.preparation));
  const [slot] = network.slots;
  const batch = fillBatch(slot, sample, groups, Int32Array.from(picked.keys()));
  slot.forward(batch);
  const { width, stride, offset } = slot.latent;
  let dead = 0;
  for (let k = 0; k < width; k++) {
    let sum = 0;
    let squares = 0;
    for (let b = 0; b < B; b++) {
      const value = network.ws.data[offset(batch) + b * stride + k];
      sum += value;
      squares += value * value;
    }
    const variance = squares / B - (sum / B) ** 2;
    if (!(variance > DEAD * DEAD)) dead++;
  }

  const warnings: string[] = [];
  if (explainedVariance !== undefined && explainedVariance < WORSE)
    warnings.push(
      `The model explains ${(100 * explainedVariance).toFixed(1)} % of the variance: it is worse than the mean, so training went astray. Lower \`learningRate\`.`,
    );
  else if (explainedVariance !== undefined && explainedVariance < 0.05)
    warnings.push(
      `The model explains ${(100 * explainedVariance).toFixed(1)} % of the variance: it predicts little more than the mean. ` +
        "Train longer (`updates`), raise `learningRate`, or shorten the sequences (`window`).",
    );
  if (B > 1 && dead === width)
    warnings.push(
      "The latent has collapsed: it is the same for every sequence. Train longer (`updates`), lower `learningRate`, or check that the series differ.",
    );
  else if (B > 1 && dead > MANY_DEAD * width)
    warnings.push(`${dead} of ${width} latent numbers never move; fewer \`units\` would do as well.`);
  return warnings;
}
