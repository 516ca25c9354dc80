import type { ColumnMetaData, Compressors, DecodedArray, ParquetParsers, parquetSchema } from "hyparquet";
import { parquetHeader } from "hyparquet/src/column.js";
import { convert, convertWithDictionary, DEFAULT_PARSERS } from "hyparquet/src/convert.js";
import { decompressPage, readDataPage, readDataPageV2 } from "hyparquet/src/datapage.js";
import { readPlain } from "hyparquet/src/plain.js";

type Decoder = Parameters<typeof readDataPage>[2];
type Header = ReturnType<typeof parquetHeader>;

/** How the cells of a column are stored in one row group. */
export interface StoredColumn {
  meta: ColumnMetaData;
  /** The column in the tree of the schema. */
  node: ReturnType<typeof parquetSchema>;
  root: ReturnType<typeof parquetSchema>;
  compressors: Compressors;
  parsers: Partial<ParquetParsers>;
}

/**
 * The cells of one flat column of one row group, page by page; a missing one is undefined. The library decodes the
 * pages. Their headers and runs are checked before, because it believes a run that claims more values than there are.
 * @param bytes of the column in the row group
 * @throws {Error} for pages that contradict themselves or the row group
 */
export function readPages(bytes: ArrayBuffer, stored: StoredColumn, count: number): DecodedArray[] {
  const { meta, node, root, compressors, parsers } = stored;
  const options = { ...meta, element: node.element, schemaPath: [root, node], compressors };
  const decoder = { ...options, pathInSchema: meta.path_in_schema, parsers: { ...DEFAULT_PARSERS, ...parsers } };
  const reader = { view: new DataView(bytes), offset: 0 };
  const pages: DecodedArray[] = [];
  let dictionary: DecodedArray | undefined;
  for (let rows = 0; rows < count; ) {
    const header = parquetHeader(reader);
    const size = header.compressed_page_size;
    if (!(size >= 0 && size <= bytes.byteLength - reader.offset)) throw new Error("a page that ends behind its column");
    const page = new Uint8Array(bytes, reader.offset, size);
    reader.offset += size;
    if (header.type === "DICTIONARY_PAGE") {
      dictionary = readDictionary(page, header, decoder);
      continue;
    }
    const { num_values: values, encoding } = header.data_page_header ?? header.data_page_header_v2 ?? {};
    if (values === undefined || encoding === undefined) throw new Error(`a page of the kind ${header.type}`);
    if (!(values >= 0 && values <= count - rows)) throw new Error(`a page of ${values} values in a group of ${count}`);
    const { definitionLevels, dataPage } =
      header.type === "DATA_PAGE_V2" ? decodeV2(page, header, decoder) : decode(page, header, decoder);
    if (encoding.endsWith("_DICTIONARY")) expectIndices(dataPage, dictionary);
    const cells = convertWithDictionary(dataPage, dictionary, encoding, decoder);
    pages.push(definitionLevels?.length ? withHoles(cells, definitionLevels) : cells);
    rows += values;
  }
  return pages;
}

const unpack = (page: Uint8Array, size: number, { codec, compressors }: Decoder) =>
  decompressPage(page, size, codec, compressors);

function readDictionary(bytes: Uint8Array, header: Header, decoder: Decoder): DecodedArray {
  const page = unpack(bytes, Number(header.uncompressed_page_size), decoder);
  const count = header.dictionary_page_header?.num_values ?? -1;
  if (!(count >= 0 && count <= 8 * page.length)) throw new Error(`a dictionary of ${count} values`);
  const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
  return convert(readPlain({ view, offset: 0 }, decoder.type, count, decoder.element.type_length), decoder);
}

function decode(bytes: Uint8Array, header: Header, decoder: Decoder) {
  const page = unpack(bytes, Number(header.uncompressed_page_size), decoder);
  const { num_values: values, encoding } = header.data_page_header!;
  let start = 0;
  if (decoder.element.repetition_type !== "REQUIRED") {
    start = 4 + lengthAt(page, 0);
    expectRuns(page.subarray(4, start), 1, values);
  }
  expectIndexRuns(page.subarray(start), encoding, decoder, values);
  return readDataPage(page, header.data_page_header!, decoder);
}

function decodeV2(bytes: Uint8Array, header: Header, decoder: Decoder) {
  const about = header.data_page_header_v2!;
  const { num_values: values, repetition_levels_byte_length: skipped, definition_levels_byte_length: length } = about;
  const levels = bytes.subarray(0, skipped + length);
  if (skipped !== 0 || levels.length !== length) throw new Error("a page that is shorter than its levels");
  if (!(about.num_nulls >= 0 && about.num_nulls <= values)) throw new Error(`${about.num_nulls} of ${values} missing`);
  if (decoder.element.repetition_type !== "REQUIRED" && length > 0) expectRuns(levels, 1, values);
  const size = Number(header.uncompressed_page_size) - length;
  const packed = about.is_compressed !== false && size > 0;
  const body = packed ? unpack(bytes.subarray(length), size, decoder) : bytes.subarray(length);
  expectIndexRuns(body, about.encoding, decoder, values - about.num_nulls);
  const page = new Uint8Array(length + body.length);
  page.set(levels);
  page.set(body, length);
  const plain = { ...header, data_page_header_v2: { ...about, is_compressed: false } };
  return readDataPageV2(page, plain, decoder);
}

function lengthAt(page: Uint8Array, offset: number): number {
  return new DataView(page.buffer, page.byteOffset, page.byteLength).getUint32(offset, true);
}

/** Runs of indices into the dictionary, or of truth values. */
function expectIndexRuns(body: Uint8Array, encoding: string, { type }: Decoder, values: number): void {
  if (encoding === "RLE" && type === "BOOLEAN") expectRuns(body.subarray(4, 4 + lengthAt(body, 0)), 1, values);
  if (encoding.endsWith("_DICTIONARY") && body[0] > 0 && values > 0) expectRuns(body.subarray(1), body[0], values);
}

/** Walks the runs of Parquet's hybrid of run lengths and packed bits: none may be longer than what is left of `values`. */
function expectRuns(bytes: Uint8Array, width: number, values: number): void {
  if (width > 32) throw new Error(`values of ${width} bits`);
  let at = 0;
  for (let seen = 0; seen < values && at < bytes.length; ) {
    let header = 0;
    for (let shift = 0, more = true; more; shift += 7) {
      if (at >= bytes.length || shift > 28) throw new Error(`${seen} values in the runs of a page of ${values}`);
      more = (bytes[at] & 0x80) !== 0;
      header += (bytes[at++] & 0x7f) * 2 ** shift;
    }
    const packed = header % 2 === 1;
    const run = packed ? 8 * (header >>> 1) : header >>> 1;
    if (run === 0 || run > values - seen + (packed ? 503 : 0))
      throw new Error(`a run of ${run} values in a page of ${values}`);
    at += packed ? (run * width) / 8 : (width + 7) >> 3;
    seen += run;
  }
}

function expectIndices(indices: DecodedArray, dictionary: DecodedArray | undefined): void {
  const size = dictionary?.length ?? 0;
  for (const index of indices as ArrayLike<number> & Iterable<number>)
    if (!(index >= 0 && index < size)) throw new Error(`value ${index} of a dictionary of ${size}`);
}

/** Puts undefined where the level says that a cell is missing. */
function withHoles(cells: DecodedArray, levels: readonly number[]): unknown[] {
  let next = 0;
  const all = Array.from(levels, (level) => (level === 1 ? cells[next++] : undefined));
  if (next !== cells.length) throw new Error(`${cells.length} values for ${next} cells`);
  return all;
}
