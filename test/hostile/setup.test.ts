import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, expect, test } from "vitest";
import { environment, flip, folder, hasNative, load, root } from "./copies.js";
import { HOSTILE, report, size } from "./size.js";

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
