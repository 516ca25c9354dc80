// @ts-check
// A contender's process: held to its number of cores, asked one JSON line at a time.
import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

const PATIENCE_MS = 240_000;

/** The cores that this process may use, or undefined where nothing can be held to some of them. */
const cores = findCores();

function findCores() {
  try {
    const list = /Cpus_allowed_list:\s*(\S+)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? "";
    const all = list.split(",").flatMap((range) => {
      const [from, to = from] = range.split("-").map(Number);
      return Array.from({ length: to - from + 1 }, (_, k) => from + k);
    });
    return spawnSync("taskset", ["-V"]).status === 0 ? all : undefined;
  } catch {
    return undefined;
  }
}

export const coreCount = cores?.length;

/**
 * @typedef {object} Child
 * @property {string} name what it says that it is, with version
 * @property {(message: object) => Promise<any>} ask rejects if it answers with an error or dies
 * @property {() => void} end
 */

/**
 * Starts it and waits for its name.
 * @param {string} command @param {string[]} args @param {number} threads
 * @returns {Promise<Child>} rejects with what it last said if it ends before
 */
export async function startChild(command, args, threads) {
  // The last cores: the first one has the machine's own work.
  const [file, ...rest] = cores
    ? ["taskset", "-c", cores.slice(-threads).join(","), command, ...args]
    : [command, ...args];
  const child = spawn(file, rest, { stdio: ["pipe", "pipe", "pipe"], env: environment(threads) });
  let said = "";
  child.stderr.on("data", (text) => {
    said = (said + text).slice(-4000);
  });
  /** @type {string | undefined} why it is no longer there */
  let ended;
  /** @type {{ resolve(answer: any): void; reject(error: Error): void } | undefined} */
  let waiting;
  const fail = (/** @type {string} */ why) => waiting?.reject(new Error(why));
  child.on("error", (error) => fail(error.message));
  child.stdin.on("error", () => {}); // it died: "close" tells why
  child.on("close", (code, signal) => {
    const lines = said.trim().split("\n");
    const last = lines.findLast((line) => line.includes("Error")) ?? lines.at(-1);
    ended = last || `${command} ended with ${signal ?? code}`;
    fail(ended);
  });
  createInterface({ input: child.stdout }).on("line", (line) => {
    const answer = JSON.parse(line);
    if (answer.error) fail(answer.error);
    else waiting?.resolve(answer);
  });

  const next = () =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        child.kill();
        reject(new Error(`no answer for ${PATIENCE_MS / 1000} seconds`));
      }, PATIENCE_MS);
      /** @param {(value: any) => void} settle */
      const settled = (settle) => (/** @type {any} */ value) => {
        clearTimeout(timer);
        waiting = undefined;
        settle(value);
      };
      waiting = { resolve: settled(resolve), reject: settled(reject) };
      if (ended) fail(ended);
    });

  const { name } = await next();
  return {
    name,
    ask(message) {
      const answer = next();
      child.stdin.write(`${JSON.stringify(message)}\n`);
      return answer;
    },
    end: () => void child.kill(),
  };
}

/** @param {number} threads */
function environment(threads) {
  const { OPENBLAS_CORETYPE: _core, OPENBLAS_L2_SIZE: _size, ...env } = process.env; // they slow a current OpenBLAS
  for (const name of ["OMP", "MKL", "OPENBLAS"]) env[`${name}_NUM_THREADS`] = `${threads}`;
  env.PYTHONDONTWRITEBYTECODE = "1";
  if (threads === 1) env.XLA_FLAGS = "--xla_cpu_multi_thread_eigen=false";
  return env;
}
