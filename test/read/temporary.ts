import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

const root = mkdtempSync(join(tmpdir(), "undertone-read-"));
let count = 0;
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Writes files into a fresh folder called `name`; returns its path. */
export function folderOf(name: string, files: Record<string, string | Uint8Array>): string {
  const folder = join(root, String(count++), name);
  mkdirSync(folder, { recursive: true });
  for (const [file, content] of Object.entries(files)) writeFileSync(join(folder, file), content);
  return folder;
}

/** Writes one file; returns its path. */
export function fileOf(name: string, content: string | Uint8Array): string {
  return join(folderOf("folder", { [name]: content }), name);
}
