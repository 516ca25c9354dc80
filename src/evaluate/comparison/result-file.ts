import { appendFile, readFile, truncate } from "node:fs/promises";
import { UndertoneError } from "../../errors.js";
import type { ResultStore } from "./predictions.js";

/**
 * Results as JSON lines in a file. Each is appended when it is there, so that nothing done is lost; half a line that
 * an interrupted process left behind is cut off.
 */
export function resultFile(path: string): ResultStore {
  const failed = (cause: unknown): never => {
    throw new UndertoneError(
      `Cannot keep results in ${path}: ${(cause as Error).message}. Choose another file (\`store\`).`,
      { cause },
    );
  };
  return {
    name: path,
    async lines() {
      const bytes = await readFile(path).catch((cause: NodeJS.ErrnoException) =>
        cause.code === "ENOENT" ? Buffer.alloc(0) : failed(cause),
      );
      const end = bytes.lastIndexOf("\n") + 1;
      if (end < bytes.length) await truncate(path, end).catch(failed);
      return bytes.toString("utf8", 0, end).split("\n").slice(0, -1);
    },
    append: (line) => appendFile(path, `${line}\n`).catch(failed),
  };
}
