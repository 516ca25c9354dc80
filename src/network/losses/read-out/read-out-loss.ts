import { OptionError, ShapeError } from "../../../errors.js";
import type { Parameter, Plan } from "../../layers/layer.js";
import { batchNorm, batchNormBackward } from "./batch-norm.js";
import { contrastiveLoss } from "./contrastive.js";
import { crossEntropyLoss } from "./cross-entropy.js";
import { type DenseLayer, denseBackward, denseForward } from "./dense-layer.js";
import type { Block, Products } from "./products.js";

/** Numbers that the training read-out has for each unit; which: kernels/src/readout.c. */
export const PER_UNIT = 9;

export interface ReadOutLossOptions {
  /** Two views of every case must find each other; `weight` multiplies the loss. */
  contrastive?: { weight: number; temperature?: number; hidden?: number; size?: number };
  /** The labels of the training part; `weight` multiplies the loss. */
  crossEntropy?: { weight: number; classes: number; dropout?: number; smoothing?: number };
}

/** The head of a loss on training read-outs: its parameters lie in the network's block, its options are resolved. */
export interface ReadOutLoss {
  /** R */
  width: number;
  contrastive?: { weight: number; temperature: number; projection: readonly [DenseLayer, DenseLayer] };
  crossEntropy?: { weight: number; dropout: number; smoothing: number; output: DenseLayer };
  parameters: readonly Parameter[];
}

/** What the rows of a batch are. */
export interface ReadOutRows {
  /** [n], class indices, -1 for none; needed for cross-entropy */
  labels?: ArrayLike<number>;
  /** [n], weight of the case of each row; absent: all 1 */
  weights?: ArrayLike<number>;
  /** Present while training: fills [n, R] with 0 at that rate, else 1 / (1 - rate). */
  drop?(kept: Float64Array, rate: number): void;
}

export interface ReadOutLossValue {
  /** Weighted sum of both terms. */
  loss: number;
  /** The terms before their weights. */
  contrastive?: number;
  crossEntropy?: number;
}

/**
 * Takes the head's parameters: batch norm (none of its own), then dense - relu - dense to the vectors that are
 * compared, and dropout - dense to the classes.
 * @param Z width of all states
 * @param parameter hands out places in the parameter block, as Plan does
 * @throws {OptionError} without a term, or for numbers out of range
 */
export function planReadOutLoss(
  Z: number,
  { contrastive, crossEntropy }: ReadOutLossOptions,
  parameter: Plan["parameter"],
): ReadOutLoss {
  if (!contrastive && !crossEntropy)
    throw new OptionError("Read-out loss: got no term, expected contrastive, crossEntropy or both.");
  const R = PER_UNIT * Z;
  const parameters: Parameter[] = [];
  const dense = (name: string, K: number, N: number): DenseLayer => {
    const kernel = parameter(`readOut.${name}.kernel`, [K, N], "glorotUniform");
    const bias = parameter(`readOut.${name}.bias`, [N], "zeros");
    parameters.push(kernel, bias);
    return { kernel, bias };
  };
  const head: ReadOutLoss = { width: R, parameters };
  if (contrastive) {
    const { weight, temperature = 0.2, hidden = 192, size = 64 } = contrastive;
    expectRange("contrastive temperature", temperature, temperature > 0, "above 0");
    const projection = [dense("projection.0", R, hidden), dense("projection.1", hidden, size)] as const;
    head.contrastive = { weight, temperature, projection };
  }
  if (crossEntropy) {
    const { weight, classes, dropout = 0.2, smoothing = 0.1 } = crossEntropy;
    expectRange("cross-entropy dropout", dropout, dropout >= 0 && dropout < 1, "from 0 to below 1");
    expectRange("label smoothing", smoothing, smoothing >= 0 && smoothing < 1, "from 0 to below 1");
    expectRange("number of classes", classes, Number.isInteger(classes) && classes > 1, "of at least 2");
    head.crossEntropy = { weight, dropout, smoothing, output: dense("classes", R, classes) };
  }
  return head;
}

/**
 * Loss of read-outs, and their gradient.
 * @param rows [n, R]; with the contrastive term rows i and i + n / 2 are two views of one case
 * @param weights the block that the parameters' `start` counts in
 * @param gradients likewise; added to
 * @returns dRows [n, R]
 * @throws {ShapeError} if rows or labels do not fit
 */
export function readOutLoss(
  head: ReadOutLoss,
  rows: Float64Array,
  { labels, weights: caseWeights, drop }: ReadOutRows,
  weights: Block,
  gradients: Block,
  products: Products,
): ReadOutLossValue & { dRows: Float64Array } {
  const { width: R, contrastive, crossEntropy } = head;
  const n = rows.length / R;
  if (!Number.isInteger(n) || n === 0)
    throw new ShapeError(`readOutLoss rows: got ${rows.length} numbers, expected [n, ${R}].`);
  if (crossEntropy && labels?.length !== n)
    throw new ShapeError(
      `readOutLoss labels: got ${labels?.length ?? "none"}, expected ${n}, one per row (-1 for none).`,
    );
  const normal = batchNorm(rows, n, R);
  const d = new Float64Array(n * R);
  const value: ReadOutLossValue = { loss: 0 };
  if (contrastive) {
    const [first, second] = contrastive.projection;
    const hidden = denseForward(products, first, weights, normal.rows, n);
    for (let k = 0; k < hidden.length; k++) hidden[k] = Math.max(hidden[k], 0);
    const z = denseForward(products, second, weights, hidden, n);
    const { loss, dz } = contrastiveLoss(z, n, contrastive.temperature, caseWeights);
    scale(dz, contrastive.weight);
    const dHidden = denseBackward(products, second, weights, gradients, hidden, dz, n);
    for (let k = 0; k < dHidden.length; k++) if (hidden[k] === 0) dHidden[k] = 0;
    add(d, denseBackward(products, first, weights, gradients, normal.rows, dHidden, n));
    value.contrastive = loss;
    value.loss += contrastive.weight * loss;
  }
  if (crossEntropy) {
    const { output, dropout, smoothing, weight } = crossEntropy;
    const kept = new Float64Array(n * R).fill(1);
    if (dropout > 0) drop?.(kept, dropout);
    const input = new Float64Array(n * R);
    for (let k = 0; k < n * R; k++) input[k] = normal.rows[k] * kept[k];
    const logits = denseForward(products, output, weights, input, n);
    const { loss, dLogits } = crossEntropyLoss(logits, labels!, smoothing, caseWeights);
    scale(dLogits, weight);
    const dInput = denseBackward(products, output, weights, gradients, input, dLogits, n);
    for (let k = 0; k < dInput.length; k++) dInput[k] *= kept[k];
    add(d, dInput);
    value.crossEntropy = loss;
    value.loss += weight * loss;
  }
  return { ...value, dRows: batchNormBackward(normal, d, n, R) };
}

/**
 * Cross-entropy of the labels of rows that nothing is learned from: the loss of training without its dropout, the batch
 * normalisation being that of these rows.
 * @param rows [n, R]
 * @param labels [n], -1 for none: left out
 * @returns undefined without the term, or without a label
 */
export function classLoss(
  { width: R, crossEntropy }: ReadOutLoss,
  rows: Float64Array,
  labels: Int32Array,
  weights: Block,
): number | undefined {
  if (!crossEntropy || !labels.some((label) => label >= 0)) return undefined;
  const n = labels.length;
  const { rows: normal } = batchNorm(rows, n, R);
  const { kernel, bias } = crossEntropy.output;
  const [, C] = kernel.shape;
  const logits = new Float64Array(n * C);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < R; k++)
      for (let c = 0; c < C; c++) logits[i * C + c] += normal[i * R + k] * weights[kernel.start + k * C + c];
    for (let c = 0; c < C; c++) logits[i * C + c] += weights[bias.start + c];
  }
  return crossEntropyLoss(logits, labels, crossEntropy.smoothing).loss;
}

function expectRange(what: string, got: number, ok: boolean, range: string): void {
  if (!ok) throw new OptionError(`Read-out loss: ${what} is ${got}, expected a number ${range}.`);
}

function scale(a: Float64Array, factor: number): void {
  for (let k = 0; k < a.length; k++) a[k] *= factor;
}

function add(a: Float64Array, b: Float64Array): void {
  for (let k = 0; k < a.length; k++) a[k] += b[k];
}
