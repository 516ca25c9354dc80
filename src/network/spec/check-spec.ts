import { OptionError } from "../../errors.js";
import type { AutoencoderSpec, LayerSpec } from "./spec.js";

/** Far more than can be trained; a file that is not sound may claim any number. */
const MOST_LAYERS = 256;

/**
 * Checks that layers, each of them right by its schema, make an autoencoder.
 * @throws {OptionError} that names the layer, what it got and what it needs
 */
export function checkSpec(spec: AutoencoderSpec): void {
  const fail = (message: string): never => {
    throw new OptionError(`Model spec${message}`);
  };
  const layers = spec.encoder.length + spec.decoder.length;
  if (layers > MOST_LAYERS) fail(`: got ${layers} layers, expected at most ${MOST_LAYERS}.`);
  if (checkChain("encoder", spec.encoder, "sequence") !== "vector")
    fail(": the encoder ends in a sequence, expected a vector. Its last LSTM must not return sequences.");
  checkChain("decoder", spec.decoder, "vector");
  const last = spec.encoder.findLast((layer) => layer.type === "lstm");
  if (!last) fail(": the encoder has no LSTM.");
  if (spec.nextStep && last?.goBackwards)
    fail(": nextStep needs states that walk forward, and the encoder's last LSTM walks backwards. Drop goBackwards.");
  if (spec.decoder.at(-1)?.type !== "timeDistributedDense")
    fail(": the decoder must end in a timeDistributedDense, which makes the output as wide as the data.");
}

/** Follows what flows through the layers; returns what comes out. */
function checkChain(
  part: "encoder" | "decoder",
  layers: readonly LayerSpec[],
  input: "sequence" | "vector",
): "sequence" | "vector" {
  let kind = input;
  layers.forEach((layer, k) => {
    const fail = (message: string): never => {
      throw new OptionError(`Model spec, ${part}[${k}] (${layer.type}): ${message}`);
    };
    if (layer.type === "repeatVector") {
      if (kind === "sequence") fail("got a sequence, expected a vector. Let the LSTM before it return its last state.");
      if (layers[k + 1]?.type !== "lstm")
        fail("expected an lstm right after it, which is what a repeated vector is for.");
      kind = "sequence";
    } else if (kind === "vector" && layer.type !== "dropout")
      fail(
        "got a vector, expected a sequence. Put a repeatVector before it, or returnSequences: true on the LSTM before it.",
      );
    if (layer.type === "embedding" && !(part === "encoder" && k === 0))
      fail("an embedding reads the data itself: it must be the first layer of the encoder.");
    if (layer.type !== "lstm") return;
    if (layer.bidirectional && layer.goBackwards) fail("bidirectional already walks both ways; drop goBackwards.");
    if (layer.pool && layer.returnSequences) fail("a pooled LSTM hands out one vector; drop returnSequences.");
    if (!layer.returnSequences) kind = "vector";
  });
  return kind;
}
