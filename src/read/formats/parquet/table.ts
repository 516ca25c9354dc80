import { type CompressionCodec, type FileMetaData, parquetMetadataAsync, parquetSchema } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { DataError } from "../../../errors.js";
import type { Slices } from "../../source/slices.js";
import { type SourceFile, unreadable } from "../../source/source-file.js";
import type { Column, Table, TableChunk } from "../../source/table.js";
import { columnOf, type Field, fieldsOf, PARSERS } from "./columns.js";

/** Rows of one row group; writers make groups of some 100,000 rows to a few millions. */
const MOST_ROWS = 1 << 26;

/**
 * Opens a Parquet file as a table of typed columns. Memory holds one row group.
 * @param named columns whose cells are names
 * @throws {DataError} if it is no Parquet file, is damaged, or cannot be read without a key
 */
export async function openParquet(file: SourceFile, named?: ReadonlySet<string | undefined>): Promise<Table> {
  const { path } = file;
  const slices = await file.slices();
  try {
    await expectMagic(path, slices);
    const metadata = await parquetMetadataAsync(slices, { geoparquet: false });
    const fields = fieldsOf(path, metadata, named);
    return { path, names: fields.map(({ name }) => name), chunks: readGroups(path, slices, metadata, fields) };
  } catch (cause) {
    await slices.close().catch(() => {}); // what was thrown first counts
    throw damaged(path, cause);
  }
}

async function expectMagic(path: string, slices: Slices): Promise<void> {
  const size = slices.byteLength;
  const textAt = async (start: number) =>
    Buffer.from(await slices.slice(Math.max(0, start), Math.min(size, start + 4))).toString("latin1");
  const [first, last] = [await textAt(0), await textAt(size - 4)];
  if (first === "PARE" || last === "PARE")
    throw new DataError(`${path}: the file is encrypted, expected a plain one. Write it again without encryption.`);
  if (first !== "PAR1")
    throw new DataError(
      `${path}: the file does not begin as Parquet does ("PAR1"). It may be of another kind than its name says; name its format with \`inputFormat\`, or write it again.`,
    );
  if (last !== "PAR1" || size < 12)
    throw new DataError(
      `${path}: the file does not end as Parquet does ("PAR1"). It is cut off; copy or write it again.`,
    );
}

/** One chunk of the table for each row group. */
async function* readGroups(
  path: string,
  slices: Slices,
  metadata: FileMetaData,
  fields: readonly Field[],
): AsyncGenerator<TableChunk> {
  const root = parquetSchema(metadata);
  let closing: Promise<void> | undefined;
  const end = () => (closing ??= slices.close());
  try {
    let start = 0; // rows of the groups before
    for (const [g, { num_rows, columns: stored }] of metadata.row_groups.entries()) {
      const count = Number(num_rows);
      if (!(count >= 0 && count <= MOST_ROWS))
        throw new DataError(
          `${path}, row group ${g + 1}: got ${count} rows, expected at most ${MOST_ROWS}. Memory holds a row group at a time; write the file in smaller ones.`,
        );
      const columns: (() => Column)[] = [];
      const metas = new Map(stored.map(({ meta_data: meta }) => [meta?.path_in_schema.join("."), meta]));
      for (const [c, field] of fields.entries()) {
        if (field.refused !== undefined || count === 0) continue;
        const meta = metas.get(field.name);
        try {
          if (!meta || Number(meta.num_values) !== count)
            throw new Error(`${meta?.num_values} values in a group of ${count} rows`);
          expectCodec(path, meta.codec);
          const from = Number(meta.dictionary_page_offset || meta.data_page_offset);
          const bytes = await slices.slice(from, from + Number(meta.total_compressed_size));
          const node = root.children[c];
          columns[c] = columnOf(
            path,
            field,
            bytes,
            { meta, node, root, compressors, parsers: PARSERS },
            { start, count },
          );
        } catch (cause) {
          throw damaged(`${path}, column "${field.name}"`, cause);
        }
      }
      const first = start + 1;
      start += count;
      const rows = Float64Array.from({ length: count }, (_, r) => first + r);
      if (count > 0)
        yield { rows, width: fields.length, column: (c) => (columns[c] ? columns[c]() : refuse(path, fields[c])) };
    }
    await end();
  } catch (error) {
    await end(); // a file that changed explains what went wrong
    throw error;
  } finally {
    await end().catch(() => {}); // also where the reader stops
  }
}

function refuse(path: string, { name, refused }: Field): never {
  throw new DataError(
    `${path}, column "${name}": got ${refused}, expected one number, text, date or truth value per cell. Leave the column out (\`drop\`), or store its parts in columns of their own.`,
  );
}

function expectCodec(path: string, codec: CompressionCodec | undefined): void {
  if (codec !== undefined && codec !== "UNCOMPRESSED" && !(codec in compressors))
    throw new DataError(
      `${path}: compressed with ${codec}, expected one of ${Object.keys(compressors).join(", ")}. Write it with another compression.`,
    );
}

/** What the library throws, as an error that names the file. */
function damaged(where: string, cause: unknown): Error {
  if (cause instanceof DataError) return cause;
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code !== undefined && /^E[A-Z]+$/.test(code)) return unreadable(where, cause);
  return new DataError(
    `${where}: not readable as Parquet (${message.slice(0, 200)}). The file may be damaged or cut off; write or copy it again.`,
    { cause },
  );
}
