import type { Channel } from "../../../sequences/set/sequence-set.js";
import type { Sorting } from "../../source/format.js";
import { type DataOptions, namedColumns } from "../../source/options.js";
import { type Column, idIn, namesOf, shownIn, type Table, type TableChunk } from "../../source/table.js";
import { codeOf } from "../columns/codes.js";
import { createRowRuns, type RowRuns } from "./row-runs.js";

/** Rows that are given back at a time, unless one entity has more. */
const ROWS = 20_000;

/** The columns that a layout needs, by their place in the table. */
export interface NeededColumns {
  entityColumn: number;
  used: readonly number[];
  /** Those of which only numbers or times are read. */
  numeric: ReadonlySet<number>;
}

/**
 * Brings the rows of each entity together: entities in order of first appearance, the rows of each in their order, so
 * that a table is read as if it had been in memory as a whole. Memory holds the names of the entities and some rows;
 * the others lie in a file of the folder.
 * @param needed says what is needed of the columns of these names
 */
export async function groupRows(
  table: Table,
  needed: (names: readonly string[]) => NeededColumns,
  { folder, signal }: Sorting,
): Promise<Table> {
  const { path } = table;
  let names = table.names;
  let runs: RowRuns | undefined;
  let plan: ReturnType<typeof needed> | undefined;
  let places: number[] = [];
  const entities = new Map<string, number>();
  let byId = new Int32Array(0);
  const ownerOf = (cells: Column, r: number): number => {
    const id = idIn(cells, r);
    if (id >= 0 && id < byId.length && byId[id] > 0) return byId[id] - 1;
    const code = codeOf(entities, shownIn(cells, r));
    if (id >= 0) {
      if (id >= byId.length) {
        const larger = new Int32Array(2 * id + 16);
        larger.set(byId);
        byId = larger;
      }
      byId[id] = code + 1;
    }
    return code;
  };
  try {
    for await (const chunk of table.chunks) {
      signal?.throwIfAborted();
      let skip = 0;
      if (!plan) {
        names = namesOf(table, chunk);
        skip = table.names ? 0 : 1;
        plan = needed(names);
        const { used, numeric } = plan;
        places = [...new Set(used)];
        runs = createRowRuns(
          folder,
          places.map((c) => numeric.has(c)),
        );
      }
      const columns = places.map((c) => chunk.column(c));
      const cells = columns[places.indexOf(plan.entityColumn)];
      const codes = new Int32Array(chunk.rows.length - skip);
      for (let r = 0; r < codes.length; r++) codes[r] = ownerOf(cells, skip + r);
      runs!.add(
        skip === 0 ? columns : columns.map((column) => withoutRows(column, skip)),
        codes,
        Array.from(chunk.rows).slice(skip),
      );
    }
    const counts = runs?.end() ?? new Int32Array(0);
    return { ...table, names, chunks: readBack(path, runs, counts, places, signal) };
  } catch (error) {
    runs?.close();
    throw error;
  }
}

async function* readBack(
  path: string,
  runs: RowRuns | undefined,
  counts: Int32Array,
  places: readonly number[],
  signal: AbortSignal | undefined,
): AsyncGenerator<TableChunk> {
  try {
    for (let from = 0, to = 0; from < counts.length; from = to) {
      signal?.throwIfAborted();
      for (let rows = 0; to < counts.length && (to === from || rows + counts[to] <= ROWS); to++) rows += counts[to];
      const { rows, columns } = runs!.read(from, to);
      yield {
        rows,
        width: places.length,
        column(c) {
          const at = places.indexOf(c);
          if (at < 0) throw new Error(`${path}: column ${c + 1} was not kept`);
          return columns[at];
        },
      };
    }
  } finally {
    runs?.close();
  }
}

function withoutRows(column: Column, count: number): Column {
  if (column.kind === "numbers" || column.kind === "dates") return { ...column, values: column.values.subarray(count) };
  if (column.kind === "texts") return { ...column, values: column.values.slice(count) };
  const { kind, notation, numbers, dates, ids, values } = column;
  const after = <A extends Float64Array | Int32Array>(array: A | undefined) => array?.subarray(count) as A | undefined;
  return { kind, notation, numbers: after(numbers), dates: after(dates), ids: after(ids), values: values.slice(count) };
}

/** The columns of which only numbers or times are read, by the options and the channels that are known. */
export function numericColumns(
  names: readonly string[],
  options: DataOptions,
  channels: readonly Channel[] = [],
): ReadonlySet<number> {
  const { time, timeFormat, amount = "amount" } = options;
  const of = (kind: Channel["kind"]) => channels.filter((channel) => channel.kind === kind).map(({ name }) => name);
  const { static: statics = [], keep = [] } = options;
  const texts = new Set([...namedColumns(options), ...keep, ...statics, ...of("categorical")]);
  if (timeFormat !== undefined) texts.add(time); // 01022024 is more than its number
  const wanted = new Set([time, amount, ...of("numeric")]);
  return new Set([...names.keys()].filter((c) => wanted.has(names[c]) && !texts.has(names[c])));
}
