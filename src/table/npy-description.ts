import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { cannotWrite } from "../files/write-file.js";
import type { RowLabels } from "./row-labels.js";

/**
 * The file beside an NPY file, `{"columns": [], "ids": [], "parts": [], "labels": []}`, for rows that come piece by
 * piece: each list waits in a file of its own until the end, so that memory does not grow with the rows.
 */
export interface NpyDescription {
  append(rows: RowLabels): Promise<void>;
  /** Puts the file in its place. */
  finish(columns: readonly string[]): Promise<void>;
  /** Leaves nothing behind. */
  abandon(): Promise<void>;
}

const LISTS = ["ids", "parts", "labels"] as const;
/** Texts that are written at once. */
const BLOCK = 1 << 16;

/** @returns a description whose methods throw an {UndertoneError} if the place cannot be written to */
export function openNpyDescription(path: string): NpyDescription {
  const temporary = `${path}.${process.pid}.tmp`;
  const lists = new Map<string, { path: string; file: FileHandle; empty: boolean }>();
  const orExplain = <T>(work: Promise<T>): Promise<T> =>
    work.catch((cause) => {
      throw cannotWrite(path, cause);
    });
  const listOf = async (name: string) => {
    const known = lists.get(name);
    if (known) return known;
    const place = `${path}.${name}.${process.pid}.tmp`;
    const list = { path: place, file: await open(place, "w+"), empty: true };
    lists.set(name, list);
    return list;
  };
  const append = async (rows: RowLabels) => {
    for (const name of LISTS) {
      const texts = rows[name];
      if (!texts) continue;
      const list = await listOf(name);
      for (let from = 0; from < texts.length; from += BLOCK) {
        const block = JSON.stringify(texts.slice(from, from + BLOCK)).slice(1, -1);
        await list.file.appendFile(list.empty ? block : `,${block}`);
        list.empty = false;
      }
    }
  };
  const assemble = async (columns: readonly string[]) => {
    await listOf("ids"); // also without rows
    const whole = await open(temporary, "w");
    try {
      await whole.appendFile(`{"columns":${JSON.stringify(columns)}`);
      for (const name of LISTS) {
        const list = lists.get(name);
        if (!list) continue;
        await whole.appendFile(`,"${name}":[`);
        for await (const chunk of list.file.createReadStream({ start: 0, autoClose: false }))
          await whole.appendFile(chunk);
        await whole.appendFile("]");
      }
      await whole.appendFile("}");
      await whole.sync();
    } finally {
      await whole.close();
    }
    await rename(temporary, path);
  };
  const abandon = async () => {
    for (const { path, file } of lists.values()) {
      await file.close().catch(() => {});
      await rm(path, { force: true });
    }
    await rm(temporary, { force: true });
  };
  return {
    append: (rows) => orExplain(append(rows)),
    async finish(columns) {
      await orExplain(assemble(columns));
      await abandon();
    },
    abandon,
  };
}
