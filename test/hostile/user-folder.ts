import { copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { folderWith, undertone, wideCsv } from "../cli/run.js";

export const FIT = ["--units", "4", "--updates", "10", "--quiet"];

/** A folder with a model, data and files of the user's. */
export async function makeUserFolder(): Promise<string> {
  const base = folderWith();
  writeFileSync(join(base, "a.csv"), wideCsv());
  writeFileSync(join(base, "other.csv"), wideCsv(8, 5).trimEnd()); // its last line has no end
  writeFileSync(join(base, "line"), "one line without its end");
  writeFileSync(join(base, "m.npy"), "mine");
  writeFileSync(join(base, "m.npy.json"), '{"columns":["mine"]}');
  writeFileSync(join(base, "page.html"), "<!doctype html><title>mine</title>");
  writeFileSync(join(base, "x.checkpoint"), "mine");
  expect(await undertone(base, "fit", "a.csv", "-o", "m.undertone", ...FIT)).toMatchObject({ code: 0 });
  copyFileSync(join(base, "m.undertone"), join(base, "m.csv")); // a model that is called like features
  return base;
}

/** A copy for one test, with a split source beside the files. */
export function copyOf(base: string): string {
  const folder = folderWith();
  for (const name of readdirSync(base)) copyFileSync(join(base, name), join(folder, name));
  mkdirSync(join(folder, "D"));
  for (const part of ["TRAIN", "TEST"]) copyFileSync(join(base, "a.csv"), join(folder, "D", `D_${part}.csv`));
  return folder;
}

/** The bytes of every file of a folder, by name; of a link, those behind it. */
export function contentOf(folder: string): Map<string, string> {
  const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const inside = folders.flatMap(({ name }) => readdirSync(join(folder, name)).map((file) => join(name, file)));
  const names = [...readdirSync(folder), ...inside];
  const files = names.sort().filter((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.isFile());
  return new Map(files.map((name) => [name, readFileSync(join(folder, name), "latin1")]));
}
