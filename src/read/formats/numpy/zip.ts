import { crc32, inflateRawSync } from "node:zlib";
import { DataError } from "../../../errors.js";

/** A file inside a zip archive. */
export interface ZipEntry {
  name: string;
  /** Bytes unpacked, as the directory of the archive says. */
  size: number;
  /** @throws {DataError} if the bytes are not those that were packed */
  unpack(): Uint8Array;
}

const END = 0x06054b50;
const ENTRY = 0x02014b50;
const BEGIN = 0x04034b50;
const LONGEST_COMMENT = 65_535;

/**
 * The entries of a zip archive, by its directory. The checksum of each is checked: a changed bit of a stored array
 * would be another number.
 * @throws {DataError} for what is no archive, or a damaged one
 */
export function readZip(where: string, bytes: Buffer): ZipEntry[] {
  const broken = (what: string) =>
    new DataError(`${where}: not a sound zip archive (${what}). It may be truncated; write it again.`);
  let end = bytes.length - 22;
  while (end >= 0 && end >= bytes.length - 22 - LONGEST_COMMENT && bytes.readUInt32LE(end) !== END) end--;
  if (end < 0 || bytes.readUInt32LE(end) !== END) throw broken("it has no directory at its end");
  const entries: ZipEntry[] = [];
  let at = bytes.readUInt32LE(end + 16);
  for (let k = bytes.readUInt16LE(end + 10); k > 0; k--) {
    if (at + 46 > end || bytes.readUInt32LE(at) !== ENTRY) throw broken("its directory is damaged");
    const [flags, method] = [bytes.readUInt16LE(at + 8), bytes.readUInt16LE(at + 10)];
    const [sum, packed, size] = [16, 20, 24].map((offset) => bytes.readUInt32LE(at + offset));
    const begin = bytes.readUInt32LE(at + 42);
    const [long, extra, comment] = [28, 30, 32].map((offset) => bytes.readUInt16LE(at + offset));
    const name = bytes.toString("utf8", at + 46, at + 46 + long);
    at += 46 + long + extra + comment;
    const local = begin + 30 + long <= end && bytes.readUInt32LE(begin) === BEGIN;
    if (!local || bytes.toString("utf8", begin + 30, begin + 30 + long) !== name)
      throw broken(`${JSON.stringify(name)} does not begin where its directory says`); // a changed name would be another array
    const unpack = () => {
      const damaged = (what: string) => broken(`${JSON.stringify(name)} ${what}`);
      if (flags & 1) throw damaged("is encrypted");
      const from = begin + 30 + bytes.readUInt16LE(begin + 26) + bytes.readUInt16LE(begin + 28);
      if (from + packed > end) throw damaged("is cut off");
      const content = unpacked(bytes.subarray(from, from + packed), method, size, damaged);
      if (content.length !== size || crc32(content) !== sum) throw damaged("does not have the checksum of its content");
      return content;
    };
    entries.push({ name, size, unpack });
  }
  return entries;
}

function unpacked(packed: Buffer, method: number, size: number, damaged: (what: string) => DataError): Buffer {
  if (method === 0) return packed;
  if (method !== 8) throw damaged(`is packed by method ${method}, expected none or deflate`);
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, size) });
  } catch (cause) {
    throw damaged(`cannot be unpacked: ${(cause as Error).message}`);
  }
}
