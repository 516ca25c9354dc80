import { stat } from "node:fs/promises";
import { isAbsolute, resolve, sep } from "node:path";
import { glob } from "tinyglobby";
import { DataError } from "../../errors.js";
import { stampOf } from "../source/stamp.js";
import type { OpenedFile } from "./query-rows.js";

/** 'a text' or "a name"; a quote inside is written twice. */
const QUOTED = /'((?:[^']|'')+)'|"((?:[^"]|"")+)"/g;

/**
 * The files that a query names, as `from 'events/*.csv'` does: what can be known of them before it is asked. A text in
 * quotes that happens to be the name of a file counts, too.
 */
export async function filesNamedIn(sql: string): Promise<string[]> {
  const files = new Set<string>();
  for (const [, text, name] of sql.matchAll(QUOTED)) {
    const path = text?.replaceAll("''", "'") ?? name.replaceAll('""', '"');
    const isFile = await stat(path).then(
      (stats) => stats.isFile(),
      () => false,
    );
    if (isFile) files.add(path);
    else if (/[*?[\]{}]/.test(path)) for (const file of await behind(path)) files.add(file);
  }
  return [...files];
}

/** A text may look like a pattern and be none. */
function behind(pattern: string): Promise<string[]> {
  const slashed = sep === "\\" ? pattern.replaceAll("\\", "/") : pattern;
  return glob(slashed, { expandDirectories: false, absolute: isAbsolute(pattern) }).catch(() => []);
}

/**
 * Remembers files as they are now.
 * @returns what throws a {DataError} if one of them is another by then, or one of `opened` since it was opened
 */
export async function watchFiles(path: string, files: readonly string[]) {
  const stamps = await Promise.all(files.map(stampOf));
  const named = new Set(files.map((file) => resolve(file)));
  return async (opened: readonly OpenedFile[]) => {
    const changed = (file: string) =>
      new DataError(
        `${path}: ${file} changed while the query read it, expected the same bytes from beginning to end. Wait until it is written, then ask again.`,
      );
    for (const [k, file] of files.entries()) if ((await stampOf(file)) !== stamps[k]) throw changed(file);
    for (const { path: file, at } of opened)
      if (!named.has(resolve(file)) && (await changedSince(file, at))) throw changed(file);
  };
}

/** Whether a file, or what lies in its place, was changed after a time; one that is gone was. */
async function changedSince(file: string, at: bigint): Promise<boolean> {
  const found = await stat(file, { bigint: true }).catch(() => undefined);
  return found === undefined || (found.isFile() && found.ctimeNs / 1000n > at);
}
