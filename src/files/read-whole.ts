import { type FileHandle, open } from "node:fs/promises";

/** What Node reads into one buffer. */
const MOST = 2 ** 31 - 1;
/** Most bytes of a pipe, which does not say how much it holds. */
const MOST_OF_PIPE = 2 ** 28;
const CHUNK = 1 << 16;

/**
 * All bytes of a small file that undertone writes: a model, a checkpoint, results. A pipe may hold one too. What may
 * never end, such as a device, is refused.
 * @throws {Error} of the file system, or with a message in words
 */
export async function readWhole(path: string): Promise<Buffer> {
  const file = await open(path, "r");
  try {
    const stats = await file.stat();
    if (stats.isFile() && stats.size > MOST) throw new Error(`it has ${stats.size} bytes, expected at most ${MOST}`);
    if (stats.isFile() && stats.size > 0) return await file.readFile();
    if (!stats.isFile() && !stats.isFIFO() && !stats.isSocket())
      throw new Error(`it is ${stats.isDirectory() ? "a folder" : "a device"}, expected a file`);
    return await readStream(file);
  } finally {
    await file.close();
  }
}

async function readStream(file: FileHandle): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for (;;) {
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(CHUNK), 0, CHUNK, null);
    if (bytesRead === 0) return Buffer.concat(chunks, size);
    size += bytesRead;
    if (size > MOST_OF_PIPE)
      throw new Error(
        `it is a pipe with more than ${MOST_OF_PIPE} bytes, expected a model or another file of undertone`,
      );
    chunks.push(buffer.subarray(0, bytesRead));
  }
}
