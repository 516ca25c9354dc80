import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { DataError } from "../../errors.js";
import { changedFile } from "./stamp.js";

/** The bytes of a file at any place, for formats that are read from their end. */
export interface Slices {
  byteLength: number;
  /** @throws {DataError} for a range that is not in the file, or a file that changed since it was opened */
  slice(start: number, end?: number): Promise<ArrayBuffer>;
  /** @throws {DataError} if the file changed since it was opened */
  close(): Promise<void>;
}

/** The slices of a file on disk; memory holds what is asked for. */
export async function slicesOfFile(path: string): Promise<Slices> {
  const file = await open(path, "r");
  const { size, mtimeNs } = await file.stat({ bigint: true });
  const byteLength = Number(size);
  const expectUnchanged = async () => {
    const now = await file.stat({ bigint: true });
    if (now.size !== size || now.mtimeNs !== mtimeNs) throw changedFile(path);
  };
  return {
    byteLength,
    async slice(start, end = byteLength) {
      expectRange(path, start, end, byteLength);
      const bytes = Buffer.from(new ArrayBuffer(end - start));
      for (let at = 0; at < bytes.length; ) {
        const { bytesRead } = await file.read(bytes, at, bytes.length - at, start + at);
        if (bytesRead === 0) await expectUnchanged();
        if (bytesRead === 0) throw new DataError(`${path}: could be read to byte ${start + at} only. Copy it again.`);
        at += bytesRead;
      }
      return bytes.buffer;
    },
    async close() {
      try {
        await expectUnchanged();
      } finally {
        await file.close();
      }
    },
  };
}

/** The slices of bytes in memory. */
export function slicesOfBytes(path: string, bytes: Uint8Array): Slices {
  return {
    byteLength: bytes.length,
    async slice(start, end = bytes.length) {
      expectRange(path, start, end, bytes.length);
      return Uint8Array.from(bytes.subarray(start, end)).buffer;
    },
    close: async () => {},
  };
}

function expectRange(path: string, start: number, end: number, size: number): void {
  if (!(Number.isInteger(start) && Number.isInteger(end) && 0 <= start && start <= end && end <= size))
    throw new DataError(
      `${path}: its own list of contents names the bytes ${start} to ${end} of ${size}, expected a place in the file. It is cut off or damaged; write or copy it again.`,
    );
}

/** SHA-256 of a file on disk, hexadecimal. */
export async function sha256Of(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of createReadStream(path)) hash.update(piece);
  return hash.digest("hex");
}
