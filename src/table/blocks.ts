import { OptionError, ShapeError } from "../errors.js";
import { columnMoments, type FeatureTable, sideBySide } from "./feature-table.js";

/** How blocks of features are brought to one table, of the training part, as plain JSON. */
export interface BlockScale {
  /** [blocks], columns of each. */
  columns: number[];
  /** [all columns], training mean. */
  mean: number[];
  /** [all columns], what each is multiplied by after centring; 0 for a column constant in training. */
  factor: number[];
}

/**
 * Standardises each column of each block on the training part and scales the blocks to the same total variance,
 * so that a wide block does not drown a narrow one. The scale of all is such that a column has variance 1 on
 * average: penalties keep their meaning. It must not be standardised again behind (`ridgeClassifier({ standardise:
 * false })`), which would undo it. Trees do not care either way.
 *
 * @param train one table per block, of the same rows
 * @throws {ShapeError} if the tables differ in their number of rows, or no table is given
 * @throws {DataError} for a value that is not finite
 */
export function fitBlocks(train: readonly FeatureTable[]): BlockScale {
  expectSameRows("fitBlocks", train);
  const moments = train.map((table, b) => columnMoments(`fitBlocks, block ${b}`, table));
  const varying = moments.map(({ deviation }) => deviation.filter((spread) => spread > 0).length);
  const blocks = varying.filter((count) => count > 0).length;
  const all = varying.reduce((sum, count) => sum + count, 0);
  return {
    columns: train.map(({ names }) => names.length),
    mean: moments.flatMap(({ mean }) => Array.from(mean)),
    factor: moments.flatMap(({ deviation }, b) => {
      const variance = all / (blocks * varying[b]); // of each column of this block
      return Array.from(deviation, (spread) => (spread > 0 ? Math.sqrt(variance) / spread : 0));
    }),
  };
}

/**
 * The blocks of some cases side by side, scaled as the training part was.
 * @param blockNames put before the columns of each block, as `name:column`
 * @throws {ShapeError} if blocks or their columns are not as many as in training
 * @throws {OptionError} if two columns have the same name: give `blockNames`
 */
export function transformBlocks(
  { columns, mean, factor }: BlockScale,
  tables: readonly FeatureTable[],
  blockNames?: readonly string[],
): FeatureTable {
  const where = "transformBlocks";
  expectSameRows(where, tables);
  const got = tables.map(({ names }) => names.length);
  if (got.length !== columns.length || got.some((count, b) => count !== columns[b]))
    throw new ShapeError(
      `${where}: got blocks of ${got.join(", ")} columns, expected ${columns.join(", ")}, as in training. ` +
        "Make the features with the same settings, and name the blocks in the same order.",
    );
  if (blockNames && blockNames.length !== tables.length)
    throw new OptionError(
      `${where}: got ${blockNames.length} block names for ${tables.length} blocks, expected one each.`,
    );
  const { names, rows, values } = sideBySide(tables, blockNames);
  if (new Set(names).size < names.length) {
    const twice = names.find((name, j) => names.indexOf(name) < j);
    throw new OptionError(
      `${where}: two columns are called "${twice}", expected different names. Give each block a name of its own.`,
    );
  }
  for (let row = 0, k = 0; row < rows; row++)
    for (let j = 0; j < names.length; j++, k++) values[k] = (values[k] - mean[j]) * factor[j];
  return { values, names, rows };
}

/** Fits on the training tables and applies to both parts. */
export function balanceBlocks(
  train: readonly FeatureTable[],
  test: readonly FeatureTable[],
  blockNames?: readonly string[],
): { train: FeatureTable; test: FeatureTable; scale: BlockScale } {
  const scale = fitBlocks(train);
  return { train: transformBlocks(scale, train, blockNames), test: transformBlocks(scale, test, blockNames), scale };
}

function expectSameRows(where: string, tables: readonly FeatureTable[]): void {
  if (tables.length === 0) throw new ShapeError(`${where}: got no blocks, expected at least one table.`);
  const rows = tables.map((table) => table.rows);
  if (rows.some((count) => count !== rows[0]))
    throw new ShapeError(
      `${where}: got blocks of ${rows.join(", ")} rows, expected the same cases in each. Make all blocks from one set.`,
    );
}
