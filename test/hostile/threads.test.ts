import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { runInBackground } from "../../src/engine/threads/background.js";
import { createControl, leadCrew } from "../../src/engine/threads/crew.js";
import { hireFollowers } from "../../src/engine/threads/followers.js";
import { createPool, type Pool } from "../../src/engine/threads/pool.js";
import { startThread } from "../../src/engine/threads/thread.js";
import { EngineError, encode, fitAutoencoder } from "../../src/index.js";
import { engines } from "../engines.js";
import { randomSeries } from "../series.js";
import { report, size } from "./size.js";

const folder = mkdtempSync(join(tmpdir(), "undertone-threads-"));
afterAll(() => rmSync(folder, { recursive: true }));

const entry = new URL("threads-worker.mjs", import.meta.url);
const limits = { maxOldGenerationSizeMb: 64 };
const makePool = () => createPool(() => startThread(entry, limits));
const alone = (pool: Pool, how: string) => runInBackground({ kind: "alone", how }, {}, pool);
const crew = (pool: Pool, how: string, more: { leader?: string } = {}) =>
  runInBackground({ kind: "crew", how, threads: 3, ...more }, {}, pool);

const phase = { items: () => 1, work() {} };

const MEMORY = /ran out of memory.*Use fewer `threads`/;

describe("a thread that ends is buried", () => {
  test.each([
    ["throws", "throw", TypeError, "thrown on purpose"],
    ["exits", "exit", EngineError, "exit code 5"],
    ["throws outside of its task", "stray", EngineError, "thrown on purpose"],
    ["is out of memory", "outOfMemory", EngineError, MEMORY],
    ["asks for an array that is too large", "arrayTooLarge", EngineError, MEMORY],
  ])("a leader that %s", async (_, how, type, message) => {
    const pool = makePool();
    const failed = alone(pool, how);
    if (type !== TypeError) await expect(failed).rejects.toBeInstanceOf(type);
    await expect(failed).rejects.toThrow(message);
    expect(await alone(pool, "work")).toBe("worked");
    expect(await crew(pool, "work")).toBe(8);
  });

  test.each([
    ["throws", "throw", Error, "thrown on purpose"],
    ["exits", "exit", EngineError, "exit code 5"],
    ["is out of memory", "outOfMemory", EngineError, MEMORY],
  ])("a follower that %s: its leader does not wait for its item", async (_, how, type, message) => {
    const pool = makePool();
    const failed = crew(pool, how);
    await expect(failed).rejects.toBeInstanceOf(type);
    await expect(failed).rejects.toThrow(message);
    expect(await crew(pool, "work")).toBe(8);
  });

  test("a leader that exits: its followers are let go, and hired again", async () => {
    let started = 0;
    const pool = createPool(() => {
      started++;
      return startThread(entry, limits);
    });
    await expect(crew(pool, "work", { leader: "exit" })).rejects.toThrow("exit code 5");
    expect(await crew(pool, "work")).toBe(8);
    expect(started).toBe(4);
  });

  test.each([
    ["works", "work", /^8\n$/],
    ["throws", "throw", /^EngineError: .*thrown on purpose\n$/],
    ["exits", "exit", /^EngineError: .*exit code 5/],
    ["is out of memory", "outOfMemory", /^EngineError: .*ran out of memory.*Use fewer `threads`/],
  ])("a follower that %s, of a calling thread that leads and cannot hear", (_, how, output) => {
    const script = fileURLToPath(new URL("busy-leader.mjs", import.meta.url));
    const { stdout, stderr, error, status } = spawnSync(process.execPath, [script, how], { timeout: 20_000 });
    expect(error).toBeUndefined(); // it ends by itself
    expect(`${stdout}`).toMatch(output);
    expect([`${stderr}`, status]).toEqual(["", 0]);
  });

  test("an entry that is missing, and is back", async () => {
    const moved = join(folder, "moved.mjs");
    const file = join(folder, "entry.mjs");
    writeFileSync(moved, `import ${JSON.stringify(entry)};`);
    const pool = createPool(() => startThread(pathToFileURL(file)));
    const failed = alone(pool, "work");
    await expect(failed).rejects.toBeInstanceOf(EngineError);
    await expect(failed).rejects.toThrow(/cannot start: .*entry\.mjs/);
    renameSync(moved, file);
    expect(await alone(pool, "work")).toBe("worked");
    expect(await crew(pool, "work")).toBe(8);
  });

  test("a follower that cannot start: its leader throws, and the cause is known", async () => {
    const pool = createPool(() => startThread(pathToFileURL(join(folder, "nowhere.mjs"))));
    const control = createControl();
    const leader = leadCrew(control, [phase]);
    const causes: Error[] = [];
    const followers = hireFollowers(pool, control, [new MessageChannel().port2], (error) => causes.push(error));
    await followers.introduced;
    expect(() => leader.run(phase)).toThrow(EngineError);
    expect(causes).toEqual([expect.objectContaining({ message: expect.stringMatching(/cannot start: .*nowhere/) })]);
    await followers.dismiss();
  });

  test("a thread that fails while it is idle is not hired", async () => {
    const pool = makePool();
    const thread = await pool.request().thread;
    pool.giveBack(thread);
    thread.post({ kind: "alone", how: "exit" });
    while (!thread.ended) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await alone(pool, "work")).toBe("worked");
  });

  test(
    "threads that nobody wants any more while they start serve the next task",
    async () => {
      const tries = size(3, 200);
      const count = () => readdirSync("/proc/self/fd").length;
      let started = 0;
      let most = 0;
      const before = existsSync("/proc/self/fd") ? count() : 0;
      for (let k = 0; k < tries; k++) {
        const pool = createPool(() => {
          started++;
          return startThread(entry);
        });
        for (const { withdraw } of [1, 2, 3].map(() => pool.request())) expect(withdraw()).toBe(true);
        const hired = await Promise.all([1, 2, 3].map(() => pool.request().thread));
        expect(started).toBe(3 * (k + 1));
        for (const thread of hired) pool.retire(thread);
        if (before) most = Math.max(most, count());
      }
      report("threads unwanted while they start", { rounds: tries, "files before": before, "at most": most });
      expect(most - before).toBeLessThan(60);
    },
    size(120_000, 600_000),
  );
});

describe("a hook that throws rejects, and the next task is fine", () => {
  const data = randomSeries({ N: 40, lengths: (n) => 3 + (n % 7) });
  const [{ engine }] = engines;
  const quick = { recipe: "denoising", units: 4, readOuts: false, train: { updates: 20, batchSize: 32, seed: 3 } };
  const long = { ...quick, train: { ...quick.train, updates: 600, patience: 0 } };
  const boom = new Error("thrown by the hook");
  const throws = () => {
    throw boom;
  };

  test.each([0, 1, 2])("fit on %i threads", async (threads) => {
    const expected = await fitAutoencoder(engine, data, { ...quick, threads: 0 });
    const hooks = [
      { onProgress: throws },
      { onCheckpoint: throws, checkpointSeconds: 0 },
      { onCheckpoint: async () => throws(), checkpointSeconds: 0 },
    ];
    for (const hook of hooks) {
      await expect(fitAutoencoder(engine, data, { ...long, threads, ...hook })).rejects.toBe(boom);
      const { weights } = await fitAutoencoder(engine, data, { ...quick, threads });
      expect(weights).toEqual(expected.weights);
    }
    const controller = new AbortController();
    const signal = controller.signal;
    const onProgress = () => controller.abort(boom);
    await expect(fitAutoencoder(engine, data, { ...long, threads, signal, onProgress })).rejects.toBe(boom);
  });

  test.each([0, 1, 2])("encode on %i threads", async (threads) => {
    const model = await fitAutoencoder(engine, data, { ...quick, threads: 0 });
    const expected = await encode(engine, model, data, { threads: 0 });
    await expect(encode(engine, model, data, { threads, onProgress: throws })).rejects.toBe(boom);
    expect(await encode(engine, model, data, { threads })).toEqual(expected);
  });

  test("the task has stopped when the promise rejects", async () => {
    const pool = makePool();
    let calls = 0;
    const onProgress = (k: number) => {
      calls++;
      if (k === 3) throw boom;
    };
    await expect(runInBackground({ kind: "progress" }, { onProgress }, pool)).rejects.toBe(boom);
    expect(calls).toBe(4);
    expect(await alone(pool, "work")).toBe("worked"); // on the same thread, which waits for messages again
  });
});

interface Figures {
  files: number;
  threads: number;
  megabytes: number;
}

/** Runs leaks.mjs in a process of its own, which has to end by itself and has at most `mostFiles` open. */
function leaks(args: (string | number)[], mostFiles?: number): { before: Figures; most: Figures } {
  const script = fileURLToPath(new URL("leaks.mjs", import.meta.url));
  const command = [process.execPath, "--expose-gc", script, ...args.map(String)];
  const limited = ["sh", "-c", `ulimit -n ${mostFiles}; exec "$@"`, "sh", ...command];
  const [program, ...rest] = mostFiles === undefined ? command : limited;
  const output = execFileSync(program, rest, { encoding: "utf8", timeout: size(60_000, 1_200_000) });
  return JSON.parse(output.trim().split("\n").at(-1)!);
}

function reportLeaks(name: string, { before, most }: ReturnType<typeof leaks>) {
  report(name, {
    "open files": `${before.files} to ${most.files}`,
    threads: `${before.threads} to ${most.threads}`,
    MB: `${before.megabytes.toFixed(0)} to ${most.megabytes.toFixed(0)}`,
  });
}

const linux = existsSync("/proc/self/fd");
const kinds = ["native", "wasm"].filter((kind) => engines.some(({ name }) => name.startsWith(kind)));
/** Of one long form. */
const LONG = 1_200_000;

describe.skipIf(!linux).each(size(0, 1) ? kinds : kinds.slice(0, 1))("%s, in one process", (kind) => {
  test("files, threads and memory stay flat over many fits, and 64 open files are enough", { timeout: LONG }, () => {
    const fits = size(20, 2000);
    const flat = leaks(["fits", kind, fits, 3], 64);
    reportLeaks(`${fits} fits, ${kind}, at most 64 open files`, flat);
    expect(flat.most.files - flat.before.files).toBeLessThan(20);
    expect(flat.most.threads - flat.before.threads).toBeLessThan(6);
    expect(flat.most.megabytes - flat.before.megabytes).toBeLessThan(size(100, 150));
  });

  test("memory stays flat over encodes without a turn of the event loop", { timeout: LONG }, () => {
    const encodes = size(4000, 50_000); // a leak of 14 kB each would be 55 MB
    const flat = leaks(["encodes", kind, encodes, 0]);
    reportLeaks(`${encodes} encodes without a turn, ${kind}`, flat);
    expect(flat.most.megabytes - flat.before.megabytes).toBeLessThan(30);
  });
});
