import { rm } from "node:fs/promises";
import { cannotWrite, placeOf } from "../files/place.js";
import { openTemporary, type Temporary } from "../files/temporary.js";
import { type Output, openOutput } from "../files/write-file.js";
import type { KeptColumn } from "../sequences/set/sequence-set.js";
import { keptTexts, type RowLabels } from "./row-labels.js";

/**
 * The file beside an NPY file, `{"columns": [], "ids": [], "parts": [], "labels": [], "kept": {"name": []}, "sha256": ""}`,
 * for rows that come piece by piece: each list waits in a file of its own until the end, so that memory does not grow with the rows.
 */
export interface NpyDescription {
  append(rows: RowLabels): Promise<void>;
  /** Puts the file in its place. @param sha256 of the numbers of the matrix, by which the two files know each other */
  finish(columns: readonly string[], sha256: string): Promise<void>;
  /** As that of an output. */
  isInPlace(): Promise<boolean>;
  /** Leaves nothing behind. */
  abandon(): Promise<void>;
}

const LISTS = ["ids", "parts", "labels"] as const;
/** Texts that are written at once. */
const BLOCK = 1 << 16;

/** @returns a description whose methods throw an {UndertoneError} if the place cannot be written to */
export function openNpyDescription(path: string): NpyDescription {
  const lists = new Map<string, Temporary & { empty: boolean }>();
  const orExplain = <T>(work: Promise<T>): Promise<T> =>
    work.catch((cause) => {
      throw cannotWrite(path, cause);
    });
  const listOf = async (name: string) => {
    const known = lists.get(name);
    if (known) return known;
    const list = { ...(await openTemporary((await placeOf(path)).waiting)), empty: true };
    lists.set(name, list);
    return list;
  };
  let keptNames: readonly string[] = [];
  const append = async (rows: RowLabels) => {
    keptNames = rows.kept?.map(({ name }) => name) ?? [];
    const cells: [string, readonly (string | number | null)[] | undefined][] = [
      ...LISTS.map((name) => [name, rows[name]] as [string, readonly string[] | undefined]),
      ...(rows.kept ?? []).map((column, k) => [`kept ${k}`, keptCells(column)] as [string, (string | number | null)[]]),
    ];
    for (const [name, values] of cells) {
      if (!values) continue;
      const list = await listOf(name);
      for (let from = 0; from < values.length; from += BLOCK) {
        const block = JSON.stringify(values.slice(from, from + BLOCK)).slice(1, -1);
        await list.file.appendFile(list.empty ? block : `,${block}`);
        list.empty = false;
      }
    }
  };
  let whole: Output | undefined;
  const assemble = async (columns: readonly string[], sha256: string) => {
    await listOf("ids"); // also without rows
    whole = await openOutput(path);
    try {
      const { write } = whole;
      const writeList = async (name: string) => {
        const list = lists.get(name);
        await write("[");
        if (list)
          for await (const chunk of list.file.createReadStream({ start: 0, autoClose: false })) await write(chunk);
        await write("]");
      };
      await write(`{"columns":${JSON.stringify(columns)}`);
      for (const name of LISTS) {
        if (!lists.has(name)) continue;
        await write(`,"${name}":`);
        await writeList(name);
      }
      for (const [k, name] of keptNames.entries()) {
        await write(`${k === 0 ? ',"kept":{' : ","}${JSON.stringify(name)}:`);
        await writeList(`kept ${k}`);
      }
      if (keptNames.length > 0) await write("}");
      await whole.write(`,"sha256":"${sha256}"}`);
      await whole.seal();
      await whole.place();
    } catch (cause) {
      await whole.abandon();
      throw cause;
    }
  };
  const abandon = async () => {
    for (const { path, file } of lists.values()) {
      await file.close().catch(() => {});
      await rm(path, { force: true });
    }
  };
  return {
    append: (rows) => orExplain(append(rows)),
    async finish(columns, sha256) {
      await orExplain(assemble(columns, sha256));
      await abandon();
    },
    isInPlace: async () => (await whole?.isInPlace()) ?? false,
    abandon,
  };
}

/** Texts, dates as texts, and numbers; null = missing. */
function keptCells(column: KeptColumn): (string | number | null)[] {
  if (column.kind !== "numbers") return keptTexts(column).map((text) => (text === "" ? null : text));
  return Array.from(column.values, (value) => (Number.isNaN(value) ? null : value));
}
