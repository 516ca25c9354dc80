import { DataError } from "../errors.js";
import type { DataFile } from "./find.js";
import { repeatedIn } from "./source/names.js";

/** Files of the same columns. */
interface Alike {
  names: readonly string[];
  files: DataFile[];
}

/**
 * What to say where files that are read together have different columns: it names the odd one out, which need not be
 * the later one.
 * @param columnsOf the columns of a file that are read; none: it is empty
 * @param manifest the one that is given
 */
export async function otherColumns(
  where: string,
  files: readonly DataFile[],
  columnsOf: (file: DataFile) => Promise<readonly string[]>,
  manifest: string | undefined,
): Promise<DataError> {
  const groups = new Map<string, Alike>();
  for (const file of files) {
    const names = await columnsOf(file);
    const twice = repeatedIn(names);
    if (twice !== undefined)
      return new DataError(
        `${file.path}: got the column ${twice}, expected distinct names. Columns are chosen by name; rename one of them.`,
      );
    if (names.length === 0) continue;
    const key = JSON.stringify([...names].sort());
    const alike = groups.get(key);
    if (alike) alike.files.push(file);
    else groups.set(key, { names, files: [file] });
  }
  const tells = ({ names }: Alike) => Number(names.includes("file")); // a manifest that lies beside the data
  const [most, ...others] = [...groups.values()].sort((a, b) => b.files.length - a.files.length || tells(a) - tells(b));
  if (others.length === 0) return new DataError(`${where}: the columns of its files changed while they were read.`);
  return new DataError(messageOf(most, others, manifest));
}

function messageOf(most: Alike, others: readonly Alike[], manifest: string | undefined): string {
  const [{ names, files }] = others;
  const [{ path }] = files;
  const lacking = most.names.filter((name) => !names.includes(name));
  const added = names.filter((name) => !most.names.includes(name));
  const got = [lacking.length > 0 && `got no ${list(lacking)}`, added.length > 0 && `got ${list(added)} in addition`];
  const all = [most, ...others].reduce((count, alike) => count + alike.files.length, 0);
  const odd = all - most.files.length;
  const expected =
    most.files.length === 1
      ? `the columns of ${most.files[0].path}`
      : `the columns that ${most.files.length} of the ${all} files have`;
  const more = odd > 1 && most.files.length > 1 ? ` ${odd} files have others.` : "";
  const advice =
    manifest === undefined && names.includes("file")
      ? `If it tells of the files, give it as \`manifest: "${path}"\`.`
      : "If it is no part of the data, move it elsewhere, or name those that belong together (a glob). If it is, leave the columns out that only some have (`drop`).";
  return `${path}: ${got.filter(Boolean).join(" and ")}, expected ${expected} (${most.names.slice(0, 20).join(", ")}).${more} Files that are read together have the same columns. ${advice}`;
}

function list(columns: readonly string[]): string {
  return columns
    .slice(0, 5)
    .map((name) => `"${name}"`)
    .join(", ");
}
