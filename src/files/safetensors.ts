import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { ArtefactError } from "../errors.js";

export interface Tensor {
  shape: readonly number[];
  data: Float32Array | Float64Array;
}

/** What a file holds. */
export interface Safetensors {
  /** Where the file's memory is aligned, `data` is a view of it. */
  tensors: Record<string, Tensor>;
  /** Tensors of bytes (U8, one dimension), which are files of their own: views. */
  blobs: Record<string, Uint8Array>;
  metadata: Record<string, string>;
  /** Whether the file had a checksum. One that does not agree with the bytes is an error. */
  checksum: boolean;
}

/**
 * Ours have some kB, and 100 bytes more for each channel. This is as much as can be read and refused in a second.
 */
const MOST_HEADER = 16_000_000;

/** Objects, lists and fields of a JSON text, 3 for each channel: a million of them take many seconds to parse. */
const MOST_PARTS = 300_000;

/** Of a tensor; ours have 2. */
const MOST_DIMENSIONS = 8;

interface Header {
  metadata: Record<string, string>;
  entries: [name: string, entry: { dtype: string; shape: number[]; data_offsets: [number, number] }][];
}

/** The start of a header with a checksum. So its digits stand at the same place in every file. */
const BEFORE_DIGITS = new TextEncoder().encode('{"__metadata__":{"checksum":"sha256:');
const DIGITS_AT = 8 + BEFORE_DIGITS.length;
const NO_DIGITS = "0".repeat(64);

/**
 * The safetensors format, tensors before blobs: 8 bytes of header length, a JSON header, then the tensors one after another. The first entry
 * of the metadata is a checksum: SHA-256 over the whole file, with zeros in place of its 64 digits.
 */
export function encodeSafetensors(
  tensors: Record<string, Tensor>,
  metadata: Record<string, string>,
  blobs: Record<string, Uint8Array> = {},
): Uint8Array {
  let end = 0;
  const parts = [
    ...Object.entries(tensors).map(([name, { shape, data }]) => ({ name, shape, data })),
    ...Object.entries(blobs).map(([name, data]) => ({ name, shape: [data.length], data })),
  ];
  const entries = parts.map(({ name, shape, data }) => {
    const start = end;
    end += data.byteLength;
    const dtype = data instanceof Uint8Array ? "U8" : data instanceof Float32Array ? "F32" : "F64";
    return [name, { dtype, shape, data_offsets: [start, end] }] as const;
  });
  const withChecksum = { checksum: `sha256:${NO_DIGITS}`, ...metadata };
  const json = JSON.stringify({ __metadata__: withChecksum, ...Object.fromEntries(entries) });
  const header = new TextEncoder().encode(json);
  const padded = Math.ceil(header.length / 8) * 8; // tensors stay aligned; the format allows trailing spaces
  const bytes = new Uint8Array(8 + padded + end).fill(0x20, 8 + header.length, 8 + padded);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.set(header, 8);
  parts.forEach(({ data }, k) => {
    const at = 8 + padded + entries[k][1].data_offsets[0];
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
  });
  bytes.set(new TextEncoder().encode(digitsOf(bytes)), DIGITS_AT);
  return bytes;
}

/**
 * Reads what encodeSafetensors wrote, and any safetensors file whose F32, F64 and U8 tensors fill it in the order of its
 * header. The checksum is compared first. No size in the file is believed before it agrees with the file's own size.
 * @param where names the file in errors
 * @param advice what to do about a file that is damaged
 * @throws {ArtefactError} if it is not such a file, was cut short or was damaged
 */
export function decodeSafetensors(
  bytes: Uint8Array,
  where: string,
  advice = "Write it again, or take another copy.",
): Safetensors {
  const fail = (why: string): never => {
    throw new ArtefactError(`${where}: ${why.length > 500 ? `${why.slice(0, 500)} ...` : why} ${advice}`);
  };
  if (bytes.length < 16) fail(`got ${bytes.length} bytes, expected a model file; it is empty or was cut short.`);
  const checksum = BEFORE_DIGITS.every((byte, k) => bytes[8 + k] === byte) && bytes.length >= DIGITS_AT + 64;
  if (checksum && new TextDecoder("latin1").decode(bytes.subarray(DIGITS_AT, DIGITS_AT + 64)) !== digitsOf(bytes))
    fail("the file is damaged or was cut short: its bytes are not those that its checksum was made of.");
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (length > 100_000_000 || bytes[8] !== 0x7b) fail("this is not a model file (no safetensors header at its start).");
  if (8 + length > bytes.length)
    fail(`the file was cut short: its header alone has ${length} bytes, the file ${bytes.length}.`);
  if (length > MOST_HEADER) fail(`its header has ${length} bytes, expected at most ${MOST_HEADER}.`);
  let json: unknown;
  try {
    json = parseBounded(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, 8 + length)));
  } catch {
    return fail("its header is damaged (not JSON, or of too many parts).");
  }
  const { metadata, entries } = checkHeader(json, fail);
  const body = bytes.subarray(8 + length);
  let next = 0;
  const tensors: [string, Tensor][] = [];
  const blobs: [string, Uint8Array][] = [];
  for (const [name, { dtype, shape, data_offsets }] of entries) {
    const [start, end] = data_offsets;
    if (dtype !== "F32" && dtype !== "F64" && dtype !== "U8")
      fail(`tensor "${name}" has type ${dtype}, expected F32, F64 or U8.`);
    if (start !== next)
      fail(`tensor "${name}" begins at byte ${start}, expected ${next}: tensors stand one behind another.`);
    if (end > body.length)
      fail(`the file was cut short: tensor "${name}" ends at byte ${end} of its tensors, there are ${body.length}.`);
    const width = dtype === "F32" ? 4 : dtype === "F64" ? 8 : 1;
    if (end - start !== shape.reduce((a, b) => a * b, width))
      fail(`tensor "${name}" has ${end - start} bytes, its type ${dtype} and shape [${shape}] need another number.`);
    next = end;
    const part = body.subarray(start, end);
    if (width === 1) blobs.push([name, part]);
    else tensors.push([name, { shape, data: numbersOf(part, width) }]);
  }
  if (next !== body.length)
    fail(`its tensors end at byte ${next}, expected ${body.length}: there are bytes that belong to none.`);
  return { tensors: Object.fromEntries(tensors), blobs: Object.fromEntries(blobs), metadata, checksum };
}

/** The value of a JSON text. @throws {SyntaxError} if it is none, or has more parts than a sound file */
export function parseBounded(text: string): unknown {
  let parts = 0;
  for (let k = 0; k < text.length; k++) {
    const code = text.charCodeAt(k);
    if (code === 0x3a || code === 0x5b || code === 0x7b) parts++; // : [ {
  }
  if (parts > MOST_PARTS) throw new SyntaxError(`${parts} parts`);
  return JSON.parse(text);
}

/** By hand: a schema would list every fault, and a header can have millions. The first ends it. */
function checkHeader(json: unknown, fail: (why: string) => never): Header {
  const damaged = (at: string, expected: string) => fail(`its header is damaged at ${at}: expected ${expected}.`);
  if (!isObject(json)) return damaged("its start", "an object");
  const { __metadata__: metadata = {}, ...entries } = json;
  if (!isObject(metadata)) return damaged("__metadata__", "an object");
  for (const name in metadata) if (typeof metadata[name] !== "string") damaged(`__metadata__.${name}`, "a text");
  for (const name in entries) {
    const entry = entries[name];
    if (!isObject(entry) || typeof entry.dtype !== "string") return damaged(name, "an object with a dtype");
    if (!areWhole(entry.shape, MOST_DIMENSIONS)) damaged(`${name}.shape`, `up to ${MOST_DIMENSIONS} whole numbers`);
    if (!areWhole(entry.data_offsets, 2) || entry.data_offsets.length !== 2)
      damaged(`${name}.data_offsets`, "two whole numbers");
  }
  return { metadata, entries: Object.entries(entries) } as Header;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function areWhole(value: unknown, most: number): value is number[] {
  return Array.isArray(value) && value.length <= most && value.every((each) => Number.isSafeInteger(each) && each >= 0);
}

/** A view where the memory is aligned, else a copy. */
function numbersOf(part: Uint8Array, width: 4 | 8): Float32Array | Float64Array {
  const { buffer, byteOffset, length } = part.byteOffset % width === 0 ? part : new Uint8Array(part);
  return width === 4
    ? new Float32Array(buffer, byteOffset, length / width)
    : new Float64Array(buffer, byteOffset, length / width);
}

/** The checksum of a file, whatever stands in the place of its digits. */
function digitsOf(bytes: Uint8Array): string {
  const hash = sha256.create().update(bytes.subarray(0, DIGITS_AT)).update(new TextEncoder().encode(NO_DIGITS));
  return bytesToHex(hash.update(bytes.subarray(DIGITS_AT + 64)).digest());
}
