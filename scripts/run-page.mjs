// @ts-check
// Runs the commands of a page, word for word, in an empty folder: `node scripts/run-page.mjs docs/PAGE.md`, after set-up.
// Blocks marked "sh" are run one after another and must succeed; "sh background" runs until the end; "js NAME" becomes
// the file NAME. Lines of blocks without a mark must be among what was printed.
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const [page] = process.argv.slice(2);
if (!page) throw new Error("Say which page to run: node scripts/run-page.mjs docs/PAGE.md");
const blocks = [...readFileSync(page, "utf8").matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)].map(([, mark, text]) => ({
  mark: mark.trim(),
  text,
}));
const folder = mkdtempSync(join(tmpdir(), "undertone-page-"));
try {
  const bin = join(folder, ".bin");
  mkdirSync(bin);
  const command = join(bin, "undertone");
  writeFileSync(command, `#!/bin/sh\nexec "${process.execPath}" "${join(root, "dist/cli/main.js")}" "$@"\n`);
  chmodSync(command, 0o755);
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(root, join(folder, "node_modules/undertone"), "dir");
  const script = ["set -euo pipefail", "trap 'kill $(jobs -p) 2> /dev/null || true; wait' EXIT"];
  for (const { mark, text } of blocks) {
    const [kind, name] = mark.split(" ");
    if (kind === "js" && name) writeFileSync(join(folder, name), text);
    if (kind !== "sh") continue;
    script.push(`echo '+ ${text.trim().split("\n")[0].replaceAll("'", "")} ...' >&2`);
    script.push(name === "background" ? `${text.trim()} > server.log &` : text);
  }
  if (script.length === 2) throw new Error(`${page}: no block is marked "sh".`);
  const { status, stdout } = spawnSync("bash", ["-c", script.join("\n")], {
    cwd: folder,
    encoding: "utf8",
    timeout: 900_000,
    maxBuffer: 1 << 28,
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, PATH: `${bin}:${process.env.PATH}`, NO_COLOR: "1" },
  });
  process.stdout.write(stdout);
  if (status !== 0) throw new Error(`${page}: a command ended with ${status}.`);
  const printed = new Set(stdout.split("\n"));
  const lines = blocks.flatMap(({ mark, text }) => (mark === "" ? text.trim().split("\n") : []));
  const absent = lines.filter((line) => !printed.has(line));
  if (absent.length > 0) throw new Error(`${page}: nothing printed "${absent[0]}".`);
  console.log(`${page}: ${(script.length - 2) >> 1} blocks ran.`);
} finally {
  rmSync(folder, { recursive: true });
}
