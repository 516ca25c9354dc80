import { isUtf8 } from "node:buffer";
import { DataError, OptionError } from "../../errors.js";
import { endlessRow, LONGEST_ROW_MB, type SourceFile } from "./source-file.js";

const LONGEST_TEXT = 0x1fffffe8; // the longest string of the JavaScript engine

/** How files begin that are no text, and what to do with them. */
const NO_TEXT: readonly [begin: string, kind: string, advice: string][] = [
  ["\x1f\x8b", "gzip", "Rename it so that it ends in .gz."],
  ["PK\x03\x04", "zip (an Excel workbook is one too)", "Unpack it; of a workbook, save the sheet as CSV."],
  ["PAR1", "Parquet", "Rename it so that it ends in .parquet."],
  ["ARROW1", "Arrow", "Rename it so that it ends in .arrow."],
  ["\x93NUMPY", "NumPy", "Rename it so that it ends in .npy."],
  ["\x89HDF", "HDF5", "Export the table as CSV."],
  ["SQLite format 3\0", "SQLite", "Export the table as CSV."],
  ["\xd0\xcf\x11\xe0", "old Excel (.xls)", "Save the sheet as CSV."],
  ["\x28\xb5\x2f\xfd", "zstd", "Unpack it first."],
  ["BZh", "bzip2", "Unpack it first."],
  ["\xfd7zXZ", "xz", "Unpack it first."],
  ["7z\xbc\xaf", "7z", "Unpack it first."],
  ["%PDF", "PDF", "Export the table as CSV."],
];

const MARKS: readonly [begin: string, encoding: string][] = [
  ["\xef\xbb\xbf", "utf-8"],
  ["\xff\xfe", "utf-16le"],
  ["\xfe\xff", "utf-16be"],
];
const LONGEST_BEGIN = 16;

/**
 * The bytes of a text file as UTF-8, without byte order mark. UTF-16 is known by its mark; another encoding is that of
 * the option. That UTF-8 is sound, the caller checks (`expectUtf8`), who knows rows.
 * @throws {DataError} if the bytes are those of another kind of file, or not of the encoding
 */
export async function* textPieces(file: SourceFile): AsyncGenerator<Buffer> {
  let decode: ((piece: Uint8Array, last: boolean) => Buffer) | undefined;
  let begin: Buffer | undefined = Buffer.alloc(0); // until the encoding is known
  for await (const piece of file.pieces()) {
    let bytes = piece;
    if (begin) {
      bytes = begin.length > 0 ? Buffer.concat([begin, piece]) : piece;
      if (bytes.length < LONGEST_BEGIN) {
        begin = bytes;
        continue;
      }
      begin = undefined;
      [decode, bytes] = opened(file, bytes);
    }
    yield decode ? decode(bytes, false) : bytes;
  }
  if (begin && begin.length > 0) {
    const [decodeShort, bytes] = opened(file, begin);
    yield decodeShort ? decodeShort(bytes, true) : bytes;
  } else if (decode) yield decode(new Uint8Array(0), true);
}

/**
 * The lines of a text file, without byte order mark and line ends; line i is row i + 1 of an editor.
 * @throws {DataError} as `whole`, for bytes of another encoding or kind of file, and if it is too long for one text, or has a line without end
 */
export async function linesOf(file: SourceFile): Promise<string[]> {
  const lines = (await wholeText(file)).split(/\r\n|\n|\r/);
  const long = lines.findIndex((line) => line.length > LONGEST_ROW_MB << 20);
  if (long >= 0) throw endlessRow(file.path, long + 1);
  return lines;
}

/** All of a text file. @throws {DataError} as linesOf */
export async function wholeText(file: SourceFile, mayBeEmpty = false): Promise<string> {
  return textOf(file, await file.whole(LONGEST_TEXT, mayBeEmpty));
}

/** All of a text. @throws as textPieces, and {DataError} for bytes that are not UTF-8 */
function textOf(file: SourceFile, bytes: Buffer): string {
  const [decode, rest] = opened(file, bytes);
  if (decode) return decode(rest, true).toString();
  expectUtf8(file, rest, (bad) => {
    const before = rest.subarray(0, bad).toString("utf8").split(/\r?\n/);
    return `row ${before.length}, character ${before[before.length - 1].length + 1}`;
  });
  return rest.toString("utf8");
}

/** @param whereIs names the place of a byte @throws {DataError} for the first byte that is not UTF-8 */
export function expectUtf8(file: SourceFile, bytes: Uint8Array, whereIs: (byte: number) => string): void {
  if (isUtf8(bytes)) return;
  const bad = firstBad(bytes);
  const shown = `0x${bytes[bad].toString(16).padStart(2, "0")}`;
  throw new DataError(
    `${file.path}, ${whereIs(bad)}: got the byte ${shown}, expected text in UTF-8. Read otherwise, different names could become one. Give the encoding of the file (\`encoding\`), often windows-1252 (Western Europe), windows-1250 or iso-8859-2 (Central Europe), shift_jis or gb18030.`,
  );
}

/** Where the first character begins that is not UTF-8. */
function firstBad(bytes: Uint8Array): number {
  let k = 0;
  while (k < bytes.length) {
    const byte = bytes[k];
    const length = byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    if (length > 1 && !isUtf8(bytes.subarray(k, k + length))) return k;
    k += length;
  }
  return k;
}

/** How the bytes after the first ones are decoded (undefined: they are UTF-8), and the first ones without their mark. */
function opened(file: SourceFile, bytes: Buffer): [((piece: Uint8Array, last: boolean) => Buffer) | undefined, Buffer] {
  const { path, encoding } = file;
  const begin = bytes.toString("latin1", 0, LONGEST_BEGIN);
  const found = NO_TEXT.find(([mark]) => begin.startsWith(mark));
  if (found)
    throw new DataError(
      `${path}: got the bytes of a file of the kind ${found[1]}, expected text. The name of the file says another kind than its content. ${found[2]}`,
    );
  const marked = MARKS.find(([mark]) => begin.startsWith(mark));
  if (marked && encoding !== undefined && new TextDecoder(encoding).encoding !== marked[1])
    throw new OptionError(
      `${path}: got \`encoding: "${encoding}"\` and the byte order mark of ${marked[1]}, expected one encoding. The mark says what the file is; leave the option out.`,
    );
  const name = marked?.[1] ?? encoding ?? "utf-8";
  if (/^utf-?8$/i.test(name)) return [undefined, marked ? bytes.subarray(3) : bytes];
  const decoder = new TextDecoder(name, { fatal: true });
  const decode = (piece: Uint8Array, last: boolean) => {
    try {
      return Buffer.from(decoder.decode(piece, { stream: !last }));
    } catch (cause) {
      throw new DataError(
        `${path}: has bytes that are not ${decoder.encoding}, expected text of that encoding. Give another one (\`encoding\`), or write the file again as UTF-8.`,
        { cause },
      );
    }
  };
  return [decode, bytes];
}
