import { z } from "zod";
import { OptionError } from "../../errors.js";
import { listOf } from "../../options.js";
import { fixSigns, largestEigenpairs } from "../../table/linear-algebra/eigen.js";
import { productsOfColumns } from "../../table/linear-algebra/products.js";
import type { Part, StateSample } from "./part.js";
import type { Direction, StateSeries } from "./states.js";

/** Components with less than this share of the largest variance hold rounding only; they read as 0. */
const NEGLIGIBLE = 1e-8;

/** Whitened principal components of the states of one layer, both directions together. */
export interface StateComponents {
  layer: number;
  /** Columns of the StateSeries that belong to the layer: from ... from + width - 1. */
  from: number;
  width: number;
  /** [width] */
  mean: number[];
  /** [K, width]: z_k = row k times (h - mean), of unit variance on the sample; a row of zeros has no variance. */
  projection: number[];
}

/**
 * A linear model of the dynamics of each series, per layer: z_(t+1) = W z_t + b by ridge regression over neighbouring
 * present steps, the bias unpenalised. Its numbers are the features (Bianchi et al., arXiv 1803.07870): W [K, K] by
 * rows (what each component becomes), then b [K]; zeros for a single step.
 */
export const modelSpace: Part<{ components: StateComponents[]; penalty: number }> = {
  names: (_, { components }) =>
    components.flatMap(({ layer, projection, width }) => {
      const prefix = components.length > 1 ? `layer${layer}_` : "";
      const K = Array.from({ length: projection.length / width }, (_, k) => k);
      return [
        ...K.flatMap((to) => K.map((from) => `${prefix}${from}_to_${to}`)),
        ...K.map((to) => `${prefix}bias_${to}`),
      ];
    }),
  fit({ directions, sample, options: { sampleSize, components: K, penalty } }) {
    if (!(Number.isInteger(K) && K > 0))
      throw new OptionError(`fitParts: components is ${K}, expected a whole number above 0.`);
    if (!(penalty > 0 && Number.isFinite(penalty)))
      throw new OptionError(`fitParts: penalty is ${penalty}, expected a number above 0.`);
    const states = sample(0, sampleSize);
    return () => ({ components: layersOf(directions).map((layer) => fitComponents(states, layer, K)), penalty });
  },
  schema(directions) {
    const [first, ...more] = layersOf(directions).map(componentsSchema);
    return z.object({ penalty: z.number().positive(), components: z.tuple([first, ...more]) });
  },
  write(series, out, { components, penalty }) {
    let from = 0;
    for (const layer of components) {
      const K = layer.projection.length / layer.width;
      writeDynamics(series, layer, penalty, out.subarray(from, (from += K * (K + 1))));
    }
  },
};

type LayerColumns = Pick<StateComponents, "layer" | "from" | "width">;

/** Neighbouring columns of each layer; the directions of a layer stand side by side. */
function layersOf(directions: readonly Direction[]): LayerColumns[] {
  const layers: LayerColumns[] = [];
  let from = 0;
  for (const { layer, width } of directions) {
    const last = layers.at(-1);
    if (last?.layer === layer) last.width += width;
    else layers.push({ layer, from, width });
    from += width;
  }
  return layers;
}

const componentsSchema = ({ layer, from, width }: LayerColumns) =>
  z.object({
    layer: z.literal(layer),
    from: z.literal(from),
    width: z.literal(width),
    mean: listOf(z.number()).length(width),
    projection: listOf(z.number())
      .min(width)
      .max(width * width)
      .refine(({ length }) => length % width === 0, `expected rows of ${width} numbers`),
  });

/** @param K components wanted; never more than `width` */
function fitComponents(
  { rows, count, Z }: StateSample,
  { layer, from, width }: LayerColumns,
  K: number,
): StateComponents {
  const mean = new Float64Array(width);
  for (let r = 0; r < count; r++) for (let k = 0; k < width; k++) mean[k] += rows[r * Z + from + k] / count;
  const centred = (row: number, k: number) => rows[row * Z + from + k] - mean[k];
  const products = productsOfColumns(count, width, centred);
  const { values, vectors } = largestEigenpairs(products, width, K, NEGLIGIBLE);
  fixSigns(vectors, width);
  const projection = new Array<number>(Math.min(K, width) * width).fill(0);
  values.forEach((value, k) => {
    if (value > 0)
      for (let j = 0; j < width; j++) projection[k * width + j] = vectors[k * width + j] / Math.sqrt(value / count);
  });
  return { layer, from, width, mean: Array.from(mean), projection };
}

/** @param out [K (K + 1)] */
function writeDynamics(
  { values, V, Z }: StateSeries,
  { from, width, mean, projection }: StateComponents,
  penalty: number,
  out: Float32Array,
): void {
  const K = projection.length / width;
  out.fill(0, 0, K * (K + 1));
  if (V < 2) return;
  const z = new Float64Array(V * K);
  for (let v = 0; v < V; v++)
    for (let k = 0; k < K; k++) {
      let sum = 0;
      for (let j = 0; j < width; j++) sum += projection[k * width + j] * (values[v * Z + from + j] - mean[j]);
      z[v * K + k] = sum;
    }
  const pairs = V - 1;
  const before = new Float64Array(K); // means over the steps t, and over the steps t + 1
  const after = new Float64Array(K);
  for (let k = 0; k < K; k++) {
    for (let v = 0; v < V; v++) before[k] += z[v * K + k];
    after[k] = (before[k] - z[k]) / pairs;
    before[k] = (before[k] - z[pairs * K + k]) / pairs;
  }
  const gram = new Float64Array(K * K);
  const cross = new Float64Array(K * K); // [from i, to j]
  for (let v = 0; v < pairs; v++)
    for (let i = 0; i < K; i++) {
      const u = z[v * K + i] - before[i];
      for (let j = 0; j <= i; j++) gram[i * K + j] += u * (z[v * K + j] - before[j]);
      for (let j = 0; j < K; j++) cross[i * K + j] += u * (z[(v + 1) * K + j] - after[j]);
    }
  for (let k = 0; k < K; k++) gram[k * K + k] += penalty;
  solveCholesky(gram, cross, K);
  for (let j = 0; j < K; j++) {
    let bias = after[j];
    for (let i = 0; i < K; i++) {
      out[j * K + i] = cross[i * K + j];
      bias -= cross[i * K + j] * before[i];
    }
    out[K * K + j] = bias;
  }
}

/** b = a^-1 b for a positive definite [K, K], only j <= i read and destroyed, b [K, K]. */
function solveCholesky(a: Float64Array, b: Float64Array, K: number): void {
  for (let i = 0; i < K; i++)
    for (let j = 0; j <= i; j++) {
      let sum = a[i * K + j];
      for (let k = 0; k < j; k++) sum -= a[i * K + k] * a[j * K + k];
      a[i * K + j] = i === j ? Math.sqrt(sum) : sum / a[j * K + j];
    }
  for (let r = 0; r < K; r++) {
    for (let i = 0; i < K; i++) {
      for (let k = 0; k < i; k++) b[i * K + r] -= a[i * K + k] * b[k * K + r];
      b[i * K + r] /= a[i * K + i];
    }
    for (let i = K - 1; i >= 0; i--) {
      for (let k = i + 1; k < K; k++) b[i * K + r] -= a[k * K + i] * b[k * K + r];
      b[i * K + r] /= a[i * K + i];
    }
  }
}
