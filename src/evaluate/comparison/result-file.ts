import { appendFile, truncate } from "node:fs/promises";
import { UndertoneError } from "../../errors.js";
import { reasonOf } from "../../files/place.js";
import { readWhole } from "../../files/read-whole.js";
import type { ResultStore } from "./result-store.js";

/**
 * Results as JSON lines in a file. Each is appended as soon as it is known, so that nothing done is lost. Reading does not
 * touch the file: what is no result is refused. Half a line that an interrupted process left behind is cut off by
 * the first append.
 */
export function resultFile(path: string): ResultStore {
  const failed = (cause: unknown): never => {
    throw new UndertoneError(
      `Cannot keep results in ${path}: ${reasonOf(cause)}. What was kept stays, and the same comparison continues from it. Choose another file (\`store\`), or make room in this place.`,
      { cause },
    );
  };
  let repair: (() => Promise<void>) | undefined;
  return {
    name: path,
    async lines() {
      const bytes = await readWhole(path).catch((cause: NodeJS.ErrnoException) =>
        cause.code === "ENOENT" ? Buffer.alloc(0) : failed(cause),
      );
      const end = bytes.lastIndexOf("\n") + 1;
      if (!isComparison(bytes)) return [bytes.toString("utf8", 0, 200)]; // of another kind, and perhaps very long
      const lines = bytes.toString("utf8", 0, end).split("\n").slice(0, -1);
      const rest = bytes.toString("utf8", end);
      repair = undefined;
      if (rest === "") return lines;
      if (isTorn(rest)) {
        repair = () => truncate(path, end);
        return lines;
      }
      repair = () => appendFile(path, "\n"); // a line without its end, as editors leave it
      return [...lines, rest];
    },
    async append(line) {
      await repair?.().catch(failed);
      repair = undefined;
      await appendFile(path, `${line}\n`).catch(failed);
    },
  };
}

const RECORD = '{"kind":"';
const BEGINNING = `${RECORD}comparison","format":`;

/** Whether a file is empty, or begins as results do. */
function isComparison(bytes: Buffer): boolean {
  return bytes.length === 0 || bytes.toString("utf8", 0, BEGINNING.length) === BEGINNING;
}

/** Whether a text is the beginning of a result and not a whole one. */
function isTorn(text: string): boolean {
  if (!text.startsWith(RECORD) && !RECORD.startsWith(text)) return false;
  try {
    JSON.parse(text);
    return false;
  } catch {
    return true;
  }
}
