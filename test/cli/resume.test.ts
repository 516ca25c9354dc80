import { existsSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { randomStream } from "../../src/random.js";
import { folderWith, interruptedUndertone, newFiles, undertone, wideCsv } from "./run.js";

/** Long enough that it can be killed in its midst, with noise and dropout. */
const FIT = ["fit", "waves.csv", "--recipe", "denoising", "--units", "12", "--updates", "500", "--patience", "0"];
const folder = folderWith({ "waves.csv": wideCsv(60, 40) });
const file = (name: string) => join(folder, name);
const undisturbed = async () => {
  if (!existsSync(file("whole.undertone"))) await undertone(folder, ...FIT, "-o", "whole.undertone");
  return readFileSync(file("whole.undertone"));
};

test("killed at random moments and resumed, training ends in the same bytes", async () => {
  const whole = await undisturbed();
  const everyUpdate = [...FIT, "--checkpoint-every", "0", "-o", "killed.undertone"];
  const random = randomStream(5);
  let kills = 0;
  for (let k = 0; k < 4; k++) {
    const { code } = await interruptedUndertone(
      folder,
      "SIGKILL",
      250 + random.integer(450),
      ...everyUpdate,
      "--resume",
    );
    if (code === 0) break;
    kills++;
    expect(existsSync(file("killed.undertone"))).toBe(false); // nothing half-written
  }
  expect(kills).toBeGreaterThanOrEqual(2);
  expect((await undertone(folder, ...FIT, "-o", "killed.undertone", "--resume")).code).toBe(0);
  expect(readFileSync(file("killed.undertone")).equals(whole)).toBe(true);
  expect(existsSync(file("killed.undertone.checkpoint"))).toBe(false);
});

test("Ctrl-C saves, says how to go on, exits with 130; --resume ends in the same bytes", async () => {
  const whole = await undisturbed();
  const seldom = [...FIT, "--checkpoint-every", "3600", "-o", "stopped.undertone"]; // only Ctrl-C saves
  const { code, stderr } = await interruptedUndertone(folder, "SIGINT", /update \d+\//, ...seldom);
  expect([code, newFiles(folder).includes("stopped.undertone")]).toEqual([130, false]);
  expect(stderr).toContain("--resume");
  expect(existsSync(file("stopped.undertone.checkpoint"))).toBe(true);
  const resumed = await undertone(folder, ...seldom, "--resume", "--activation", "tanh"); // its default: the same options
  expect(resumed.stderr).toMatch(/resuming at update [1-9]/);
  expect(readFileSync(file("stopped.undertone")).equals(whole)).toBe(true);
});

test("a checkpoint of other options, and a damaged one, are refused in words", async () => {
  const command = [...FIT, "-o", "c.undertone"];
  await interruptedUndertone(folder, "SIGINT", /update \d+\//, ...command);
  const other = await undertone(folder, ...command, "--resume", "--seed", "9");
  expect([other.code, other.stderr]).toEqual([2, expect.stringMatching(/checkpoint was made with other options/)]);
  writeFileSync(file("c.undertone.checkpoint"), readFileSync(file("c.undertone.checkpoint")).subarray(0, 4000));
  const damaged = await undertone(folder, ...command, "--resume");
  expect([damaged.code, damaged.stderr]).toEqual([1, expect.stringMatching(/cut short/)]);
  expect(existsSync(file("c.undertone"))).toBe(false);
});

test("an unfinished training is not lost because --resume was forgotten; --force replaces it", async () => {
  const command = ["fit", "waves.csv", "--units", "2", "--updates", "3", "--quiet", "-o", "f.undertone"];
  const checkpoint = file("f.undertone.checkpoint");
  await interruptedUndertone(folder, "SIGINT", /update \d+\//, ...FIT, "-o", "f.undertone");
  const kept = readFileSync(checkpoint);
  const forgotten = await undertone(folder, ...command);
  expect([forgotten.code, forgotten.stderr]).toEqual([
    2,
    expect.stringMatching(
      /f\.undertone\.checkpoint holds an unfinished training \(up to update [1-9]\d*\).*--resume.*--force/,
    ),
  ]);
  expect([readFileSync(checkpoint).equals(kept), existsSync(file("f.undertone"))]).toEqual([true, false]);
  writeFileSync(checkpoint, kept.subarray(0, 4000));
  expect(await undertone(folder, ...command)).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/training \(damaged\)/),
  });
  expect(await undertone(folder, ...command, "--force")).toMatchObject({ code: 0, stderr: "" });
  expect([existsSync(checkpoint), existsSync(file("f.undertone"))]).toEqual([false, true]);
  writeFileSync(file("elsewhere"), kept);
  symlinkSync("elsewhere", checkpoint);
  expect(await undertone(folder, ...command)).toMatchObject({ code: 2 });
  expect(await undertone(folder, ...command, "--force")).toMatchObject({ code: 0 });
  expect([existsSync(file("elsewhere")), readlinkSync(checkpoint)]).toEqual([false, "elsewhere"]); // no stale training
});
