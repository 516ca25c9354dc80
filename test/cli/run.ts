import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { vi } from "vitest";
import { run } from "../../src/cli/run.js";

/** The built command: `npm test` builds it first. */
export const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A fresh folder with these files in it. */
export function folderWith(files: Record<string, string | Uint8Array> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), "undertone-cli-"));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

/**
 * Runs `undertone ARGS` in a folder, in this process: what the command prints, writes and exits with. Standard streams,
 * signals, limits and the end of a process need a process: `spawnUndertone`.
 */
export async function undertone(folder: string, ...args: string[]): Promise<Ended> {
  const { argv } = process;
  const cwd = process.cwd();
  const printed = { stdout: "", stderr: "" };
  const spies = (["stdout", "stderr"] as const).map((name) =>
    vi.spyOn(process[name], "write").mockImplementation((text) => {
      printed[name] += text;
      return true;
    }),
  );
  process.argv = [process.execPath, main, ...args];
  process.chdir(folder);
  try {
    return { code: await run(), ...printed };
  } finally {
    process.chdir(cwd);
    process.argv = argv;
    for (const spy of spies) spy.mockRestore();
  }
}

/** Runs `undertone ARGS` in a folder, as a process of the built command. */
export function spawnUndertone(folder: string, ...args: string[]): Ended {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1" },
  });
  return { code: status, stdout, stderr };
}

/**
 * Starts `undertone ARGS`, sends it a signal and waits for its end.
 * @param when after so many milliseconds, once it said that, or once something holds
 */
export function interruptedUndertone(
  folder: string,
  signal: NodeJS.Signals,
  when: number | RegExp | (() => boolean),
  ...args: string[]
): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [main, ...args], {
      cwd: folder,
      env: { ...process.env, NO_COLOR: "1" },
    });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (text) => (stdout += text));
    const started = Date.now();
    const due = () =>
      typeof when === "number" ? Date.now() - started >= when : typeof when === "function" ? when() : when.test(stderr);
    let sent = false;
    const look = () => {
      if (sent || !due()) return;
      sent = true;
      child.kill(signal);
    };
    const timer = setInterval(look, 20);
    child.stderr.on("data", (text) => {
      stderr += text;
      look();
    });
    child.on("close", (code) => {
      clearInterval(timer);
      resolve({ code, stdout, stderr });
    });
  });
}

/** What lies in a folder beside the files it began with. */
export function newFiles(folder: string, ...known: string[]): string[] {
  return readdirSync(folder)
    .filter((name) => !known.includes(name))
    .sort();
}

/** One sequence a row: N noisy sines of T steps, class a or b by their speed. */
export function wideCsv(N = 24, T = 9): string {
  const rows = [["label", ...Array.from({ length: T }, (_, t) => `t${t}`)].join(",")];
  for (let n = 0; n < N; n++)
    rows.push(
      [
        n % 2 ? "b" : "a",
        ...Array.from({ length: T }, (_, t) => Math.sin((1 + (n % 2)) * 0.5 * t + n).toFixed(3)),
      ].join(","),
    );
  return rows.join("\n") + "\n";
}

/** One event a row: customers with times, amounts, a category, more numbers and a rare label. */
export function longCsv({ customers = 12, events = 8, more = 0 } = {}): string {
  const moreCells = (cell: (k: number) => string | number) => Array.from({ length: more }, (_, k) => cell(k));
  const rows = [["customer,time,amount,kind,fraud", ...moreCells((k) => `more${k}`)].join(",")];
  for (let c = 0; c < customers; c++)
    for (let k = 0; k < events; k++) {
      const fraud = (c * events + k) % 5 === 0 ? 1 : 0;
      const time = new Date(Date.UTC(2024, 0, 1 + k, c)).toISOString().slice(0, 19);
      rows.push(
        [
          `c${c}`,
          time,
          (10 + 3 * Math.sin(c + k) + 9 * fraud).toFixed(2),
          ["food", "fuel", "web"][(c + k) % 3],
          fraud,
          ...moreCells((m) => ((c + 1) * (k + m)) % 7),
        ].join(","),
      );
    }
  return rows.join("\n") + "\n";
}
