// @ts-check
// `npm run test:without-compiler`: set-up and all tests in a copy of the working tree, on a PATH without a C compiler.
// They must pass, with the native engine skipped by name; and with CI set they must not.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const COMPILER = /(^|-)(cc|gcc|clang|tcc|c89|c99|c\+\+|g\+\+|clang\+\+)(-[\d.]+)?$/;

/** @param {string} text */
const say = (text) => process.stderr.write(`without a compiler: ${text}\n`);
/** @param {string} why @returns {never} */
const fail = (why) => {
  say(why);
  process.exit(1);
};

const folder = mkdtempSync(join(tmpdir(), "undertone-"));
process.on("exit", () => rmSync(folder, { recursive: true }));
const [copy, bin] = [join(folder, "undertone"), join(folder, "bin")];

const listed = spawnSync("git", ["ls-files", "-co", "--exclude-standard"], { cwd: root, encoding: "utf8" });
if (listed.status !== 0) fail("this is no clone that git knows.");
for (const file of listed.stdout.split("\n").filter((name) => name && existsSync(join(root, name))))
  cpSync(join(root, file), join(copy, file), { recursive: true });
// Packages are the same, but not what set-up notes beside them about dist/.
const stamp = join("node_modules", ".undertone", "packages");
cpSync(join(root, stamp), join(copy, stamp), { recursive: true });
for (const name of readdirSync(join(root, "node_modules")).filter((entry) => !/^\.(undertone|vite)/.test(entry)))
  symlinkSync(join(root, "node_modules", name), join(copy, "node_modules", name));

mkdirSync(bin);
for (const place of [dirname(process.execPath), ...(process.env.PATH ?? "").split(delimiter)])
  for (const name of existsSync(place) ? readdirSync(place) : [])
    if (!COMPILER.test(name) && !existsSync(join(bin, name))) {
      rmSync(join(bin, name), { force: true }); // a link that leads nowhere
      symlinkSync(join(place, name), join(bin, name));
    }

/** @param {string[]} args @param {Record<string, string>} more */
function node(args, more = {}) {
  const { CC, CI, UNDERTONE_NATIVE, UNDERTONE_ENGINE, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: copy,
    env: { ...env, PATH: bin, NO_COLOR: "1", ...more },
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  return { status, stdout, output: stdout + stderr };
}

const setup = node(["scripts/setup.mjs"]);
process.stderr.write(setup.output);
if (setup.status !== 0) fail("set-up failed.");
if (!setup.output.includes("no C compiler here")) fail("set-up found a compiler all the same.");

const vitest = ["node_modules/vitest/vitest.mjs", "run", ...process.argv.slice(2)];
say("all tests ...");
const tests = node(vitest);
process.stderr.write(tests.stdout.split("\n").slice(-10).join("\n"));
if (tests.status !== 0) fail(`tests failed:\n${tests.output}`);
const skipped = new Set(tests.output.match(/engine native-\w+: not tested here/g));
if (skipped.size !== 3) fail(`expected native engines skipped by name, got: ${[...skipped].join(", ") || "none"}`);
for (const line of skipped) say(line);

const strict = node([...vitest.slice(0, 2), "test/engine/parity.test.ts"], { CI: "true" });
if (strict.status === 0 || !strict.output.includes("The native engine is not there"))
  fail(`with CI set, tests should have failed for want of the native engine:\n${strict.output}`);
say("with CI set they fail, as they should.");
