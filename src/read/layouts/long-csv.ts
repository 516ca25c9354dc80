import { ScatteredError } from "../../errors.js";
import type { Channel } from "../../sequences/set/sequence-set.js";
import { readCsvRows } from "../formats/csv-rows.js";
import type { DataOptions } from "../source/options.js";
import { emptyFile, noSequences } from "../source/source-file.js";
import { collectLongRows, type LongRows, type LongTable } from "./long-rows.js";

/**
 * A file in order of time can look as if the rows of each entity stood together, as long as no entity comes again. So
 * it is taken to be grouped once that share of the rows followed one of their own entity, or after that many events.
 */
const FOLLOWERS = 0.1;
const SURE = 200_000;

/**
 * Reads a CSV of events: `entity` says whose, `time` when (without it the file's order counts), `label` of which
 * class. Events are sorted by time inside an entity; equal times keep the file's order.
 * @throws {DataError} that names row and column
 * @throws {OptionError} for a column there is not (the nearest name is suggested)
 */
export async function readLongCsv(
  path: string,
  options: DataOptions & { entity: string },
): Promise<LongTable & { notes: readonly string[]; sha256: string }> {
  let whole: LongTable | undefined;
  const read = await readLongCsvInPieces(path, options, {}, async (table) => {
    whole = table;
  });
  return { ...whole!, ...read };
}

/**
 * The same, handed on piece by piece where the rows of each entity stand together: memory holds one piece and the
 * names of the entities, not the file. From the first row on whose entity others stand between, nothing is handed on
 * until the end.
 * @param size.mostEvents a piece ends with the entity in which there are that many; default: all in one piece
 * @param size.channels what is known of the channels; needed where there may be several pieces, because what is
 *   numeric and what a category cannot be told from a piece. Other columns are left out
 * @param take gets each piece; the file is read on when it is done
 * @throws {ScatteredError} for an entity whose events were handed on
 */
export async function readLongCsvInPieces(
  path: string,
  options: DataOptions & { entity: string },
  { channels, mostEvents = Number.POSITIVE_INFINITY }: { channels?: readonly Channel[]; mostEvents?: number },
  take: (table: LongTable) => Promise<void>,
): Promise<{ notes: readonly string[]; sha256: string }> {
  let rows: LongRows | undefined;
  let entity: string | undefined; // of the row before
  const handedOn = new Set<string>();
  let scattered: { entity: string; row: number } | undefined;
  let last = 0;
  const handOn = () => {
    last = rows!.count();
    const table = rows!.take();
    for (const id of table.set.ids) handedOn.add(id);
    return take(table);
  };
  const looksGrouped = (read: LongRows) =>
    handedOn.size > 0 || read.count() - read.entities() >= FOLLOWERS * read.count() || read.count() >= SURE;
  const sha256 = await readCsvRows(path, (cells, row) => {
    if (!rows) {
      rows = collectLongRows(path, cells, options, channels);
      return;
    }
    const before = entity;
    entity = cells[rows.entityColumn];
    if (entity !== before) {
      if (handedOn.has(entity))
        throw new ScatteredError(
          `${path}, row ${row}, column "${options.entity}": got "${entity}" again, expected all its rows together. The file is read in pieces and its earlier rows were handed on: its history would be torn apart. ${sortBy(options.entity, rows.entityColumn)}`,
        );
      if (rows.has(entity)) scattered ??= { entity, row };
      else if (!scattered && rows.count() >= mostEvents && looksGrouped(rows))
        return handOn().then(() => rows!.add(cells, row));
    }
    rows.add(cells, row);
  });
  if (!rows) throw emptyFile(path);
  if (rows.count() === 0) throw noSequences(path);
  const earlier = handedOn.size > 0;
  await handOn();
  const notes = [...rows.notes()];
  if (scattered && last > mostEvents)
    notes.push(
      `${path}, row ${scattered.row}: "${scattered.entity}" again, after rows of others, so the file was read whole${earlier ? " from there on" : ""}. Sorted by "${options.entity}" it is read in pieces, in less memory. ${sortBy(options.entity, rows.entityColumn)}`,
    );
  return { notes, sha256 };
}

/** How to bring the rows of each entity together. */
function sortBy(name: string, column: number): string {
  return `Sort the rows below the header by "${name}", for example with: sort -s -t, -k${column + 1},${column + 1} (-s keeps the order inside an entity; not for cells with a comma or a line break in quotes).`;
}
