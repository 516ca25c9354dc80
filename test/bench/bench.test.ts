import { spawnSync } from "node:child_process";
import { chmodSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { contenders, ENGINES, PEERS } from "../../bench/contenders.mjs";
import { compareChecks } from "../../bench/rounds.mjs";
import { putTable, ratioOf, renderReport } from "../../bench/table.mjs";
import { denoising, plain, raggedPair, readJob, sizesOf, writeJob } from "../../bench/workloads.mjs";
import { folderWith } from "../cli/run.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Runs `npm run bench` without set-up, on a shape that takes no time. */
function bench(...args: string[]) {
  const base = ["--quick", "--threads", "1", "--shapes", "3,2,5,7"];
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, "bench", "run.mjs"), ...base, ...args], {
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

/** An interpreter for Python that is no Python: a peer that answers as told. */
function fakePeer(check: object) {
  const folder = folderWith({
    "peer.mjs": `#!${process.execPath}
import { createInterface } from "node:readline";
const answer = (message) => process.stdout.write(JSON.stringify(message) + "\\n");
answer({ name: "Fake 1.0" });
for await (const line of createInterface({ input: process.stdin })) {
  const { load, run } = JSON.parse(line);
  answer(load ? { ...${JSON.stringify(check)}, setting: "fast" } : run ? { times: [1e9], cpu: 1 } : { peakMB: 7 });
}
`,
  });
  const path = join(folder, "peer.mjs");
  chmodSync(path, 0o755);
  return path;
}

describe("npm run bench", () => {
  const engines = ["--engines", "wasm-simd128,reference"];

  test("times our engines, and names what is not installed with the command that installs it", () => {
    const { status, stdout } = bench(...engines, "--peers", "torch", "--python", "/no/such/python", "--json");
    expect(status).toBe(0);
    const { timed, missing, peaks, workloads, pace } = JSON.parse(stdout);
    expect(missing).toEqual([
      expect.stringMatching(
        /^PyTorch 2 is missing \(.*\): `python3 -m pip install -r bench\/peers\/requirements.txt`$/,
      ),
    ]);
    expect(timed.map((each: { name: string }) => each.name)).toEqual(["wasm-simd128", "reference"]);
    for (const each of timed) {
      expect(each.train.rounds.length).toBe(pace.rounds);
      expect(each.train.milliseconds).toBeGreaterThan(0);
      expect(each.encode.milliseconds).toBeGreaterThan(0);
      expect(each.peakMB).toBeGreaterThan(20);
      expect(each.difference).toBeLessThan(1e-5); // float32 against float64
    }
    expect(timed[0].difference).toBe(0); // it is what the others are held against
    expect(timed[1].difference).toBeGreaterThan(0);
    expect(Object.keys(peaks)).toEqual(["wasm-simd128", "reference"]);
    expect(workloads[0].lengths).toEqual([3, 3]);
  });

  test("refuses a peer that does not run the same model", () => {
    const fake = fakePeer({ latent: 0.1, losses: [1, 0.9, 0.8] });
    const { status, stdout } = bench(...["--engines", "wasm-simd128", "--peers", "torch", "--python", fake, "--json"]);
    expect(status).toBe(1);
    const { timed, missing } = JSON.parse(stdout);
    expect(timed.length).toBe(1);
    expect(missing[0]).toMatch(/^PyTorch 2 FAILED at 3,2,5,7, .*does not run the same model/);
  });

  test("tells ratios to a peer that does", async () => {
    const first = bench("--engines", "wasm-simd128", "--peers", "none", "--json");
    expect(first.status).toBe(0);
    const folder = folderWith();
    const job = await writeJob(folder, plain("3,2,5,7"));
    const child = spawnSync(process.execPath, [join(root, "bench/contenders/undertone.mjs"), "wasm-simd128", "1"], {
      input: `${JSON.stringify({ load: job })}\n`,
      encoding: "utf8",
    });
    const { setting: _none, ...check } = JSON.parse(child.stdout.split("\n")[1]);
    expect(check.losses.length).toBe(3);
    const { status, stdout } = bench(...["--engines", "wasm-simd128", "--peers", "torch", "--python", fakePeer(check)]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^\| Fake 1\.0, fast +\| +1 \| +1000000000 \|.*\| +7 \|$/m);
  });
});

describe("the jobs", () => {
  test.each([plain("3,2,5,7"), denoising(), raggedPair()[0]])(
    "$name comes back from its file as it was written",
    async (workload) => {
      const path = await writeJob(folderWith(), workload);
      const { recipe, set, weights } = readJob(readFileSync(path), path);
      expect(recipe).toBe(workload.recipe);
      expect(Array.from(set.offsets.slice(1), (end, n) => end - set.offsets[n])).toEqual(workload.lengths);
      expect(set.values.length).toBe(sizesOf(workload).rows * workload.F);
      expect(weights["encoder.0.kernel"] ?? weights["encoder.1.kernel"]).toBeDefined();
    },
  );

  test("a ragged batch and its twin have the same number of steps, but for less than one a sequence", () => {
    const [ragged, twin] = raggedPair();
    expect(new Set(ragged.lengths).size).toBeGreaterThan(20);
    const apart = Math.abs(sizesOf(ragged).rows - sizesOf(twin).rows);
    expect(apart).toBeLessThan(ragged.lengths.length);
  });
});

test("every contender fits some workload, and only ours and PyTorch the ragged one", () => {
  const all = contenders({ engines: ENGINES, peers: PEERS, threads: [1, 2], python: "python3" });
  const long = plain("200,32,3,128");
  const small = plain("100,32,1,64");
  expect(all.filter(({ fits }) => !fits(small, true) && !fits(long, false)).map(({ label }) => label)).toEqual([]);
  const [ragged] = raggedPair();
  const peers = all.filter((each) => each.kind === "peer" && each.fits(ragged, false));
  expect(peers.map(({ id, threads }) => `${id} ${threads}`)).toEqual(["torch 1", "torch 2"]);
  expect(all.filter(({ id }) => id.startsWith("tfjs")).some(({ fits }) => fits(long, true))).toBe(false);
});

test("checks agree to one in ten thousand, and NaN never does", () => {
  const ours = { latent: 0.5, losses: [1, 0.9, 0.8] };
  expect(compareChecks({ latent: 0.5, losses: [1, 0.9, 0.80004] }, ours)).toBeCloseTo(5e-5, 8);
  const wrong = [
    { latent: 0.5, losses: [1, 0.9, 0.8001] },
    { latent: 0.501, losses: [1, 0.9, 0.8] },
    { latent: 0.5, losses: [1, 0.9, Number.NaN] },
    { latent: 0.5, losses: [1, 0.9] },
    { latent: 0.5, loss: 1 },
  ];
  for (const check of wrong) expect(() => compareChecks(check, ours)).toThrow(/same model/);
});

const times = (rounds: number[], milliseconds: number) => ({
  milliseconds,
  fastest: 1,
  rounds,
  cpu: milliseconds,
});

test("a ratio is that of the medians, with the range of the rounds", () => {
  expect(ratioOf(times([1, 2, 4], 2), times([10, 10, 10], 10))).toEqual({ middle: 5, low: 2.5, high: 10 });
});

test("the report tells ratios, shares of the peak and the cost of raggedness", () => {
  const [ragged, twin] = raggedPair();
  const row = (id: string, kind: "native" | "peer", threads: number, workload: string, ms: number) => ({
    ...{ id, kind, threads, workload, name: id, version: id, difference: 0, peakMB: 10 },
    ...{ train: times([ms, ms], ms), encode: times([ms / 10, ms / 5], ms / 8) },
  });
  const text = renderReport({
    command: "npm run bench",
    date: "2020-01-01",
    machine: { cpu: "cpu", cores: 2, node: "v20", platform: "linux", load: [0.1, 0.2] },
    ...{ versions: [], seconds: 1, pace: { rounds: 2, trainMs: 1, encodeMs: 1 }, missing: ["a note"] },
    peaks: { "native-avx2": 100 },
    workloads: [plain("100,32,1,64"), ragged, twin],
    timed: [
      row("native-avx2", "native", 1, "100,32,1,64", 10),
      row("keras-jax", "peer", 1, "100,32,1,64", 30),
      row("keras-tensorflow", "peer", 1, "100,32,1,64", 40),
      row("native-avx2", "native", 2, "100,32,1,64", 5),
      row("native-avx2", "native", 1, ragged.name, 11),
      row("native-avx2", "native", 1, twin.name, 10),
    ],
  });
  const cells = (start: string) =>
    text
      .split("\n")
      .find((line) => line.startsWith(start))!
      .split("|")
      .map((cell) => cell.trim());
  const flops = sizesOf(plain("100,32,1,64")).flops.training;
  const glance = cells("| 100,32,1,64 ");
  expect(glance[3]).toBe(`${(flops / 10 / 1e6).toFixed(0)} %`); // of 100 GFLOPS
  expect(glance[4]).toBe("3.00 (3.00 to 3.00)"); // the better Keras
  expect(glance[9]).toBe("2.00 (2.00 to 2.00)"); // two threads
  const perStep = (1.1 * sizesOf(twin).rows) / sizesOf(ragged).rows;
  const cost = text.split("\n").findIndex((line) => line.startsWith("Cost of a real step"));
  expect(text.split("\n")[cost + 4]).toContain(`| ${perStep.toFixed(2)} (`);
  expect(text).toContain("- a note");
  expect(text).not.toContain("Others were using");
});

test("the page has its place for the table, and nothing else of it changes", () => {
  const page = readFileSync(join(root, "docs", "performance.md"), "utf8");
  const once = putTable(page, "the table\n");
  expect(once).toContain("the table");
  expect(putTable(once, "the table\n")).toBe(once);
  expect(once.slice(0, page.indexOf("<!-- the last run: begin"))).toBe(
    page.slice(0, page.indexOf("<!-- the last run: begin")),
  );
  expect(() => putTable("no place", "x")).toThrow(/needs the lines/);
});
