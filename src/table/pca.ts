import { z } from "zod";
import { DataError, OptionError, ShapeError } from "../errors.js";
import { expectOneOf, expectOptions, expectSwitch } from "../options.js";
import { columnMoments, type FeatureTable } from "./feature-table.js";
import { fixSigns, largestEigenpairs } from "./linear-algebra/eigen.js";
import { type Entry, productsOfColumns, productsOfRows } from "./linear-algebra/products.js";

/** Principal components of a training table, as plain JSON. */
export const pcaSchema = z.object({
  columns: z.int().positive(),
  /** [columns], training mean. */
  mean: z.array(z.number()),
  /** [columns], what columns are divided by after centring: 1 without `standardise`. */
  scale: z.array(z.number()),
  /** [components, columns], row-major, orthonormal; the entry of largest size of each is positive. */
  components: z.array(z.number()),
  /** [components], population variance along each, descending. */
  variances: z.array(z.number()),
  /** Population variance of all columns together: what the components' shares refer to. */
  totalVariance: z.number(),
  /** What coordinates are divided by: their standard deviation, the root of it ("half"), or nothing. */
  whiten: z.union([z.boolean(), z.literal("half")]),
});
export type Pca = z.infer<typeof pcaSchema>;

/** Less variance than this share of the first component's is rounding: float32 values have 24 bits, their squares 48. */
const RANK_FLOOR = 1e-12;
/** Share of the work that products of rows are, as measured: 1500 rows of 4000 columns. */
const PRODUCTS = 0.2;

/**
 * Principal components of a table's rows, by the eigenvectors of rows x rows or columns x columns products,
 * whichever is smaller.
 *
 * @param k largest number of components; fewer where the training part has fewer directions of variance. Constant
 *   columns have none: then one component of variance 0, along which every row is at 0
 * @param options.standardise columns are scaled to unit variance first: do so where they differ in unit
 * @param options.whiten components are divided by their standard deviation, so that each has variance 1; "half": by
 *   the root of it, so that small components count for more than they are and for less than large ones
 * @param options.onProgress called with the share of the work that is done, 0 to 1
 * @throws {OptionError} if `k` is no whole number of at least 1
 * @throws {DataError} for fewer than 2 rows, or a value that is not finite
 */
export function fitPca(
  table: FeatureTable,
  k: number,
  options: { standardise?: boolean; whiten?: boolean | "half"; onProgress?(share: number): void } = {},
): Pca {
  expectOptions("fitPca", options, ["standardise", "whiten", "onProgress"]);
  const { standardise = false, whiten = false, onProgress } = options;
  expectSwitch("fitPca", "standardise", standardise);
  expectOneOf("fitPca", "whiten", whiten, [true, false, "half"]);
  if (!Number.isInteger(k) || k < 1)
    throw new OptionError(`fitPca: got k ${k}, expected a whole number of components, at least 1.`);
  const { rows } = table;
  const columns = table.names.length;
  if (rows < 2)
    throw new DataError(`fitPca: got ${rows} rows, expected at least 2: one row alone has no direction of variance.`);
  const { mean, deviation } = columnMoments("fitPca", table);
  const scale = deviation.map((spread) => (standardise && spread > 0 ? spread : 1));
  const totalVariance = deviation.reduce((sum, spread, j) => sum + (spread / scale[j]) ** 2, 0);
  const centred = (row: number, j: number) => (table.values[row * columns + j] - mean[j]) / scale[j];
  const { variances, components } =
    totalVariance === 0
      ? { variances: new Float64Array(1), components: new Float64Array(columns) }
      : rows < columns
        ? byRows(rows, columns, centred, { k, onProgress })
        : byColumns(rows, columns, centred, { k, onProgress });
  fixSigns(components, columns);
  return {
    columns,
    mean: Array.from(mean),
    scale: Array.from(scale),
    components: Array.from(components),
    variances: Array.from(variances),
    totalVariance,
    whiten,
  };
}

/**
 * Coordinates of rows along the components: [rows, components], named pca_0, pca_1, ...
 * @throws {ShapeError} if the table has another number of columns than the training table
 */
export function transformPca(pca: Pca, table: FeatureTable): FeatureTable {
  const { columns, mean, scale, variances, whiten } = pca;
  if (table.names.length !== columns)
    throw new ShapeError(
      `transformPca: got a table of ${table.names.length} columns, expected ${columns}, as in training. ` +
        "Make the features with the same settings as those the components were fitted on.",
    );
  const K = variances.length;
  const divisors = variances.map((variance) => variance ** (whiten === "half" ? 0.25 : whiten ? 0.5 : 0));
  const components = Float64Array.from(pca.components);
  const values = new Float32Array(table.rows * K);
  const centred = new Float64Array(columns);
  for (let row = 0; row < table.rows; row++) {
    for (let j = 0; j < columns; j++) centred[j] = (table.values[row * columns + j] - mean[j]) / scale[j];
    for (let k = 0; k < K; k++) values[row * K + k] = dot(components, k * columns, centred) / (divisors[k] || 1);
  }
  return { values, names: Array.from({ length: K }, (_, k) => `pca_${k}`), rows: table.rows };
}

interface Wanted {
  k: number;
  onProgress?(share: number): void;
}

/** From X X' = U S U': components are X' u / sqrt(s). */
function byRows(rows: number, columns: number, entry: Entry, { k, onProgress }: Wanted) {
  const products = productsOfRows(rows, columns, entry, (share) => onProgress?.(PRODUCTS * share));
  const { values, vectors } = largestEigenpairs(products, rows, k, RANK_FLOOR, (share) =>
    onProgress?.(PRODUCTS + (1 - PRODUCTS) * share),
  );
  const components = new Float64Array(values.length * columns);
  const centred = new Float64Array(columns);
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < columns; j++) centred[j] = entry(row, j);
    for (let c = 0; c < values.length; c++) {
      const weight = vectors[c * rows + row];
      for (let j = 0, to = c * columns; j < columns; j++, to++) components[to] += weight * centred[j];
    }
  }
  for (let c = 0; c < values.length; c++) {
    const norm = Math.sqrt(values[c]);
    for (let j = 0; j < columns; j++) components[c * columns + j] /= norm;
  }
  return { variances: values.map((value) => value / rows), components };
}

/** From X' X, whose eigenvectors the components are. */
function byColumns(rows: number, columns: number, entry: Entry, { k, onProgress }: Wanted) {
  const products = productsOfColumns(rows, columns, entry);
  const { values, vectors } = largestEigenpairs(products, columns, k, RANK_FLOOR, onProgress);
  return { variances: values.map((value) => value / rows), components: vectors };
}

/** a[from ..] . b in two sums, of which one need not wait for the other. */
function dot(a: Float64Array, from: number, b: Float64Array): number {
  let s0 = 0;
  let s1 = 0;
  let j = 0;
  for (; j + 1 < b.length; j += 2) {
    s0 += a[from + j] * b[j];
    s1 += a[from + j + 1] * b[j + 1];
  }
  if (j < b.length) s0 += a[from + j] * b[j];
  return s0 + s1;
}
