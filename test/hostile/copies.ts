import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect } from "vitest";

export const root = fileURLToPath(new URL("../..", import.meta.url));
/** For copies of the package, which may be spoilt. */
export const folder = mkdtempSync(join(tmpdir(), "undertone-setup-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
export const built = join(root, "dist/native/undertone.node");
export const hasNative = existsSync(built);

/** An installed copy: dist/ and the packages. */
let copies = 0;
export function install(): string {
  const place = join(folder, `copy-${copies++}`);
  mkdirSync(place);
  const filter = (path: string) => !/\.(map|d\.ts)$/.test(path);
  cpSync(join(root, "dist"), join(place, "dist"), { recursive: true, filter });
  cpSync(join(root, "package.json"), join(place, "package.json"));
  symlinkSync(join(root, "node_modules"), join(place, "node_modules"));
  return place;
}

/** Flips one bit. */
export function flip(path: string, place: number): void {
  const bytes = readFileSync(path);
  bytes[place % bytes.length] ^= 4;
  writeFileSync(path, bytes);
}

export const environment = () => {
  const { UNDERTONE_NATIVE, UNDERTONE_ENGINE, CI, ...env } = process.env;
  return env;
};

const PROGRAM = `
  const { loadEngine } = await import("./dist/index.js");
  const results = {};
  for (const name of process.argv.slice(1))
    results[name] = await loadEngine(name).then(
      ({ name, notes = [] }) => ({ name, notes }),
      ({ name, message }) => ({ error: name, message }),
    );
  console.log(JSON.stringify(results));`;
interface Loaded {
  name?: string;
  notes?: string[];
  error?: string;
  message?: string;
}

/** What each engine of the copy loads to, in a process of its own: it may be killed. */
export function load(place: string, engines: string[], env: Record<string, string> = {}): Record<string, Loaded> {
  const args = ["--input-type=module", "-e", PROGRAM, ...engines];
  const options = { cwd: place, encoding: "utf8", env: { ...environment(), ...env } } as const;
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, args, options);
  expect([status, signal, stderr]).toEqual([0, null, ""]);
  return JSON.parse(stdout);
}
