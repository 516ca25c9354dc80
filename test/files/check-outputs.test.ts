import { linkSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { OptionError } from "../../src/errors.js";
import { checkOutputs, identityOf, sameFile } from "../../src/files/check-outputs.js";
import { folderWith, newFiles } from "../cli/run.js";

describe("sameFile: whether two paths mean one file", () => {
  const file = (inode: bigint | undefined, real: string, device = 1n) => ({ device, inode, real });

  test("where the file system ignores case, another spelling has the same number (simulated: numbers given)", () => {
    expect(sameFile(file(7n, "/d/Data.csv"), file(7n, "/d/DATA.CSV"))).toBe(true);
  });

  test("where it does not, names in other letters are two files; so is the same number on another device", () => {
    expect(sameFile(file(7n, "/d/Data.csv"), file(8n, "/d/DATA.CSV"))).toBe(false);
    expect(sameFile(file(7n, "/d/a"), file(7n, "/e/a", 2n))).toBe(false);
    expect(sameFile(file(7n, "/d/a"), { real: "/d/A" })).toBe(false); // the second is not there
  });

  test("without numbers the paths decide, in any case and composition of letters", () => {
    expect(sameFile(file(0n, "/d/R\u00e9.html"), file(0n, "/d/re\u0301.HTML"))).toBe(true);
    expect(sameFile({ real: "/d/a" }, { real: "/d/b" })).toBe(false);
  });

  test("of real files: links, hard links and other spellings of a path", async () => {
    const folder = folderWith({ "a.csv": "x", "b.csv": "x" });
    mkdirSync(join(folder, "inner"));
    symlinkSync("../a.csv", join(folder, "inner", "link.csv"));
    symlinkSync(folder, join(folder, "inner", "above"));
    linkSync(join(folder, "a.csv"), join(folder, "hard.csv"));
    symlinkSync("new.csv", join(folder, "dangling.csv"));
    const same = async (a: string, b: string) =>
      sameFile(await identityOf(`${folder}/${a}`), await identityOf(`${folder}/${b}`));
    for (const path of ["inner/link.csv", "hard.csv", "inner/../a.csv", "inner/above/a.csv", ".//a.csv"])
      expect([path, await same("a.csv", path)]).toEqual([path, true]);
    expect(await same("dangling.csv", "inner/above/new.csv")).toBe(true); // neither is there
    expect(await same("a.csv", "b.csv")).toBe(false);
    expect(sameFile(await identityOf("/dev/null"), await identityOf("/dev/null"))).toBe(false); // nothing to lose
  });
});

describe("checkOutputs", () => {
  const folder = folderWith({ "a.csv": "label,t0\na,1\n", empty: "" });
  const path = (name: string) => join(folder, name);
  const check = (name: string, options = {}) =>
    checkOutputs([{ path: path(name), kind: "model" }], { inputs: [path("a.csv")], ...options });

  test("an input is refused, with `force` too", async () => {
    await expect(check("a.csv")).rejects.toThrow(/it is the file .*a\.csv, which is read/);
    await expect(check("a.csv", { force: true })).rejects.toThrow(OptionError);
  });

  test("a file of another kind is refused, named, and replaced with `force`", async () => {
    await expect(check("a.csv", { inputs: [] })).rejects.toThrow(
      'a.csv: it exists and is text that begins with "label,t0", expected a model of undertone or nothing. Nothing was written. Choose another file, or replace this one with `force`.',
    );
    await check("a.csv", { inputs: [], force: true });
  });

  test("a new file and an empty one are fine, and nothing is left of the check", async () => {
    await check("new");
    await check("empty");
    expect(newFiles(folder)).toEqual(["a.csv", "empty"]);
  });

  test("two outputs that are one file are refused, whatever their kinds", async () => {
    const two = (first: string, second: string) =>
      checkOutputs(
        [
          { path: path(first), kind: "results", appended: true },
          { path: path(second), kind: "report" },
        ],
        { inputs: [] },
      );
    await expect(two("r", "./r")).rejects.toThrow(/they are one file/);
    await expect(two("r.html", "R.html")).rejects.toThrow(/they are one file/); // a disk may ignore case
    await two("r", "s");
  });

  test("what is appended to is no pipe, and `force` does not let it replace a file", async () => {
    const appended = (at: string) =>
      checkOutputs([{ path: at, kind: "results", appended: true }], { inputs: [], force: true });
    await expect(appended(path("a.csv"))).rejects.toThrow(
      /expected results of undertone compare.*Choose another file\.$/,
    );
    await expect(appended("/dev/null")).rejects.toThrow(/lines are read again/);
    writeFileSync(path("results"), '{"kind":"comparison","format":1,');
    await appended(path("results"));
  });
});
