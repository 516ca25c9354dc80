import { type ChildProcess, spawn } from "node:child_process";
import { copyFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { afterEach, beforeAll, expect, test } from "vitest";
import { main } from "../cli/run.js";
import { fitModels } from "../serve/fixtures.js";
import { report, size } from "./size.js";

const SECONDS = size(4, 600);
const MOST_BODY = 500_000;
/** What may come on top of the memory after the first tenth, in MB. */
const MOST_GROWTH = 64;

let models: Awaited<ReturnType<typeof fitModels>>;
let next: string;
const children: ChildProcess[] = [];
beforeAll(async () => {
  models = await fitModels();
  next = join(models.folder, "next.undertone");
  await models.replace(next);
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

async function serve(path: string, ...flags: string[]) {
  const args = [main, "serve", `waves=${path}`, models.cards.path, "--port", "0", "--json", "--log-level", "error"];
  const child = spawn(process.execPath, [
    ...args,
    "--threads",
    "2",
    "--max-body",
    String(MOST_BODY),
    "--body-timeout",
    "1",
    ...flags,
  ]);
  children.push(child);
  const printed = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const)
    child[name].on("data", (text) => {
      printed[name] += text;
    });
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  while (!printed.stdout.includes("\n") && child.exitCode === null) await sleep(20);
  return { child, url: JSON.parse(printed.stdout.split("\n")[0]).url as string, printed, ended };
}

interface Answered {
  status: number;
  text: string;
}

/** @throws {Error} whose `began` says whether a part of an answer had come */
function post(
  url: string,
  body: string | Buffer,
  agent: Agent,
  headers: Record<string, string> = {},
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    let began = false;
    const fail = (error: Error) => reject(Object.assign(error, { began }));
    const sent = request(url, {
      ...{ method: "POST", agent },
      headers: { "content-type": "application/json", "content-length": Buffer.byteLength(body), ...headers },
    });
    sent.on("error", fail);
    sent.on("response", (response) => {
      began = true;
      let text = "";
      response.setEncoding("utf8").on("data", (data) => {
        text += data;
      });
      response.on("error", fail).on("end", () => resolve({ status: response.statusCode!, text }));
    });
    sent.end(body);
  });
}

const GOOD = Array.from({ length: 7 }, (_, n) =>
  JSON.stringify({ sequences: Array.from({ length: 1 + 3 * n }, (_, k) => [0.1 * n, null, 0.3 * k, 1]) }),
);
const BAD: [string | Buffer, Record<string, string>, number[]][] = [
  ["{", {}, [400]],
  ['{"sequences": [["x"]]}', {}, [422]],
  ['{"sequences": [[1e300]]}', {}, [422]],
  [`{"sequences": ${"[".repeat(9000)}`, {}, [400]],
  ["a,b", { "content-type": "text/csv" }, [415]],
  [gzipSync("x".repeat(5 * MOST_BODY)), { "content-encoding": "gzip" }, [413, 408]], // unpacking waits on a busy machine
  [Buffer.from([1, 2, 3]), { "content-encoding": "gzip" }, [400]],
  [" ".repeat(MOST_BODY + 1), {}, [413]],
];

const LIMIT = size(120_000, 1_200_000); // milliseconds

test(`${SECONDS} s of good, bad, huge, slow and cut-off requests, while the file is replaced`, {
  timeout: LIMIT,
}, async () => {
  const path = join(models.folder, "live.undertone");
  copyFileSync(models.waves.path, path);
  const { child, url, printed } = await serve(path);
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const address = `${url}/v1/models/waves/encode`;
  const { hostname, port } = new URL(url);
  const counts = { good: 0, bad: 0, slow: 0, cut: 0, huge: 0, wrong: 0, strange: 0 };
  const oddities: string[] = [];
  const expected = new Map<string, string>(); // by version and body
  const end = performance.now() + 1000 * SECONDS;
  const going = () => performance.now() < end && child.exitCode === null;
  const note = (what: string) => {
    counts.strange++;
    if (oddities.length < 10) oddities.push(what);
  };

  const good = async (j: number) => {
    for (let k = j; going(); k++) {
      const body = GOOD[k % GOOD.length];
      const { status, text } = await post(address, body, agent);
      if (status !== 200) {
        note(`good: ${status} ${text.slice(0, 200)}`);
        continue;
      }
      counts.good++;
      const { version } = JSON.parse(text);
      const key = `${version} ${body}`;
      if ((expected.get(key) ?? text) !== text) counts.wrong++;
      expected.set(key, text);
    }
  };
  const bad = async (j: number) => {
    for (let k = j; going(); k++) {
      const [body, headers, statuses] = BAD[k % BAD.length];
      const { status, text } = await post(address, body, agent, headers);
      if (body.length > MOST_BODY) counts.huge++;
      else counts.bad++;
      if (!statuses.includes(status) || !(JSON.parse(text).detail?.length > 15))
        note(`bad ${k}: ${status} ${text.slice(0, 200)}`);
    }
  };
  const head = `POST /v1/models/waves/encode HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 5000\r\n\r\n`;
  /** Bytes that come one by one: refused in time. */
  const slow = async () => {
    while (going()) {
      const answer = await new Promise<string>((resolve) => {
        const socket = connect(Number(port), hostname);
        let text = "";
        socket.write(head);
        const drip = setInterval(() => socket.write("["), 100);
        socket.on("data", (data) => {
          text += data;
        });
        socket.on("error", () => {});
        socket.on("close", () => {
          clearInterval(drip);
          resolve(text);
        });
      });
      counts.slow++;
      if (!answer.startsWith("HTTP/1.1 408")) note(`slow: ${answer.slice(0, 200)}`);
    }
  };
  /** Connections that end in the middle of a head, of a body, or of an answer. */
  const cut = async () => {
    for (let k = 0; going(); k++) {
      const socket = connect(Number(port), hostname);
      socket.on("error", () => {});
      const body = GOOD[GOOD.length - 1];
      socket.write([head.slice(0, 40), `${head}[[[[`, `${head.replace("5000", String(body.length))}${body}`][k % 3]);
      await sleep(5 + (k % 20));
      socket.destroy();
      counts.cut++;
    }
  };
  const replace = async () => {
    for (let k = 0; going(); k++) {
      copyFileSync(k % 2 === 0 ? next : models.waves.path, path);
      child.kill("SIGHUP");
      await sleep(700);
    }
  };
  const memory: number[] = [];
  const watch = async () => {
    while (going()) {
      const text = await (await fetch(`${url}/metrics`)).text();
      memory.push(Number(/^process_resident_memory_bytes (\S+)/m.exec(text)![1]) / 2 ** 20);
      await sleep(10 * SECONDS + 200);
    }
  };
  const clients = [
    ...Array.from({ length: 8 }, (_, j) => good(j)),
    ...Array.from({ length: 4 }, (_, j) => bad(j)),
    ...[slow(), slow(), cut(), cut(), replace(), watch()],
  ];
  await Promise.all(clients);
  agent.destroy();
  const warm = Math.max(...memory.slice(0, Math.max(1, memory.length / 10)));
  const most = Math.max(...memory.slice(memory.length / 10));
  const text = await (await fetch(`${url}/metrics`)).text();
  const held = /^undertone_body_bytes (\S+)/m.exec(text)![1];
  report("load", {
    seconds: SECONDS,
    ...counts,
    versions: new Set([...expected.keys()].map((key) => key.split(" ")[0])).size,
    "MB warm": Math.round(warm),
    "MB most after": Math.round(most),
    "MB end": Math.round(memory.at(-1)!),
  });
  expect(child.exitCode).toBe(null);
  expect([oddities, counts.wrong, counts.strange]).toEqual([[], 0, 0]);
  expect(text).toContain("undertone_scoring_threads_ended_total 0");
  expect(held).toBe("0");
  expect(printed.stderr).not.toMatch(/Error|bug/);
  for (const kind of ["good", "bad", "cut", "huge"] as const) expect([kind, counts[kind] > 5]).toEqual([kind, true]);
  if (SECONDS > 60) expect(most - warm).toBeLessThan(MOST_GROWTH);
});

test("a server that is stopped and started again under load: every answer that begins is whole and right", {
  timeout: LIMIT,
}, async () => {
  const counts = { answered: 0, refused: 0, reset: 0, torn: 0, wrong: 0, stops: 0 };
  for (let round = 0; round < size(2, 20); round++) {
    const { child, url, ended } = await serve(models.waves.path, "--grace", "30");
    const agent = new Agent({ keepAlive: true });
    const expected = await Promise.all(
      GOOD.map(async (body) => (await post(`${url}/v1/models/waves/encode`, body, agent)).text),
    );
    let stopping = false;
    const client = async (j: number) => {
      for (let k = j; ; k++)
        try {
          const { status, text } = await post(`${url}/v1/models/waves/encode`, GOOD[k % GOOD.length], agent);
          counts.answered++;
          if (status !== 200 || text !== expected[k % GOOD.length]) counts.wrong++;
        } catch (error) {
          if ((error as { began?: boolean }).began || !stopping) counts.torn++;
          else if ((error as NodeJS.ErrnoException).code === "ECONNREFUSED") counts.refused++;
          else counts.reset++; // its connection was closed as it was sent
          return;
        }
    };
    const clients = Array.from({ length: 16 }, (_, j) => client(j));
    await sleep(300);
    stopping = true;
    child.kill("SIGTERM");
    await Promise.all(clients);
    expect(await ended).toBe(0);
    counts.stops++;
    agent.destroy();
  }
  report("stops", counts);
  expect([counts.torn, counts.wrong]).toEqual([0, 0]);
  expect(counts.answered).toBeGreaterThan(50);
});
