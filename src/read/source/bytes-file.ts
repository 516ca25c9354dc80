import { createHash } from "node:crypto";
import { slicesOfBytes } from "./slices.js";
import { emptyFile, type SourceFile } from "./source-file.js";

/**
 * Bytes in memory as a file that is read: the body of a request.
 * @param path as messages name it
 */
export function bytesFile(path: string, bytes: Uint8Array): SourceFile {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    path,
    async whole(_most, mayBeEmpty = false) {
      if (buffer.length === 0 && !mayBeEmpty) throw emptyFile(path);
      return buffer;
    },
    async *pieces() {
      if (buffer.length > 0) yield buffer;
    },
    slices: async () => slicesOfBytes(path, buffer),
    sha256: async () => createHash("sha256").update(buffer).digest("hex"),
  };
}
