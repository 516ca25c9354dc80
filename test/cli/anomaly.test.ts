import { expect, test } from "vitest";
import type { AnomalyComparison } from "../../src/index.js";
import { folderWith, interruptedUndertone, undertone, wideCsv } from "./run.js";

const folder = folderWith({ "w.csv": wideCsv(60) });
const command = ["compare", "w.csv", "--label", "label", "--anomaly", "--folds", "2", "--threads", "1"];
const quick = [...command, "--units", "3", "--updates", "15"];

test("compare --anomaly prints the verdict, then a row per detector; notes beside it", async () => {
  const { code, stdout, stderr } = await undertone(folder, ...quick);
  expect(code).toBe(0);
  const lines = stdout.split("\n");
  expect(lines[0]).toMatch(/^Verdict: (Take|Use) /);
  expect(stdout).toContain('w: 15 normal training cases, 60 test cases with 30 anomalies; normal is "a"; 2 folds of');
  const names = ["autoencoder", "isolation forest on statistics", "isolation forest on raw values", "z-score of"];
  for (const name of names) expect(lines.filter((line) => line.startsWith(`│ ${name}`))).toHaveLength(1);
  expect(stderr).toContain("The usual false-alarm rate of 0.01 cannot be kept to: the least p-value that 15 held-out");
});

test("--json prints the whole result, with the flags that were given", async () => {
  const { code, stdout } = await undertone(
    folder,
    ...command,
    ...["--json", "--quiet", "--detectors", "z-score,isolation-forest", "--normal", "b", "--train-on", "all"],
    ...["--false-alarm-rate", "0.2", "--measure", "average-precision", "--seed", "5"],
  );
  expect(code).toBe(0);
  const found = JSON.parse(stdout) as AnomalyComparison;
  expect(found).toMatchObject({ normal: "b", trainOn: "all", level: 0.2, measure: "average-precision", seed: 5 });
  expect(found.rows.map(({ detector }) => detector)).toEqual(["z-score", "isolation-forest"]);
  expect(found.held).toBe(30);
});

test.each([
  ["--features", "raw"],
  ["--classifiers", "ridge"],
  ["--read-out", "wide"],
  ["--positive", "a"],
  ["--network-seeds", "2"],
  ["--class-weight", "none"],
  ["--C", "1"],
  ["--alerts", "3"],
  ["--alerts-per-day", "3"],
  ["--cost-miss", "3"],
  ["--save", "r.jsonl"],
  ["--report", "r.html"],
  ["--all"],
  ["--force"],
])("%s is of classifiers: with --anomaly it is refused", async (...flag) => {
  const { code, stderr } = await undertone(folder, ...quick, ...flag);
  expect(code).toBe(2);
  expect(stderr).toContain(`${flag[0]} is for the comparison of classifiers; with --anomaly it would have no effect.`);
});

test.each([
  ["--detectors", "z-score"],
  ["--normal", "a"],
  ["--train-on", "all"],
  ["--false-alarm-rate", "0.1"],
])("%s is of detectors: without --anomaly it is refused", async (...flag) => {
  const { code, stderr } = await undertone(folder, "compare", "w.csv", "--label", "label", ...flag);
  expect(code).toBe(2);
  expect(stderr).toContain(`${flag[0]} is for the comparison of detectors; add --anomaly, or leave it out.`);
});

test("errors name flags, and are of wrong options", async () => {
  const of = async (...flags: string[]) => {
    const { code, stderr } = await undertone(folder, ...quick, ...flags);
    return [code, stderr.split("\n").find((line) => line.includes("Error"))];
  };
  expect(await of("--normal", "c")).toEqual([2, "OptionError: w: got --normal c, expected one of the classes: a, b."]);
  const [code, message] = await of("--false-alarm-rate", "0.001");
  expect(code).toBe(2);
  expect(message).toMatch(/got --false-alarm-rate 0.001, but the least p-value that 15 held-out cases give is 1\/16/);
  expect(await of("--measure", "accuracy")).toEqual([2, expect.stringContaining("--measure: got")]);
});

test("Ctrl-C ends it with 130 and prints no result", async () => {
  const { code, stdout } = await interruptedUndertone(folder, "SIGINT", /reading/, ...command, "--updates", "10000000");
  expect(code).toBe(130);
  expect(stdout).toBe("");
});
