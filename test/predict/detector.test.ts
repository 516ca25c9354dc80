import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { loadEngine } from "../../src/engine/load.js";
import { ArtefactError, OptionError } from "../../src/errors.js";
import { detectFile } from "../../src/predict/detect-file.js";
import { type Detector, decodeDetector } from "../../src/predict/detector.js";
import { fitDetectorFile } from "../../src/predict/fit-detector-file.js";
import { decodePredictor } from "../../src/predict/predictor.js";
import { loadDetector, loadEither, loadPredictor } from "../../src/predict/predictor-file.js";
import { randomStream } from "../../src/random.js";
import { readSource } from "../../src/read/read.js";
import { fileOf } from "../read/temporary.js";

const engine = await loadEngine();
const random = randomStream(11);
/** Waves; of the last five every step is noise. */
const lines = Array.from({ length: 65 }, (_, n) => {
  const phase = 6 * random.uniform();
  return Array.from({ length: 20 + (n % 3) }, (_, t) => {
    const x = n < 60 ? Math.sin(t / 2 + phase) : 3 * random.normal();
    return [`r${n}`, t, x.toFixed(4), (0.1 * random.normal()).toFixed(4), n < 60 ? "good" : "bad"].join();
  });
});
const csv = (rows: readonly string[][]) => `run,step,x,y,state\n${rows.flat().join("\n")}\n`;
const train = fileOf("train.csv", csv(lines.slice(0, 50)));
const fresh = fileOf("fresh.csv", csv(lines.slice(50)));
const reading = { entity: "run", time: "step", label: "state" };
const fit = { units: 4, threads: 0, train: { updates: 60, batchSize: 8 } };
const path = fileOf("d.undertone", "");
let detector: Detector;
beforeAll(async () => {
  detector = await fitDetectorFile(engine, train, path, { reading, fit, falseAlarmRate: 0.05 });
});
const rowsOf = (file: string) => {
  const [head, ...rows] = readFileSync(file, "utf8").trim().split("\n");
  return { head: head.split(","), rows: rows.map((row) => row.split(",")) };
};

describe("the file of a detector", () => {
  test("scores as the detector that was fitted, and says what it compares with", async () => {
    const loaded = await loadDetector(engine, path);
    const { train: set } = await readSource(fresh, reading);
    expect(await loaded.score(set)).toEqual(await detector.score(set));
    expect(await loaded.scoreSteps(set)).toEqual(await detector.scoreSteps(set));
    expect(loaded.about).toEqual(detector.about);
    expect([loaded.level, loaded.about.training.cases]).toEqual([0.05, 50]);
    expect(loaded.about.reference.channels.map(({ name }) => name)).toEqual(["x", "y"]);
    const either = await loadEither(engine, path, {});
    expect(either.detector?.about).toEqual(detector.about);
  });

  test("no byte of it can change unseen, and it is no predictor of classes", async () => {
    const bytes = detector.toBytes();
    const dice = randomStream(5);
    for (let k = 0; k < 200; k++) {
      const copy = bytes.slice();
      copy[dice.integer(copy.length)] ^= 1 << dice.integer(8);
      expect(() => decodeDetector(engine, copy, "it")).toThrow(ArtefactError);
    }
    expect(() => decodePredictor(engine, bytes, "it")).toThrow(/holds a detector of anomalies/);
    await expect(loadPredictor(engine, path)).rejects.toThrow(/loadDetector/);
  });
});

describe("a file of cases", () => {
  test("has a row for each with its p-value; what is strange is called, what is usual is not", async () => {
    const output = fileOf("scores.csv", "");
    const done = await detectFile(detector, fresh, output);
    const { head, rows } = rowsOf(output);
    expect(head).toEqual(["id", "label", "decision", "score", "p_value"]);
    const { train: set } = await readSource(fresh, reading);
    const { scores, pValues } = await detector.score(set);
    const places = new Map(set.ids.map((id, n) => [id, n]));
    for (const [id, label, decision, score, p] of rows) {
      const n = places.get(id)!;
      expect([Number(score), Number(p)]).toEqual([scores[n], pValues[n]]);
      expect(decision).toBe(pValues[n] <= 0.05 ? "anomaly" : "normal");
      if (label === "bad") expect(decision).toBe("anomaly");
    }
    expect(done).toMatchObject({ rows: 15, anomalies: rows.filter((row) => row[2] === "anomaly").length, level: 0.05 });
    expect(done.anomalies).toBeLessThan(9);
  });

  test("or for each step", async () => {
    const output = fileOf("steps.csv", "");
    const done = await detectFile(detector, fresh, output, { perStep: true, falseAlarmRate: 0.1 });
    const { head, rows } = rowsOf(output);
    expect(head).toEqual(["id", "label", "step", "decision", "score", "p_value"]);
    const { train: set } = await readSource(fresh, reading);
    const { offsets, pValues } = await detector.scoreSteps(set);
    expect(rows.length).toBe(offsets.at(-1));
    const place = new Map(set.ids.map((id, n) => [id, offsets[n]]));
    for (const [id, , step, decision, , p] of rows) {
      expect(Number(p)).toBe(pValues[place.get(id)! + Number(step)]);
      expect(decision).toBe(Number(p) <= 0.1 ? "anomaly" : "normal");
    }
    expect(done.level).toBe(0.1);
    await expect(detectFile(detector, fresh, output, { perStep: true, alertsPerDay: 2 })).rejects.toThrow(OptionError);
    await expect(detectFile(detector, fresh, output, { falseAlarmRate: 0.001 })).rejects.toThrow(OptionError);
  });

  test("needs no label, and channels are found by their names", async () => {
    const swapped = ["y,extra,state2,step,x,run"];
    for (const line of lines.slice(50).flat()) {
      const [run, step, x, y] = line.split(",");
      swapped.push([y, "1", "2", step, x, run].join());
    }
    const [one, two] = ["one.csv", "two.csv"].map((name) => fileOf(name, ""));
    await detectFile(detector, fileOf("swapped.csv", swapped.join("\n")), one);
    await detectFile(detector, fresh, two);
    const scores = (file: string) => rowsOf(file).rows.map((row) => [row[0], ...row.slice(-3)]);
    expect(scores(one)).toEqual(scores(two));
  });
});
