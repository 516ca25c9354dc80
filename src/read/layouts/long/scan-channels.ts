import type { Channel } from "../../../sequences/set/sequence-set.js";
import type { DataOptions } from "../../source/options.js";
import { emptyFile, noSequences } from "../../source/source-file.js";
import { namesOf, type Table } from "../../source/table.js";
import { kindOf } from "../columns/kind-of.js";
import { createLongColumn } from "../columns/long-column.js";
import { readLongHeader } from "./header.js";

/**
 * Reads a long table once to find out its channels: which are numeric, and the categories of the others. Nothing but
 * these is kept.
 * @throws as readLong
 */
export async function scanChannels(table: Table, options: DataOptions): Promise<readonly Channel[]> {
  const { path } = table;
  let columns: { index: number; column: ReturnType<typeof createLongColumn> }[] | undefined;
  let rows = 0;
  for await (const chunk of table.chunks) {
    let r = 0;
    if (!columns) {
      const { channels } = readLongHeader(path, namesOf(table, chunk), options);
      if (!table.names) r = 1;
      columns = channels.map(({ index, name }) => ({
        index,
        column: createLongColumn(path, name, kindOf(name, options), false),
      }));
    }
    rows += chunk.rows.length - r;
    for (const { index, column } of columns) column.add(chunk.column(index), r, chunk.rows.length, chunk.rows);
  }
  if (!columns && !table.names) throw emptyFile(path);
  if (!columns || rows === 0) throw noSequences(path);
  return columns.map(({ column }) => column.take().channel);
}
