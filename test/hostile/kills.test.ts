import { spawn } from "node:child_process";
import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { randomStream } from "../../src/random.js";
import { folderWith, interruptedUndertone, main, newFiles, undertone, wideCsv } from "../cli/run.js";
import { HOSTILE, report, size } from "./size.js";
import { contentOf, copyOf, makeUserFolder } from "./user-folder.js";

let base: string;
const copy = () => copyOf(base);
beforeAll(async () => {
  base = await makeUserFolder();
});

describe("kill -9", () => {
  // test/cli/resume.test.ts has a short one
  test.runIf(HOSTILE)(
    "fit: resumed, it ends in the same bytes, and nothing is left",
    { timeout: 1_800_000 },
    async () => {
      const folder = folderWith({ "a.csv": wideCsv(60, 40) });
      const layers = ["--recipe", "denoising", "--units", "12", "--updates", "500", "--patience", "0"];
      const fit = ["fit", "a.csv", ...layers, "--quiet"];
      await undertone(folder, ...fit, "-o", "whole.undertone");
      const whole = readFileSync(join(folder, "whole.undertone"));
      const output = join(folder, "m.undertone");
      const resumed = [...fit, "--checkpoint-every", "0", "--resume", "-o", "m.undertone"];
      const random = randomStream(11);
      let kills = 0;
      let compared = 0;
      while (kills < 40) {
        const started = Date.now();
        const wait = random.integer(400);
        const savedAt = () => statSync(`${output}.checkpoint`, { throwIfNoEntry: false })?.mtimeMs ?? 0;
        let saved = 0; // when this run was first seen to have saved
        const when = () => (saved ||= savedAt() > started ? Date.now() : 0) > 0 && Date.now() - saved >= wait;
        const { code } = await interruptedUndertone(folder, "SIGKILL", when, ...resumed);
        if (code !== 0) {
          kills++;
          expect(newFiles(folder)).not.toContain("m.undertone"); // nothing half-written
          if (kills % 3 === 1) continue; // killed again after it went on
          expect(await undertone(folder, ...resumed)).toMatchObject({ code: 0 });
        }
        expect(readFileSync(output).equals(whole)).toBe(true);
        expect(newFiles(folder)).toEqual(["a.csv", "m.undertone", "whole.undertone"]);
        rmSync(output);
        compared++;
      }
      report("kill -9 of fit while it trains", { kills, "models compared": compared, different: 0, "files left": 0 });
    },
  );

  test.each(["z.csv", "z.npy"])(
    "encode to %s: no torn file, and nothing is left",
    { timeout: 600_000 },
    async (name) => {
      const folder = copy();
      writeFileSync(join(folder, "many.csv"), wideCsv(size(1000, 60_000), 40)); // the long one takes two pieces
      const encode = ["encode", "m.undertone", "many.csv", "-o", name];
      expect(await undertone(folder, ...encode)).toMatchObject({ code: 0 });
      const whole = contentOf(folder);
      const random = randomStream(12);
      const remains = () => newFiles(folder).filter((file) => file.endsWith(".tmp"));
      let kills = 0;
      let left = 0;
      while (kills < size(1, 20)) {
        const earlier = remains();
        const wait = random.integer(size(20, 1000));
        let begun = 0; // when this run was first seen to write
        const own = () => remains().some((file) => !earlier.includes(file));
        const when = () => (begun ||= own() ? Date.now() : 0) > 0 && Date.now() - begun >= wait;
        const { code } = await interruptedUndertone(folder, "SIGKILL", when, ...encode, "--read-out", "narrow");
        if (code === 0) await undertone(folder, ...encode);
        else kills++;
        left += remains().length;
        for (const [file, text] of whole) expect(readFileSync(join(folder, file), "latin1") === text).toBe(true);
      }
      expect(await undertone(folder, ...encode)).toMatchObject({ code: 0 });
      expect([...contentOf(folder).keys()]).toEqual([...whole.keys()]);
      const figures = { kills, "torn files": 0, "remains of the killed": left, "after the next run": 0 };
      report(`kill -9 of encode while it writes ${name}`, figures);
    },
  );
});

test("two writers at once: the file is wholly of one of them, and nothing is left", { timeout: 600_000 }, async () => {
  const folder = copy();
  writeFileSync(join(folder, "many.csv"), wideCsv(1500, 20));
  const readOuts = ["last", "narrow"];
  const args = (readOut: string, output: string) => [
    "encode",
    "m.undertone",
    "many.csv",
    "-o",
    output,
    "--read-out",
    readOut,
  ];
  const wholes: string[] = [];
  for (const readOut of readOuts) {
    await undertone(folder, ...args(readOut, `${readOut}.csv`));
    wholes.push(readFileSync(join(folder, `${readOut}.csv`), "utf8"));
  }
  const before = newFiles(folder);
  const pairs = size(1, 20);
  for (let k = 0; k < pairs; k++) {
    const ends = readOuts.map(
      (readOut) =>
        new Promise((end) => {
          spawn(process.execPath, [main, ...args(readOut, "both.csv")], { cwd: folder, stdio: "ignore" }).on(
            "close",
            end,
          );
        }),
    );
    expect(await Promise.all(ends)).toEqual([0, 0]);
    expect(wholes).toContain(readFileSync(join(folder, "both.csv"), "utf8"));
    expect(newFiles(folder)).toEqual([...before, "both.csv"].sort());
  }
  report("two writers at once", { pairs, "whole files": pairs });
});
