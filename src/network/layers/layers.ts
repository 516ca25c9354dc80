import type { ColumnGroup } from "../batch/one-hot-columns.js";
import type { LayerSpec } from "../spec/spec.js";
import { createTimeDistributedDense } from "./dense.js";
import { createDropout } from "./dropout.js";
import { createEmbedding } from "./embedding.js";
import { createGaussianNoise } from "./gaussian-noise.js";
import type { Layer, Plan, Signal } from "./layer.js";
import { createLstm } from "./lstm.js";
import { createRepeatVector } from "./repeat-vector.js";

/** The layers of an encoder or decoder, each fed with the one before. */
export function createChain(
  plan: Plan,
  part: "encoder" | "decoder",
  specs: readonly LayerSpec[],
  input: Signal,
  columns: readonly ColumnGroup[],
  width: number,
): Layer[] {
  const layers: Layer[] = [];
  let learns = part === "decoder"; // whether anything before this layer has weights
  specs.forEach((spec, k) => {
    const from = layers.at(-1)?.output ?? input;
    const name = `${part}.${k}`;
    layers.push(createLayer(plan, name, spec, from, columns, width, learns));
    learns ||= spec.type === "lstm" || spec.type === "timeDistributedDense" || spec.type === "embedding";
  });
  return layers;
}

function createLayer(
  plan: Plan,
  name: string,
  spec: LayerSpec,
  input: Signal,
  columns: readonly ColumnGroup[],
  width: number,
  inputGradient: boolean,
): Layer {
  switch (spec.type) {
    case "lstm":
      return createLstm(plan, name, input, spec, inputGradient);
    case "repeatVector":
      return createRepeatVector(name, input);
    case "timeDistributedDense":
      return createTimeDistributedDense(plan, name, input, spec.units ?? width);
    case "dropout":
      return createDropout(plan, name, input, spec.rate);
    case "gaussianNoise":
      return createGaussianNoise(plan, name, input, spec.stddev);
    case "embedding":
      return createEmbedding(plan, name, input, columns, spec.units);
  }
}
