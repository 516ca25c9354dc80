import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { folderWith, interruptedUndertone, longCsv, newFiles, undertone } from "./run.js";

const READ = ["--entity", "customer", "--time", "time", "--label", "fraud", "--window", "4"];
const QUICK = ["--units", "3", "--updates", "10"];
const FIT = ["fit", "p.csv", ...READ, ...QUICK, "--features", "aggregates,fields", "--classifier", "logistic"];
/** The kind "leak" is the label in other words. */
const leaking = longCsv({ customers: 40 })
  .split("\n")
  .map((line, n) => (line === "" ? "" : `${line},${n === 0 ? "leak" : line.endsWith("1") ? "bad" : "good"}`))
  .join("\n");

describe("fit --classifier, then predict", () => {
  let folder = "";
  beforeAll(() => {
    folder = folderWith({ "p.csv": longCsv({ customers: 30 }) });
  });

  test("says what was tried and how it decides; the file scores with as many words", async () => {
    const fitted = await undertone(folder, ...FIT, "-o", "p.undertone");
    expect([fitted.code, fitted.stdout]).toEqual([
      0,
      expect.stringMatching(/Tried 2, by .*\n.*aggregates, logistic|fields/),
    ]);
    expect(fitted.stdout).toMatch(/Score new data: undertone predict p\.undertone/);
    const scored = await undertone(
      folder,
      "predict",
      "p.undertone",
      "p.csv",
      "-o",
      "s.csv",
      "--explain",
      "1",
      "--json",
    );
    const { rows, decided } = JSON.parse(scored.stdout);
    expect([scored.code, rows, decided["0"] + decided["1"]]).toEqual([0, 240, 240]);
    expect(readFileSync(join(folder, "s.csv"), "utf8").split("\n")[0]).toBe(
      "id,label,time,decision,score,p_0,p_1,reason_1,reason_1_by",
    );
  });

  test.each([
    [["--checkpoint-every", "5"], /--checkpoint-every: got it and --classifier/],
    [["--resume"], /--resume: got it and --classifier/],
    [["--classifiers", "ridge"], /--classifiers: got them and --classifier logistic/],
    [["--anomaly"], /--anomaly and --classifier: got both/],
    [["--cost-miss", "5"], /give both or neither/],
  ])("refuses %j, which would have no effect", async (more, words) => {
    const { code, stderr } = await undertone(folder, ...FIT, ...more, "-o", "no.undertone");
    expect([code, stderr]).toEqual([2, expect.stringMatching(words)]);
    expect(newFiles(folder, "p.csv", "p.undertone", "s.csv")).toEqual([]);
  });

  test.each([
    [["--features", "raw"], /--features: got it without --classifier/],
    [["--until", "2024-01-03"], /--until: got it without --classifier/],
    [["--second-entity", "kind"], /--second-entity: got it without --classifier/],
    [["--detector", "z-score"], /--detector: got it without --anomaly/],
  ])("an encoder alone refuses %j", async (more, words) => {
    const { code, stderr } = await undertone(folder, "fit", "p.csv", ...READ, ...more, "-o", "no.undertone");
    expect([code, stderr]).toEqual([2, expect.stringMatching(words)]);
  });

  test("Ctrl-C while it chooses writes no predictor, and leaves what was kept with --save", async () => {
    const place = folderWith({ "p.csv": longCsv({ customers: 30 }) });
    const kept = join(place, "kept.jsonl");
    const lines = () => {
      try {
        return readFileSync(kept, "utf8").split("\n").length;
      } catch {
        return 0;
      }
    };
    const long = [
      "fit",
      "p.csv",
      ...READ,
      "--features",
      "fields,latent",
      "--classifier",
      "auto",
      "--save",
      "kept.jsonl",
    ];
    const args = [...long, "--units", "8", "-o", "p.undertone"];
    const stopped = await interruptedUndertone(place, "SIGINT", () => lines() > 2, ...args, "--updates", "100000");
    expect(stopped.code).toBe(130);
    expect(newFiles(place, "p.csv")).toEqual(["kept.jsonl"]);
    const before = readFileSync(kept, "utf8");
    const other = await undertone(place, ...args, "--updates", "20");
    expect([other.code, other.stderr]).toEqual([2, expect.stringMatching(/made with other options/)]);
    expect(readFileSync(kept, "utf8")).toBe(before);
  });
});

test("what was kept with --save is not done again", async () => {
  const folder = folderWith({ "p.csv": longCsv({ customers: 30 }) });
  const kept = () => readFileSync(join(folder, "kept.jsonl"), "utf8").trim().split("\n");
  const fit = (features: string) =>
    undertone(folder, "fit", "p.csv", ...READ, "--features", features, "--classifier", "logistic", ...QUICK, "--save", "kept.jsonl", "-o", "p.undertone", "--force"); // biome-ignore format: one line
  expect((await fit("fields")).code).toBe(0);
  const first = kept();
  const more = await fit("fields,statistics");
  expect([more.code, more.stdout]).toEqual([0, expect.stringMatching(/Tried 2/)]);
  expect(kept().slice(0, first.length)).toEqual(first);
  const added = kept()
    .slice(first.length)
    .map((line) => JSON.parse(line).features);
  expect(new Set(added)).toEqual(new Set(["statistics"]));
});

test("a column that gives the label away is named by compare and by fit", async () => {
  const folder = folderWith({ "p.csv": leaking });
  const words = /channel "leak" alone gives the class of nearly every case.*--drop leak/;
  const few = ["--features", "fields", ...QUICK];
  const compared = await undertone(folder, "compare", "p.csv", ...READ, ...few, "--classifiers", "logistic");
  expect(compared.stderr).toMatch(words);
  const fitted = await undertone(
    folder,
    "fit",
    "p.csv",
    ...READ,
    ...few,
    "--classifier",
    "logistic",
    "-o",
    "p.undertone",
  );
  expect(fitted.stderr).toMatch(words);
  const dropped = await undertone(folder, "compare", "p.csv", ...READ, ...few, "--drop", "leak");
  expect(dropped.stderr).not.toMatch(/gives the class/);
});

test("inspect takes the columns that aggregates need, so that they are no channels", async () => {
  const folder = folderWith({ "p.csv": longCsv({ customers: 30 }) });
  const { code, stdout } = await undertone(folder, "inspect", "p.csv", ...READ, "--second-entity", "kind", "--json");
  expect(code).toBe(0);
  const names = JSON.parse(stdout).train.channels.map(({ name }: { name: string }) => name);
  expect(names).not.toContain("kind");
});
