import { spawnSync } from "node:child_process";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";
import { dump } from "npyjs";
import { afterAll, expect, test } from "vitest";
import { loadEngine } from "../../src/engine/load.js";
import { UndertoneError } from "../../src/errors.js";
import { statisticsFeatures } from "../../src/features/baselines/statistics.js";
import { encode } from "../../src/features/encode.js";
import type { Model } from "../../src/model/model.js";
import { randomStream } from "../../src/random.js";
import { comesInPieces, readInPieces, readSource } from "../../src/read/read.js";
import type { DataOptions } from "../../src/read/source/options.js";
import { countOf, type SequenceSet } from "../../src/sequences/set/sequence-set.js";
import { untrainedAutoencoder } from "../../src/train/fit.js";
import { longCsv, main, wideCsv } from "../cli/run.js";
import { mutations } from "./mutations.js";
import { report, size } from "./size.js";

const folder = mkdtempSync(join(tmpdir(), "undertone-hostile-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Input {
  name: string;
  content: Buffer;
  options?: DataOptions;
}

const rows = (make: (n: number) => string) => Array.from({ length: 6 }, (_, n) => make(n)).join("\n");
const value = (n: number, t: number) => Math.sin(0.7 * n + t).toFixed(3);
const values = (n: number, T = 9) => Array.from({ length: T }, (_, t) => value(n, t)).join(",");
const timed = (n: number) => Array.from({ length: 5 }, (_, t) => `(${t + n},${value(n, t)})`).join(",");
const attributes = Array.from({ length: 9 }, (_, t) => `@attribute t${t} numeric`).join("\n");
const relational = (n: number) => `'${values(n)}\\n${values(n + 1)}',${"ab"[n % 2]}`;
const npyCells = Float32Array.from({ length: 6 * 10 }, (_, k) => (k % 10 === 0 ? k % 4 : Math.sin(k)));

/** A small sound file of every kind. */
const INPUTS: readonly Input[] = [
  { name: "wide.csv", content: Buffer.from(wideCsv(6, 9)) },
  {
    name: "quoted.csv",
    content: Buffer.from(`label,"t, 0",t1,t2\n${rows((n) => `"a ""${n % 2}""",${values(n, 3)}`)}\n`),
  },
  {
    name: "long.csv",
    content: Buffer.from(longCsv({ customers: 4, events: 5 })),
    options: { entity: "customer", time: "time", label: "fraud", window: 3 },
  },
  {
    name: "a.ts",
    content: Buffer.from(
      `@univariate false\n@dimensions 2\n@classLabel true a b\n@data\n${rows((n) => `${values(n)}:${values(n + 1)}:${"ab"[n % 2]}`)}`,
    ),
  },
  {
    name: "timed.ts",
    content: Buffer.from(`@timeStamps true\n@classLabel true a b\n@data\n${rows((n) => `${timed(n)}:${"ab"[n % 2]}`)}`),
  },
  { name: "a.tsv", content: Buffer.from(rows((n) => `${n % 2},${values(n)}`).replaceAll(",", "\t")) },
  {
    name: "plain.arff",
    content: Buffer.from(
      `@relation a\n${attributes}\n@attribute c {a,b}\n@data\n${rows((n) => `${values(n)},${"ab"[n % 2]}`)}`,
    ),
  },
  {
    name: "relational.arff",
    content: Buffer.from(
      `@relation a\n@attribute r relational\n${attributes}\n@end r\n@attribute c {a,b}\n@data\n${rows(relational)}`,
    ),
  },
  { name: "a.npy", content: Buffer.from(dump(npyCells, [6, 10])) },
  {
    name: "a.jsonl",
    content: Buffer.from(rows((n) => `{"who":"e${n >> 1}","t":${n},"x":${value(n, 0)},"ok":${n % 2 > 0},"k":"a"}`)),
    options: { entity: "who", time: "t" },
  },
  {
    name: "snappy.parquet",
    content: readFileSync(new URL("../golden/tables/snappy.parquet", import.meta.url)),
    options: { entity: "who", time: "when", label: "fraud", window: 3 },
  },
  ...["events.arrow", "events.arrows", "lz4.feather", "zstd.feather"].map((name) => ({
    name,
    content: readFileSync(new URL(`../golden/tables/${name}`, import.meta.url)),
    options: { entity: "who", time: "when", label: "fraud", window: 3 },
  })),
  {
    name: "wide.parquet",
    content: Buffer.from(
      parquetWriteBuffer({
        columnData: ["label", "t0", "t1"].map((name, t) => ({ name, data: [0, 1, 0, 1].map((n) => (t ? n + t : n)) })),
        rowGroupSize: 2,
      }),
    ),
  },
  {
    name: "pendigits.tra",
    content: Buffer.from(
      `x\n${rows((n) => `${Array.from({ length: 16 }, (_, k) => (7 * k + n) % 100).join(",")},${n}`)}\n`,
    ),
  },
];

const engine = await loadEngine();
const spec = { units: 3, threads: 0 };

/** Features of a set, of a model of its own and of one that was made for sound data. @returns how many are not finite */
async function notFinite(set: SequenceSet, sound: Model): Promise<number> {
  let bad = 0;
  for (const of of [
    () => statisticsFeatures(set),
    () => encode(engine, sound, set, { readOut: "narrow", threads: 0 }),
    () => encode(engine, untrainedAutoencoder(engine, set, spec), set, { readOut: "narrow", threads: 0 }),
  ]) {
    const table = await ours(of);
    bad += table?.values.filter((feature) => !Number.isFinite(feature)).length ?? 0;
  }
  return bad;
}

/** The result, or undefined for an error of ours; any other error is thrown on. */
async function ours<T>(work: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UndertoneError && !error.message.includes("\n")) return undefined;
    throw error;
  }
}

test("damaged inputs of every format end in an error of ours or in finite features, whole as in pieces", async () => {
  const tries = size(200, 10_000);
  const names = Object.keys(mutations);
  const figures = {
    tries,
    refused: 0,
    read: 0,
    foreignErrors: 0,
    notFinite: 0,
    rowsDiffer: 0,
    slowestMs: 0,
    peakMB: 0,
  };
  const models = new Map<string, Model>();
  for (const { name, content, options } of INPUTS) {
    writeFileSync(join(folder, name), content);
    const { train } = await readSource(join(folder, name), options);
    models.set(name, untrainedAutoencoder(engine, train, spec));
  }
  const failures: string[] = [];
  for (let seed = 0; seed < tries; seed++) {
    const random = randomStream(seed);
    const { name, content, options } = INPUTS[seed % INPUTS.length];
    const mutation = names[random.integer(names.length)];
    const packed = random.integer(3); // 0: no, 1: then packed, 2: first packed
    const mutate = (bytes: Buffer) => mutations[mutation](bytes, random);
    const bytes = packed === 0 ? mutate(content) : packed === 1 ? gzipSync(mutate(content)) : mutate(gzipSync(content));
    const path = join(folder, packed ? `${name}.gz` : name);
    writeFileSync(path, bytes);
    const started = performance.now();
    try {
      const model = models.get(name)!;
      const whole = await ours(() => readSource(path, options));
      if (whole) figures.read++;
      else figures.refused++;
      if (whole) figures.notFinite += await notFinite(whole.train, model);
      const { channels } = whole?.train ?? model.metadata.preparation;
      let inPieces = 0;
      const done =
        (await comesInPieces(path)) &&
        (await ours(() =>
          readInPieces(path, options ?? {}, { mostSteps: 7, channels }, async ({ set }) => {
            inPieces += countOf(set);
          }),
        ));
      if (whole && done && inPieces !== countOf(whole.train)) figures.rowsDiffer++;
    } catch (error) {
      figures.foreignErrors++;
      failures.push(`seed ${seed}, ${name}, ${mutation}, packed ${packed}: ${(error as Error).stack}`);
    }
    figures.slowestMs = Math.max(figures.slowestMs, Math.round(performance.now() - started));
    figures.peakMB = Math.max(figures.peakMB, Math.round(process.memoryUsage.rss() / 2 ** 20));
  }
  report("damaged inputs", figures);
  expect(failures).toEqual([]);
  expect(figures).toMatchObject({ notFinite: 0, rowsDiffer: 0 });
  expect(figures.read).toBeGreaterThan(tries / 20); // both ends are reached
  expect(figures.refused).toBeGreaterThan(tries / 20);
  expect(figures.slowestMs).toBeLessThan(10_000);
  expect(figures.peakMB).toBeLessThan(1024);
}, 3_600_000);

/** Runs `undertone inspect` in a process of its own. Its seconds are those of the processor: others share the machine. */
function inspect(file: string) {
  const figures = join(folder, "figures.json");
  const measure = join(folder, "measure.mjs");
  writeFileSync(
    measure,
    `import { writeFileSync } from "node:fs";
process.on("exit", () => writeFileSync(${JSON.stringify(figures)}, JSON.stringify(process.resourceUsage())));`,
  );
  const { stderr, status } = spawnSync(process.execPath, ["--import", measure, main, "inspect", file], {
    cwd: folder,
    encoding: "utf8",
    timeout: 110_000,
  });
  if (status === null) throw new Error(`inspect ${file} was stopped`);
  const { maxRSS, userCPUTime, systemCPUTime } = JSON.parse(readFileSync(figures, "utf8"));
  return { stderr, status, seconds: (userCPUTime + systemCPUTime) / 1e6, peakMB: Math.round(maxRSS / 1024) };
}

/** 10 GB of zeros: 1,024 gzip members of 10 MB each. */
function writeBomb(path: string): void {
  const member = gzipSync(Buffer.alloc(10 << 20), { level: 9 });
  for (let k = 0; k < 16; k++) appendFileSync(path, Buffer.concat(Array.from({ length: 64 }, () => member)));
}

test.each(["bomb.csv.gz", "bomb.tsv.gz", "bomb.npy.gz"].slice(0, size(1, 3)))(
  "%s of 10 GB ends soon and small",
  (name) => {
    writeBomb(join(folder, name));
    const { stderr, status, seconds, peakMB } = inspect(name);
    report(name, { seconds: seconds.toFixed(1), peakMB });
    expect(status).toBe(1);
    expect(stderr).toMatch(/unpacks to more than 200 times its bytes/);
    expect(peakMB).toBeLessThan(300);
    expect(seconds).toBeLessThan(5);
  },
);

test.each([
  ["first", ""],
  ["second", "label,a\n"],
])("a row of a CSV that does not end is told by its number: the %s", (which, header) => {
  writeFileSync(join(folder, "endless.csv"), Buffer.concat([Buffer.from(header), Buffer.alloc(34 << 20)]));
  const { stderr, status, seconds, peakMB } = inspect("endless.csv");
  report(`endless ${which} row`, { seconds: seconds.toFixed(1), peakMB });
  expect(status).toBe(1);
  expect(stderr).toMatch(new RegExp(`row ${header ? 2 : 1}: got more than 32 MB without the end of the row`));
  expect(peakMB).toBeLessThan(300);
});

test("`maxSize` takes the place of the bound, and bounds plain files too", async () => {
  const path = join(folder, "sound.tsv.gz");
  writeFileSync(path, gzipSync(Buffer.from(`1${"\t1.5".repeat(9_000_000)}\n`)));
  await expect(readSource(path)).rejects.toThrow(/unpacks to more than 200 times its bytes/);
  await expect(readSource(path, { maxSize: 1e6 })).rejects.toThrow(/unpacks to more than 1000000 bytes, expected/);
  const plain = join(folder, "wide.csv");
  writeFileSync(plain, INPUTS[0].content);
  await expect(readSource(plain, { maxSize: 100 })).rejects.toThrow(/has more than 100 bytes/);
  expect((await readSource(plain, { maxSize: 1e6 })).train.ids).toHaveLength(6);
});

const MILLION = size(100_000, 1_000_000);
const cells = (make: (k: number) => string, by = ",") => Array.from({ length: MILLION }, (_, k) => make(k)).join(by);
test.each([
  ["wide.csv", () => `label,${cells((k) => `t${k}`)}\na,${cells(() => "1.5")}\nb,${cells(() => "2.5")}\n`, 0],
  ["wide.ts", () => `@classLabel true a b\n@data\n${cells(() => "1.5", ":")}:a\n`, 1],
] as const)("a million columns are read or refused in seconds: %s", (name, make, code) => {
  writeFileSync(join(folder, name), make());
  const { stderr, status, seconds, peakMB } = inspect(name);
  report(name, { columns: MILLION, seconds: seconds.toFixed(1), peakMB });
  expect(status).toBe(code);
  if (code) expect(stderr).toMatch(/channels, expected at most 65536/);
  expect(seconds).toBeLessThan(30);
  expect(peakMB).toBeLessThan(1024);
});
