import { DataError } from "../../../errors.js";

/** An array of a NumPy file. Cell k is that of row-major order, however the file stores it. */
export interface NumpyArray {
  /** As messages name it: the file, and in an archive the array. */
  where: string;
  shape: readonly number[];
  /** As the file writes it: <f4, |b1, <U7. */
  type: string;
  /** A number, a whole number of 64 bits, or a text. */
  cell(k: number): number | bigint | string;
}

/** Types by kind and bytes of an item; texts have any number of bytes. */
const DECODERS: Readonly<Record<string, (bytes: ArrayBuffer) => ArrayLike<number | bigint>>> = {
  f2: (bytes) => Float32Array.from(new Uint16Array(bytes), halfFloat),
  f4: (bytes) => new Float32Array(bytes),
  f8: (bytes) => new Float64Array(bytes),
  b1: (bytes) => new Uint8Array(bytes),
  i1: (bytes) => new Int8Array(bytes),
  i2: (bytes) => new Int16Array(bytes),
  i4: (bytes) => new Int32Array(bytes),
  i8: (bytes) => new BigInt64Array(bytes),
  u1: (bytes) => new Uint8Array(bytes),
  u2: (bytes) => new Uint16Array(bytes),
  u4: (bytes) => new Uint32Array(bytes),
  u8: (bytes) => new BigUint64Array(bytes),
};

/**
 * Reads the bytes of an .npy file, versions 1 to 3: booleans, integers, floats of 16 to 64 bits and texts, of either
 * byte order, row- or column-major.
 * @throws {DataError} for another type, a damaged header, or numbers that are more or fewer than the shape says
 */
export function parseNumpy(where: string, bytes: Uint8Array): NumpyArray {
  const { type, fortran, shape, start } = parseHeader(where, bytes);
  const [, order, kind, digits] = /^([<>|=])([a-zA-Z])(\d+)$/.exec(type) ?? [];
  const size = kind === "U" ? 4 * Number(digits) : Number(digits);
  const text = kind === "U" || kind === "S";
  const decode = text ? undefined : DECODERS[`${kind}${digits}`];
  if (!decode && !text)
    throw new DataError(
      `${where}: got type ${type}, expected booleans, integers, floats of 16 to 64 bits${type === "|O" || type === "O" ? "" : ", or texts for labels"}. ${type.endsWith("O") ? "Objects are programs (pickle) and are not run; save each series as numbers of one shape, shorter ones padded with NaN." : "Save it as float32."}`,
    );
  const count = shape.reduce((product, length) => product * length, 1);
  const held = size === 0 ? count : Math.floor((bytes.length - start) / size);
  if (held !== count)
    throw new DataError(
      `${where}: got ${held} ${text ? "texts" : "numbers"}, expected ${shape.join(" x ")}. The file is truncated, or its header is damaged; write it again.`,
    );
  const body = new Uint8Array(bytes.subarray(start, start + count * size)); // a buffer of its own, aligned
  if (order === ">") swapBytes(body, kind === "U" ? 4 : size);
  const at = fortran && shape.length > 1 ? columnMajor(shape) : (k: number) => k;
  if (decode) {
    const cells = decode(body.buffer as ArrayBuffer);
    return { where, shape, type, cell: (k) => cells[at(k)] };
  }
  const textOf = kind === "U" ? codePoints : (item: Uint8Array) => Buffer.from(item).toString("utf8");
  return {
    where,
    shape,
    type,
    cell: (k) => textOf(body.subarray(at(k) * size, (at(k) + 1) * size)).replace(/\0+$/, ""),
  };
}

function parseHeader(where: string, bytes: Uint8Array) {
  const broken = (what: string) =>
    new DataError(
      `${where}: not a readable NumPy file (${what}), expected .npy version 1 to 3. It may be truncated; write it again with numpy.save.`,
    );
  const magic = Buffer.from(bytes.subarray(0, 6)).toString("latin1");
  if (magic !== "\x93NUMPY") throw broken("it does not begin with the mark of one");
  const version = bytes[6];
  if (!(version >= 1 && version <= 3)) throw broken(`version ${version}`);
  const start = version === 1 ? 10 : 12;
  if (bytes.length < start) throw broken("its header is cut off");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (start + length > bytes.length) throw broken("its header is cut off");
  const header = Buffer.from(bytes.subarray(start, start + length)).toString("latin1");
  const type = /'descr'\s*:\s*'([^']*)'/.exec(header)?.[1];
  const fortran = /'fortran_order'\s*:\s*(True|False)/.exec(header)?.[1];
  const shape = /'shape'\s*:\s*\(([\d\s,]*)\)/.exec(header)?.[1];
  if (type === undefined && /'descr'\s*:\s*\[/.test(header))
    throw new DataError(
      `${where}: got records with fields, expected an array of numbers. Save the fields as one array, or the records as a table (CSV, Parquet).`,
    );
  if (type === undefined || fortran === undefined || shape === undefined) throw broken("its header is damaged");
  const lengths = shape.split(",").flatMap((part) => (part.trim() === "" ? [] : [Number(part)]));
  return { type, fortran: fortran === "True", shape: lengths, start: start + length };
}

function swapBytes(body: Uint8Array, size: number): void {
  const buffer = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (size === 2) buffer.swap16();
  if (size === 4) buffer.swap32();
  if (size === 8) buffer.swap64();
}

/** Where cell k of row-major order stands in a file whose first index runs fastest. */
function columnMajor(shape: readonly number[]): (k: number) => number {
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((product, length) => product * length, 1));
  return (k) => {
    let at = 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += (k % shape[axis]) * strides[axis];
      k = Math.floor(k / shape[axis]);
    }
    return at;
  };
}

function codePoints(item: Uint8Array): string {
  const view = new DataView(item.buffer, item.byteOffset, item.byteLength);
  let text = "";
  for (let k = 0; k < item.length; k += 4) {
    const code = view.getUint32(k, true);
    text += code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd";
  }
  return text;
}

function halfFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
