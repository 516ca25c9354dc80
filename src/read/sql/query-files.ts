import { stat } from "node:fs/promises";
import { isAbsolute, sep } from "node:path";
import { glob } from "tinyglobby";
import { DataError } from "../../errors.js";
import { stampOf } from "../source/stamp.js";

/** 'a text' or "a name"; a quote inside is written twice. */
const QUOTED = /'((?:[^']|'')+)'|"((?:[^"]|"")+)"/g;

/**
 * The files that a query names, as `from 'events/*.csv'` does. A text in quotes that happens to be the name of a file
 * counts, too.
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
 * @returns what throws a {DataError} if one of them is another by then
 */
export async function watchFiles(path: string, files: readonly string[]): Promise<() => Promise<void>> {
  const stamps = await Promise.all(files.map(stampOf));
  return async () => {
    for (const [k, file] of files.entries())
      if ((await stampOf(file)) !== stamps[k])
        throw new DataError(
          `${path}: ${file} changed while the query read it, expected the same bytes from beginning to end. Wait until it is written, then ask again.`,
        );
  };
}
