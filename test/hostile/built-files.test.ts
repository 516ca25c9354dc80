import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  appendFileSync,
  chmodSync,
  cpSync,
  mkdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { wideCsv } from "../cli/run.js";
import { built, environment, flip, folder, hasNative, install, load, root } from "./copies.js";
import { HOSTILE } from "./size.js";

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

  test("gone, the next engine serves, and one line says so", () => {
    for (const name of ["relaxed-simd.wasm", "simd128.wasm", "simd128-threads.wasm"]) sound(name);
    rmSync(kernels("relaxed-simd-threads.wasm"));
    const { auto } = load(place, ["auto"]);
    const missing = expect.stringMatching(/kernels are missing \(.*relaxed-simd-threads\.wasm\)\. Run "npm run setup"/);
    expect(auto).toMatchObject({ name: "wasm-simd128", notes: [missing] });
  });

  test.runIf(HOSTILE)("a file that is not there is said to be missing", () => {
    for (const name of ["relaxed-simd.wasm", "simd128.wasm"]) rmSync(kernels(name));
    expect(load(place, ["wasm"]).wasm.message).toContain("The compiled kernels are missing");
  });
});
