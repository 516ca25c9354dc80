import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "npyjs";
import { describe, expect, test } from "vitest";
import { folderWith, interruptedUndertone, longCsv, newFiles, spawnUndertone, undertone, wideCsv } from "./run.js";

const LOGISTIC = ["--classifiers", "logistic"];
const QUICK = ["--recipe", "masked", "--units", "5", "--updates", "30", "--batch-size", "8"];

/** Here each command runs as a process once; most other tests run it in their own. */
describe("the whole path through the command line", () => {
  const folder = folderWith({ "waves.csv": wideCsv() });

  test("fit writes a model, says what it did, and leaves nothing else behind", () => {
    const { code, stdout, stderr } = spawnUndertone(folder, "fit", "waves.csv", "-o", "m.undertone", ...QUICK);
    expect([code, stderr.split("\n")[0]]).toEqual([0, expect.stringMatching(/^engine: (native|wasm|reference)/)]);
    expect(stdout).toMatch(
      /^m\.undertone: masked, \d+ weights, trained on 24 sequences .*, \d{2,4} MB at its peak; explained variance/,
    );
    expect(newFiles(folder, "waves.csv")).toEqual(["m.undertone"]);
  });

  test("encode writes named columns with ids and labels, as CSV and as NPY", async () => {
    const pooled = ["encode", "m.undertone", "waves.csv", "-o", "z.csv", "--read-out", "pooled"];
    expect(spawnUndertone(folder, ...pooled).code).toBe(0);
    const lines = readFileSync(join(folder, "z.csv"), "utf8").trim().split("\n");
    expect(lines[0].split(",")).toEqual([
      "id",
      "label",
      ...["mean", "max", "last"].flatMap((part) => [0, 1, 2, 3, 4].map((k) => `${part}_${k}`)),
    ]);
    expect(lines).toHaveLength(25);
    expect(lines[2].split(",")[1]).toBe("b");
    expect((await undertone(folder, "encode", "m.undertone", "waves.csv", "-o", "z.npy")).code).toBe(0);
    const bytes = new Uint8Array(readFileSync(join(folder, "z.npy")));
    const array = await load(bytes.buffer);
    expect([array.shape, array.dtype]).toEqual([[24, 5], "f4"]);
    const description = JSON.parse(readFileSync(join(folder, "z.npy.json"), "utf8"));
    expect([description.columns, description.ids.length, description.labels.length]).toEqual([
      ["last_0", "last_1", "last_2", "last_3", "last_4"],
      24,
      24,
    ]);
    const last = lines[1].split(",").slice(-5).map(Number);
    expect(Array.from(array.data as Float32Array).slice(0, 5)).toEqual(last);
  });

  test("the same seed writes the same bytes, another seed others", async () => {
    for (const [name, seed] of [
      ["a", "1"],
      ["b", "1"],
      ["c", "2"],
    ])
      await undertone(folder, "fit", "waves.csv", "-o", `${name}.undertone`, ...QUICK, "--seed", seed, "--quiet");
    const [a, b, c] = ["a", "b", "c"].map((name) => readFileSync(join(folder, `${name}.undertone`)));
    expect(b.equals(a)).toBe(true);
    expect(c.equals(a)).toBe(false);
  });

  test("compare prints table and verdict; with --json one object and nothing else", async () => {
    const compare = [
      "compare",
      "waves.csv",
      ...QUICK,
      "--classifiers",
      "ridge,logistic",
      "--folds",
      "3",
      "--save",
      "three-folds.jsonl",
    ];
    const { code, stdout } = await undertone(folder, ...compare, "--all");
    expect(code).toBe(0);
    for (const text of [
      "raw",
      "statistics",
      "pca",
      "convolutions",
      "untrained",
      "latent",
      "average(latent, convolutions)",
      "ridge",
      "logistic",
      "Verdict:",
      "3 folds",
    ])
      expect(stdout).toContain(text);
    const json = spawnUndertone(folder, ...compare, "--json", "--quiet"); // from the results that are kept
    const { rows, verdict, measure } = JSON.parse(json.stdout);
    expect([rows.length, measure, json.stderr]).toEqual([16, "accuracy", ""]);
    expect(stdout).toContain(`Verdict: ${verdict.answer}`);
    expect(Math.max(...stdout.split("\n").map((line) => (/^[┌│└├]/.test(line) ? line.length : 0)))).toBeLessThan(121);
    expect(rows.every((row: { metrics: { cases: number } }) => row.metrics.cases === 24)).toBe(true);
  });

  test("a long table of events: windows per customer, customers kept together, new data read alike", async () => {
    const events = folderWith({ "events.csv": longCsv() });
    const reading = ["--entity", "customer", "--time", "time", "--label", "fraud", "--window", "4"];
    const { stdout, code } = await undertone(
      events,
      "compare",
      "events.csv",
      ...reading,
      ...QUICK,
      ...LOGISTIC,
      "--json",
    );
    expect(code).toBe(0);
    const { plan, train, test, classNames } = JSON.parse(stdout);
    expect([plan, train + test, classNames]).toEqual(["30 % of whole entities held out (seed 1)", 96, ["0", "1"]]);
    expect((await undertone(events, "fit", "events.csv", ...reading, ...QUICK, "-o", "m.undertone")).code).toBe(0);
    expect((await undertone(events, "encode", "m.undertone", "events.csv", "-o", "z.csv")).code).toBe(0);
    expect(readFileSync(join(events, "z.csv"), "utf8").split("\n")[8]).toMatch(/^c0#8,0,/);
  });

  test("events forward in time: aggregates, a budget, costs, a choice of sets and classifiers", async () => {
    const events = folderWith({ "events.csv": longCsv({ customers: 20, events: 12 }) });
    const { stdout, stderr, code } = await undertone(
      events,
      ...["compare", "events.csv", "--entity", "customer", "--time", "time", "--label", "fraud", "--window", "4"],
      ...["--features", "fields,aggregates,average(aggregates, latent)", "--classifiers", "forest,knn"],
      ...["--resamples", "forward", "--label-delay", "2", "--alerts-per-day", "3", "--second-entity", "kind"],
      ...["--cost-miss", "9", "--cost-alert", "1", "--network-seeds", "2", "--all", ...QUICK],
    );
    expect([stderr.split("\n")[0].slice(0, 7), code]).toEqual(["engine:", 0]);
    for (const text of [
      "2 days of label delay",
      "P@3",
      "cost",
      "average(aggregates,",
      "  latent)",
      "forest",
      "knn",
      "2 networks",
    ])
      expect(stdout).toContain(text);
    expect(stdout).not.toContain("logistic");
  });

  test("results are kept and gone on from; other options are refused", async () => {
    const place = folderWith({ "waves.csv": wideCsv() });
    const run = (...more: string[]) =>
      undertone(
        place,
        "compare",
        "waves.csv",
        "--features",
        "raw,latent",
        ...QUICK,
        "--save",
        "r.jsonl",
        "--json",
        ...more,
      );
    const first = await run();
    const kept = readFileSync(join(place, "r.jsonl"), "utf8");
    const again = await run();
    expect(readFileSync(join(place, "r.jsonl"), "utf8")).toBe(kept);
    expect(JSON.parse(again.stdout).rows).toEqual(JSON.parse(first.stdout).rows);
    const other = await run("--seed", "2");
    expect([other.code, other.stderr]).toEqual([2, expect.stringMatching(/r\.jsonl: cannot continue from this file/)]);
  });

  test("Ctrl-C keeps what is done: the same command ends as if nothing had happened", async () => {
    const place = folderWith({ "waves.csv": wideCsv() });
    const args = ["compare", "waves.csv", "--features", "raw,latent", "--folds", "3", "--json", ...QUICK.slice(0, 4)];
    const long = [...args, "--updates", "900", "--batch-size", "8"];
    const whole = JSON.parse((await undertone(place, ...long)).stdout);
    const kept = () => existsSync(join(place, "r.jsonl")) && readFileSync(join(place, "r.jsonl"), "utf8");
    const some = () => (kept() || "").split("\n").length > 3; // of twelve answers
    const stopped = await interruptedUndertone(place, "SIGINT", some, ...long, "--save", "r.jsonl");
    expect([stopped.code, stopped.stderr]).toEqual([130, expect.stringMatching(/Finished results are in r\.jsonl/)]);
    const rest = JSON.parse((await undertone(place, ...long, "--save", "r.jsonl")).stdout);
    const figures = ({ rows }: typeof whole) =>
      rows.map(({ metrics, columns }: (typeof rows)[0]) => [metrics, columns]);
    expect(figures(rest)).toEqual(figures(whole));
  });

  test("time channels and a grid do not go together", async () => {
    const events = folderWith({ "events.csv": longCsv() });
    const reading = ["--entity", "customer", "--time", "time", "--label", "fraud", "--window", "4"];
    const grid = ["fit", "events.csv", ...reading, ...QUICK, "-o", "m.undertone", "--resample-step", "86400"];
    const left = await undertone(events, ...grid, "--json");
    expect(left.stderr).toMatch(/time channels .* are left out/);
    const { preparation } = JSON.parse(left.stdout);
    expect(preparation.channels.map(({ name }: { name: string }) => name)).toEqual(["amount", "kind"]);
    const both = await undertone(events, ...grid, "--time-channels");
    expect([both.code, both.stderr]).toEqual([2, expect.stringMatching(/Leave one of them out/)]);
  });

  test("updates and epochs together are refused, in one sentence", async () => {
    const both = await undertone(folder, "fit", "waves.csv", "-o", "n.undertone", "--updates", "3", "--epochs", "3");
    expect([both.code, both.stderr]).toEqual([
      2,
      expect.stringMatching(/OptionError: Fit options: give --updates or --epochs, not both\./),
    ]);
  });

  test("inspect tells what is in the data, as text and as JSON", async () => {
    expect(spawnUndertone(folder, "inspect", "waves.csv").stdout).toMatch(/24 sequences of 1 channel, 9 steps each/);
    const { train } = JSON.parse((await undertone(folder, "inspect", "waves.csv", "--json")).stdout);
    expect(train.classes).toEqual([
      { name: "a", count: 12 },
      { name: "b", count: 12 },
    ]);
  });

  test("the demo writes its file, says where, and compares", () => {
    const place = folderWith();
    const { code, stdout, stderr } = spawnUndertone(
      place,
      "demo",
      "--folder",
      "d",
      "--customers",
      "40",
      "--updates",
      "10",
      "--units",
      "4",
      "--features",
      "fields,latent:last",
      "--classifiers",
      "ridge",
    );
    expect([code, existsSync(join(place, "d/transactions.csv"))]).toEqual([0, true]);
    expect(stderr).toMatch(/transactions\.csv: \d+ transactions, \d+ marked as fraud/);
    expect(stdout).toMatch(/^Verdict: /);
    expect(stdout).toContain("forward in time: the latest 50 % tested");
    expect(stderr).toMatch(
      /Report: d\/report\.html.*\n(.*demo --all\n)Your own table: npx undertone compare TABLE .*\n$/,
    );
  });

  test("help teaches: every command has its description, flags and examples", async () => {
    for (const command of ["inspect", "fit", "encode", "compare", "demo", "bench"]) {
      const { code, stdout } = await undertone(folder, command, "--help");
      expect(code).toBe(0);
      expect(stdout).toMatch(/\n +undertone (inspect|fit|encode|compare|bench)/);
    }
    expect(spawnUndertone(folder, "--version").stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
