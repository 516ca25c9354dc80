import { createGunzip } from "node:zlib";
import { DataError } from "../../errors.js";

/**
 * Unpacks a gzip stream, all members of it. zlib ends in silence at a zero byte behind a member: zeros up to the end, as
 * tapes pad a file, are no content; anything else behind them would be lost.
 * @param unpacked called with each piece's length and the packed bytes read so far
 * @throws {DataError} if bytes that are no member follow; the errors of zlib
 */
export async function* gunzip(
  path: string,
  packed: AsyncIterable<Buffer>,
  unpacked: (bytes: number, packedBytes: number) => void,
): AsyncGenerator<Buffer> {
  const stream = createGunzip({ chunkSize: 1 << 18 });
  let finished = false; // no member follows
  let release = () => {};
  stream.once("end", () => {
    finished = true;
    release();
  });
  stream.once("close", () => release()).once("error", () => release()); // the loop below throws the error
  const feed = async () => {
    let read = 0;
    for await (const chunk of packed) {
      read += chunk.length;
      if (!finished && stream.destroyed) return;
      if (!finished)
        await new Promise<void>((done) => {
          release = done; // behind the last member the callback may not be called
          stream.write(chunk, () => done());
        });
      finished ||= !stream.destroyed && stream.bytesWritten < read;
      if (finished)
        expectPadding(
          path,
          chunk.subarray(Math.max(0, chunk.length - read + stream.bytesWritten)),
          stream.bytesWritten,
        );
    }
    if (!finished) stream.end();
  };
  const feeding = feed();
  feeding.catch((cause) => stream.destroy(cause)); // the file could not be read
  try {
    for await (const piece of stream) {
      unpacked(piece.length, stream.bytesWritten);
      yield piece;
    }
    await feeding;
  } finally {
    stream.destroy();
  }
}

function expectPadding(path: string, rest: Buffer, end: number): void {
  if (rest.every((byte) => byte === 0)) return;
  throw new DataError(
    `${path}: bytes follow the end of the gzip stream (byte ${end}) that are no gzip, expected the end of the file or zeros. The file is damaged, or was joined with something else, so content would be lost; copy or pack it again.`,
  );
}
