import { createHash } from "node:crypto";

const BEFORE_DIGITS = '{"__metadata__":{"checksum":"sha256:';
/** Where the 64 digits of the checksum stand. */
export const DIGITS_AT = 8 + BEFORE_DIGITS.length;

/** A copy whose checksum is right again after an edit, by another implementation than the library's. */
export function reseal(bytes: Uint8Array): Uint8Array {
  const sealed = new Uint8Array(bytes);
  sealed.fill(0x30, DIGITS_AT, DIGITS_AT + 64);
  sealed.set(Buffer.from(createHash("sha256").update(sealed).digest("hex"), "latin1"), DIGITS_AT);
  return sealed;
}

/** A copy of `edited` with the checksum that `sound` has: what an edit leaves that does not know of it. */
export function withChecksumOf(sound: Uint8Array, edited: Uint8Array): Uint8Array {
  const copy = new Uint8Array(edited);
  copy.set(sound.subarray(DIGITS_AT, DIGITS_AT + 64), DIGITS_AT);
  return copy;
}

export type Header = { __metadata__: Record<string, string> } & Record<
  string,
  { dtype: string; shape: number[]; data_offsets: number[] }
>;

/** The header of a safetensors file, and the bytes of its tensors. */
export function openFile(bytes: Uint8Array): { header: Header; body: Uint8Array } {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  return { header, body: bytes.slice(8 + length) };
}

/** A safetensors file of any header and body. A checksum that the header begins with is made right. */
export const closeFile = (header: object, body: Uint8Array) => closeText(JSON.stringify(header), body);

/** The same of a header as text, which may be no JSON. */
export function closeText(text: string, body: Uint8Array): Uint8Array {
  const padded = Buffer.from(text + " ".repeat((8 - (Buffer.byteLength(text) % 8)) % 8));
  const bytes = new Uint8Array(8 + padded.length + body.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded.length), true);
  bytes.set(padded, 8);
  bytes.set(body, 8 + padded.length);
  return text.startsWith(BEFORE_DIGITS) ? reseal(bytes) : bytes;
}
