import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { wideCsv } from "../cli/run.js";
import { HOSTILE, report, size } from "./size.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "undertone-setup-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const built = join(root, "dist/native/undertone.node");
const hasNative = existsSync(built);

/** An installed copy: dist/ and the packages. */
let copies = 0;
function install(): string {
  const place = join(folder, `copy-${copies++}`);
  mkdirSync(place);
  const filter = (path: string) => !/\.(map|d\.ts)$/.test(path);
  cpSync(join(root, "dist"), join(place, "dist"), { recursive: true, filter });
  cpSync(join(root, "package.json"), join(place, "package.json"));
  symlinkSync(join(root, "node_modules"), join(place, "node_modules"));
  return place;
}

function flip(path: string, place: number): void {
  const bytes = readFileSync(path);
  bytes[place % bytes.length] ^= 4;
  writeFileSync(path, bytes);
}

const environment = () => {
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
function load(place: string, engines: string[], env: Record<string, string> = {}): Record<string, Loaded> {
  const args = ["--input-type=module", "-e", PROGRAM, ...engines];
  const options = { cwd: place, encoding: "utf8", env: { ...environment(), ...env } } as const;
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, args, options);
  expect([status, signal, stderr]).toEqual([0, null, ""]);
  return JSON.parse(stdout);
}

describe.skipIf(!hasNative)("an add-on that is not what was built", () => {
  const place = install();
  const addon = join(place, "dist/native/undertone.node");
  const whole = readFileSync(built);
  const record = `${addon}.sha256`;
  const cases: [name: string, spoil: () => void][] = [
    ["cut to 20,000 bytes", () => truncateSync(addon, 20_000)],
    ["cut by one byte", () => truncateSync(addon, whole.length - 1)],
    ["empty", () => truncateSync(addon, 0)],
    ["of garbage", () => writeFileSync(addon, "garbage")],
    ["of another architecture", () => writeFileSync(addon, Buffer.from(whole).fill(0xb7, 18, 19))],
    ["with a byte more", () => appendFileSync(addon, "0")],
    ["with one bit flipped", () => flip(addon, 200_003)],
    [
      "a folder",
      () => {
        rmSync(addon);
        mkdirSync(addon);
      },
    ],
    ["gone, with its record left", () => rmSync(addon)],
    ["without its record", () => rmSync(record)],
    ["beside an empty record", () => truncateSync(record, 0)],
  ];
  const few = HOSTILE ? cases : cases.filter((_, k) => [0, 6].includes(k));

  test.each(few)("%s", (_, spoil) => {
    rmSync(join(place, "dist/native"), { recursive: true, force: true });
    cpSync(join(root, "dist/native"), join(place, "dist/native"), { recursive: true });
    spoil();
    const { native, auto } = load(place, ["native", "auto"]);
    expect(native).toMatchObject({ error: "EngineError" });
    expect(native.message).toMatch(/undertone\.node is not the file that was built: .*npm run setup.*install/);
    expect(auto.name).toMatch(/^wasm-/);
    expect(auto.notes).toEqual([native.message]);
  });

  test.runIf(HOSTILE)("the command says so, and encodes", () => {
    rmSync(join(place, "dist/native"), { recursive: true, force: true });
    cpSync(join(root, "dist/native"), join(place, "dist/native"), { recursive: true });
    truncateSync(addon, 20_000);
    const csv = join(place, "waves.csv");
    writeFileSync(csv, wideCsv());
    const fit = ["fit", csv, "-o", join(place, "m.undertone"), "--recipe", "simple", "--units", "3", "--updates", "5"];
    const { status, stderr } = spawnSync(process.execPath, [join(place, "dist/cli/main.js"), ...fit], {
      encoding: "utf8",
      env: environment(),
    });
    expect([status, stderr]).toEqual([
      0,
      expect.stringMatching(/engine: wasm-.*\nnote: .*undertone\.node is not the file/),
    ]);
  });

  test("sound, it loads; in the place that UNDERTONE_NATIVE names, too; read-only", () => {
    const other = place;
    rmSync(join(other, "dist/native"), { recursive: true, force: true });
    cpSync(join(root, "dist/native"), join(other, "dist/native"), { recursive: true });
    chmodSync(join(other, "dist/native"), 0o555);
    expect(load(other, ["auto"]).auto.name).toMatch(/^native-/);
    chmodSync(join(other, "dist/native"), 0o755);
    const named = join(folder, "named.node");
    cpSync(built, named);
    const env = { UNDERTONE_NATIVE: named };
    const unknown = load(other, ["auto", "native"], env);
    expect(unknown.native.message).toContain(`${named}.sha256`);
    expect(unknown.auto.notes).toEqual([unknown.native.message]);
    cpSync(`${built}.sha256`, `${named}.sha256`);
    if (HOSTILE) expect(load(other, ["auto"], env).auto.name).toMatch(/^native-/);
    truncateSync(named, 20_000);
    expect(load(other, ["auto"], env).auto).toMatchObject({
      name: expect.stringMatching(/^wasm-/),
      notes: [expect.stringContaining(named)],
    });
    if (!HOSTILE) return;
    const nowhere = load(other, ["auto"], { UNDERTONE_NATIVE: "nowhere.node" });
    expect(nowhere.auto.notes![0]).toMatch(/^UNDERTONE_NATIVE names .*nowhere\.node, and there is no such file/);
  });

  test("whole, but no add-on of this machine, it is no error of auto, and no note", () => {
    rmSync(addon, { recursive: true, force: true });
    writeFileSync(addon, "a file of another machine");
    const hash = createHash("sha256").update("a file of another machine").digest("hex");
    writeFileSync(record, `${hash}  undertone.node\n`);
    const { native, auto } = load(place, ["native", "auto"]);
    expect(native).toMatchObject({
      error: "EngineError",
      message: expect.stringContaining("built for another machine"),
    });
    expect(auto).toMatchObject({ name: expect.stringMatching(/^wasm-/), notes: [] });
  });
});

describe("WebAssembly that is not what was built", () => {
  const place = install();
  rmSync(join(place, "dist/native"), { recursive: true, force: true });
  const kernels = (name: string) => join(place, "dist/kernels", name);
  const sound = (name: string) => cpSync(join(root, "dist/kernels", name), kernels(name));
  const spoils: [string, (path: string) => void][] = [
    ["cut", (path) => truncateSync(path, 10_000)],
    ["with one bit flipped", (path) => flip(path, 30_011)],
    ["empty", (path) => truncateSync(path, 0)],
  ];

  test.each(HOSTILE ? spoils : spoils.slice(0, 2))("%s", (_, spoil) => {
    sound("simd128-threads.wasm");
    spoil(kernels("relaxed-simd.wasm"));
    const one = load(place, ["wasm-relaxed-simd", "auto"]);
    expect(one["wasm-relaxed-simd"]).toMatchObject({ error: "EngineError" });
    expect(one["wasm-relaxed-simd"].message).toMatch(/\.wasm is not the file that was built: .*npm run setup/);
    expect(one.auto).toMatchObject({ name: "wasm-simd128", notes: [one["wasm-relaxed-simd"].message] });
    if (!HOSTILE) return;
    spoil(kernels("simd128-threads.wasm"));
    expect(load(place, ["auto"]).auto).toMatchObject({
      error: "EngineError",
      message: expect.stringContaining("simd128-threads"),
    });
  });

  test.runIf(HOSTILE)("a file that is not there is said to be missing", () => {
    for (const name of ["relaxed-simd.wasm", "simd128.wasm"]) rmSync(kernels(name));
    expect(load(place, ["wasm"]).wasm.message).toContain("The compiled kernels are missing");
  });
});

// Compiles, so minutes: the long form alone.
describe.runIf(HOSTILE)(
  "set-up",
  () => {
    const place = join(folder, "clone");
    const listed = spawnSync("git", ["ls-files", "-co", "--exclude-standard"], { cwd: root, encoding: "utf8" });
    if (HOSTILE) {
      for (const file of listed.stdout.split("\n").filter((name) => name && existsSync(join(root, name))))
        cpSync(join(root, file), join(place, file), { recursive: true });
      cpSync(join(root, "dist"), join(place, "dist"), { recursive: true });
      cpSync(join(root, "src/engine/kernels.ts"), join(place, "src/engine/kernels.ts"));
      cpSync(join(root, "node_modules"), join(place, "node_modules"), { recursive: true, verbatimSymlinks: true });
    }
    const products = [
      ...["relaxed-simd.wasm", "simd128-threads.wasm", "classify.js", "sums.js"].map((name) => `dist/kernels/${name}`),
      ...["src/engine/kernels.ts", "dist/threads/worker.js", "dist/native/undertone.node"],
    ];
    const hashOf = (file: string) =>
      createHash("sha256")
        .update(readFileSync(join(place, file)))
        .digest("hex");

    function setUp(env: Record<string, string> = {}): string {
      const { status, stdout, stderr } = spawnSync(process.execPath, ["scripts/setup.mjs"], {
        cwd: place,
        encoding: "utf8",
        env: { ...environment(), ...env },
      });
      expect([status, stdout + stderr]).toEqual([0, stdout + stderr]);
      return stdout + stderr;
    }

    /** A PATH on which `cc` is this script. */
    function pathWith(name: string, script: string): Record<string, string> {
      const bin = join(folder, name);
      mkdirSync(bin);
      writeFileSync(join(bin, "cc"), `#!/bin/sh\n${script}\n`);
      chmodSync(join(bin, "cc"), 0o755);
      return { PATH: [bin, process.env.PATH].join(delimiter) };
    }
    const compilers = {
      "that fails": ['echo "cc: error: no disk" >&2; exit 1', /cc failed on the kernels: cc: error: no disk/],
      "that is killed": ["kill -9 $$", /cc failed on the kernels: SIGKILL/],
      "whose add-on does not load": [
        'for a in "$@"; do last="$now"; now="$a"; done; echo nothing > "$now"',
        /cannot load|did not load|failed/,
      ],
      "that makes no file": ["exit 0", /native/],
    } as const;

    test("a second run does nothing", () => {
      setUp();
      expect(setUp()).toBe("");
    });

    test("a product that is cut, changed or gone is noticed and made again", () => {
      setUp();
      const files = products.filter((file) => hasNative || !file.includes("native"));
      const before = files.map(hashOf);
      const stale = () => {
        const code = 'import("./scripts/freshness.mjs").then((it) => console.log(it.staleSteps().join()))';
        return spawnSync(process.execPath, ["-e", code], { cwd: place, encoding: "utf8" }).stdout.trim();
      };
      expect(stale()).toBe("");
      const spoils = [
        (file: string) => truncateSync(file, 100),
        (file: string) => flip(file, 501),
        (file: string) => rmSync(file),
      ];
      for (const spoil of spoils) {
        for (const file of files) {
          const path = join(place, file);
          const bytes = readFileSync(path);
          spoil(path);
          const step = file.includes("native") ? "native" : file === "dist/threads/worker.js" ? "build" : "kernels";
          expect([file, stale().split(",")[0]]).toEqual([file, step]);
          writeFileSync(path, bytes);
        }
        expect(stale()).toBe("");
      }
      files.forEach((file, k) => {
        spoils[k % spoils.length](join(place, file));
      });
      setUp();
      expect(files.map(hashOf)).toEqual(before);
      report("set-up", {
        products: files.length,
        spoilt: files.length * spoils.length,
        unnoticed: 0,
        "not made again": 0,
      });
    });

    test.each(Object.entries(compilers))("a compiler %s: WebAssembly serves, in one line", (name, [script, why]) => {
      rmSync(join(place, "dist/native"), { recursive: true, force: true });
      const version = 'case "$1" in --version) echo cc 1; exit 0;; esac';
      const said = setUp(pathWith(name, `${version}\n${script}`));
      const lines = said.split("\n").filter((line) => line.includes("so no native engine: WebAssembly serves."));
      expect(lines).toHaveLength(1);
      expect(lines[0]).toMatch(why);
      expect(lines[0]).toContain(join("node_modules", ".undertone", "native.log"));
      expect(existsSync(join(place, "dist/native"))).toBe(false);
      expect(load(place, ["auto"]).auto).toMatchObject({ name: "wasm-relaxed-simd", notes: [] });
      report(`set-up with a compiler ${name}`, { exit: 0, engine: "wasm-relaxed-simd" });
    });
  },
  size(120_000, 1_200_000),
);
