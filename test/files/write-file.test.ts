import { spawnSync } from "node:child_process";
import {
  chmodSync,
  closeSync,
  constants,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readlinkSync,
  readSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { UndertoneError } from "../../src/errors.js";
import { checkWritable, openOutput, writeFileAtomically } from "../../src/files/write-file.js";
import { folderWith, newFiles } from "../cli/run.js";

const modeOf = (path: string) => statSync(path).mode & 0o7777;
/** Files of this process that wait for a pipe or a device. */
const waiting = async (name: string) =>
  (await readdir(tmpdir())).filter((each) => each.startsWith(`${name}.`) && each.includes(`.${process.pid}.`));
const textOf = (path: string) => readFileSync(path, "utf8");
const windows = process.platform === "win32";

describe.skipIf(windows)("permissions, links, pipes and devices", () => {
  test.each([0o600, 0o640, 0o755])("a replaced file keeps its permissions: %o", async (mode) => {
    const path = join(folderWith({ old: "old" }), "old");
    chmodSync(path, mode);
    const before = statSync(path).ino;
    await writeFileAtomically(path, "new");
    expect([textOf(path), modeOf(path)]).toEqual(["new", mode]);
    expect(statSync(path).ino).not.toBe(before); // a rename, no write into the old file
  });

  test("while it is written, a private file is not readable for others", async () => {
    const folder = folderWith({ secret: "old" });
    chmodSync(join(folder, "secret"), 0o600);
    const output = await openOutput(join(folder, "secret"));
    const [temporary] = newFiles(folder, "secret");
    expect(modeOf(join(folder, temporary))).toBe(0o600);
    await output.abandon();
    expect(newFiles(folder)).toEqual(["secret"]);
  });

  test("a new file follows the umask", async () => {
    const folder = folderWith();
    for (const mask of ["022", "077"]) {
      const script = `process.umask(0o${mask}); const { writeFileAtomically } = await import(${JSON.stringify(new URL("../../dist/inner.js", import.meta.url).href)}); await writeFileAtomically("of-${mask}", "x");`;
      const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], { cwd: folder });
      expect([status, String(stderr)]).toEqual([0, ""]);
      expect(modeOf(join(folder, `of-${mask}`))).toBe(0o666 & ~Number.parseInt(mask, 8));
    }
  });

  test("a link stays a link, and the file behind it is replaced; so with two links, and one that leads to nothing yet", async () => {
    const folder = folderWith({ target: "old" });
    mkdirSync(join(folder, "inner"));
    symlinkSync("target", join(folder, "link"));
    symlinkSync("../link", join(folder, "inner", "second"));
    symlinkSync("inner/new", join(folder, "dangling"));
    chmodSync(join(folder, "target"), 0o640);
    await writeFileAtomically(join(folder, "inner", "second"), "one");
    expect([textOf(join(folder, "target")), modeOf(join(folder, "target"))]).toEqual(["one", 0o640]);
    expect([readlinkSync(join(folder, "link")), readlinkSync(join(folder, "inner", "second"))]).toEqual([
      "target",
      "../link",
    ]);
    await writeFileAtomically(join(folder, "dangling"), "two");
    expect(textOf(join(folder, "inner", "new"))).toBe("two");
    expect(lstatSync(join(folder, "dangling")).isSymbolicLink()).toBe(true);
  });

  test("links in a circle are refused in words", async () => {
    const folder = folderWith();
    symlinkSync("b", join(folder, "a"));
    symlinkSync("a", join(folder, "b"));
    await expect(checkWritable(join(folder, "a"))).rejects.toThrow(/links lead in a circle/);
  });

  test("the other name of a hard link keeps what it had", async () => {
    const folder = folderWith({ one: "old" });
    linkSync(join(folder, "one"), join(folder, "two"));
    await writeFileAtomically(join(folder, "two"), "new");
    expect([textOf(join(folder, "one")), textOf(join(folder, "two"))]).toEqual(["old", "new"]);
  });

  test("a pipe stays a pipe and gets all bytes; nothing is left where they waited", async () => {
    const folder = folderWith();
    const pipe = join(folder, "z.npy");
    spawnSync("mkfifo", [pipe]);
    await checkWritable(pipe);
    const reader = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
    const output = await openOutput(pipe);
    await output.write("0bcdef");
    await output.rewrite(Buffer.from("a"), 0);
    expect(await waiting("z.npy")).toHaveLength(1);
    await output.seal();
    await output.place();
    const got = Buffer.alloc(20);
    const count = readSync(reader, got);
    closeSync(reader);
    expect(got.toString("utf8", 0, count)).toBe("abcdef");
    expect(lstatSync(pipe).isFIFO()).toBe(true);
    expect(await waiting("z.npy")).toEqual([]);
    expect(newFiles(folder)).toEqual(["z.npy"]);
  });

  test("/dev/null stays a device; a full device is an error in words", async () => {
    await writeFileAtomically("/dev/null", "x");
    expect(lstatSync("/dev/null").isCharacterDevice()).toBe(true);
    await expect(writeFileAtomically("/dev/full", "x")).rejects.toThrow(/Cannot write \/dev\/full: the disk is full/);
    expect(await waiting("full")).toEqual([]);
  });

  test("a folder is refused", async () => {
    await expect(checkWritable(folderWith())).rejects.toThrow(UndertoneError);
  });
});

describe("remains of killed runs", () => {
  const ended = spawnSync(process.execPath, ["-e", ""]).pid;
  /** A temporary file of `m`, as this host names it. */
  async function remains(folder: string, { host = "", pid = ended }: { host?: string; pid?: number }) {
    const output = await openOutput(join(folder, "m"));
    const [name] = newFiles(folder, "m").filter((each) => each.endsWith(".tmp"));
    await output.abandon();
    const [, own, random] = /^m\.(\w+)\.\d+\.(\w+)\.tmp$/.exec(name)!;
    const left = `m.${host || own}.${pid}.${random}.tmp`;
    writeFileSync(join(folder, left), "half");
    return left;
  }

  test("those of a process that ended are removed, of the same output alone", async () => {
    const folder = folderWith();
    const left = await remains(folder, {});
    const other = left.replace("m.", "other.");
    writeFileSync(join(folder, other), "half");
    writeFileSync(join(folder, "m.1234.tmp"), "a file of the user's");
    await checkWritable(join(folder, "m"));
    expect(newFiles(folder)).toEqual(["m.1234.tmp", other].sort());
  });

  test("those of a living process and of another host stay", async () => {
    const folder = folderWith();
    const living = await remains(folder, { pid: process.ppid });
    const elsewhere = await remains(folder, { host: "00000000" });
    await checkWritable(join(folder, "m"));
    expect(newFiles(folder)).toEqual([living, elsewhere].sort());
  });

  test("where this process has the number of the one that left it, as in a container, its age decides", async () => {
    const folder = folderWith();
    const old = await remains(folder, { pid: process.pid });
    utimesSync(join(folder, old), 1e9, 1e9);
    const output = await openOutput(join(folder, "m")); // of this process, and young
    await checkWritable(join(folder, "m"));
    expect(newFiles(folder)).not.toContain(old);
    await output.write("whole");
    await output.seal();
    await output.place();
    expect([newFiles(folder), textOf(join(folder, "m"))]).toEqual([["m"], "whole"]);
  });

  test("a name of 255 bytes can be written; two writers of one process do not meet", async () => {
    const folder = folderWith();
    const name = "é".repeat(120) + "123456789012345";
    const both = ["a", "b"].map((text) => writeFileAtomically(join(folder, name), text.repeat(1000)));
    await Promise.all(both);
    expect(newFiles(folder)).toEqual([name]);
    expect(textOf(join(folder, name))).toMatch(/^(a{1000}|b{1000})$/);
  });
});
