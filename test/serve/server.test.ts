import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fitModels, sendRaw, startServer } from "./fixtures.js";

type Models = Awaited<ReturnType<typeof fitModels>>;
type Started = Awaited<ReturnType<typeof startServer>>;
let models: Models;
let server: Started;
beforeAll(async () => {
  models = await fitModels();
  server = await startServer([models.waves.path, `kards=${models.cards.path}`], { maxBody: 20_000, bodyTimeout: 1 });
});
afterAll(() => server.stop());

const ENCODE = "/v1/models/waves/encode";
const GOOD = JSON.stringify({ sequences: [[0.5, 1, 2]] });
const problemOf = async (response: Response) => {
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  const problem = await response.json();
  expect(problem).toMatchObject({ status: response.status, requestId: response.headers.get("x-request-id") });
  return problem as { type: string; detail: string };
};
const get = (path: string, init?: RequestInit) => fetch(server.url + path, init);

describe("addresses", () => {
  test("models are listed with what a request needs to know", async () => {
    const { models: all } = await (await get("/v1/models")).json();
    expect(all.map(({ name }: { name: string }) => name)).toEqual(["waves", "kards"]);
    const kards = await (await get("/v1/models/kards")).json();
    expect(kards).toEqual(all[1]);
    expect(kards).toMatchObject({
      kind: "encoder",
      can: ["encode"],
      channels: [
        { name: "amount", kind: "numeric" },
        { name: "kind", kind: "categorical", categories: 3 },
      ],
      derived: ["time_gap", "hour_sin", "hour_cos"],
      reading: { entity: "customer", time: "time", window: 5 },
    });
    expect(kards.version).toMatch(/^[0-9a-f]{64}$/);
  });

  test("health, readiness, the page and the description are there", async () => {
    expect(await (await get("/health")).text()).toBe("ok\n");
    expect(await (await get("/ready")).text()).toBe("ready\n");
    const page = await get("/");
    expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(await page.text()).toContain("<title>undertone serve</title>");
    expect((await (await get("/openapi.json")).json()).openapi).toBe("3.1.0");
    expect((await get("/health", { method: "HEAD" })).status).toBe(200);
  });

  test.each([
    ["GET", "/nothing", 404, "/nothing: there is nothing here."],
    ["GET", "/v1/models/wave", 404, 'there is no model "wave". Did you mean "waves"?'],
    ["POST", "/v1/models/wave/encode", 404, 'there is no model "wave".'],
    ["POST", "/v1/models/waves/encodes", 404, "there is nothing here"],
    ["DELETE", "/v1/models/waves", 405, "got DELETE, expected GET."],
    ["GET", ENCODE, 405, "got GET, expected POST."],
    ["GET", "/v1/models/..%2f..", 404, 'there is no model "../.."'],
    ["GET", "/v1/models/%", 404, "there is no model"],
    ["GET", "/v1/models/constructor", 404, 'there is no model "constructor"'],
  ])("%s %s: %i", async (method, path, status, message) => {
    const response = await get(path, { method, ...(method === "POST" && { body: GOOD }) });
    expect(response.status).toBe(status);
    expect((await problemOf(response)).detail).toContain(message);
  });

  test("an id of the client's own is kept, where it is short and plain", async () => {
    const idFor = async (id: string) =>
      (await get("/health", { headers: { "x-request-id": id } })).headers.get("x-request-id");
    expect(await idFor("job-7")).toBe("job-7");
    expect(await idFor("a b")).toMatch(/^[0-9a-f-]{36}$/);
    expect(await idFor("x".repeat(65))).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe("bodies", () => {
  test("a body may be packed, and is measured unpacked", async () => {
    const packed = await server.post(ENCODE, gzipSync(GOOD), { "content-encoding": "gzip" });
    expect(packed.status).toBe(200);
    expect(await packed.json()).toEqual(await (await server.post(ENCODE, GOOD)).json());
    const large = gzipSync(`{"sequences": [[${"1,".repeat(30_000)}1]]}`);
    expect(large.length).toBeLessThan(1000);
    const refused = await server.post(ENCODE, large, { "content-encoding": "gzip" });
    expect(refused.status).toBe(413);
    expect((await problemOf(refused)).detail).toContain("got more, unpacked, expected at most 20000 bytes");
  });

  test.each<[string, number, Record<string, string>, string | Uint8Array, string]>([
    ["too large", 413, {}, "x".repeat(20_001), "body: got 20001 bytes, expected at most 20000 bytes."],
    ["packed in another way", 415, { "content-encoding": "br" }, GOOD, 'got the content encoding "br", expected gzip'],
    ["not packed as told", 400, { "content-encoding": "gzip" }, GOOD, "body: no sound gzip stream"],
    ["packed and cut off", 400, { "content-encoding": "gzip" }, gzipSync(GOOD).subarray(0, 30), "no sound gzip stream"],
    ["of another type", 415, { "content-type": "text/csv" }, "a,b", 'content-type: got "text/csv", expected'],
    ["for an answer of another type", 406, { accept: "text/html" }, GOOD, 'accept: got "text/html", expected'],
    ["empty", 400, {}, "", "body: no JSON"],
    ["no JSON", 400, {}, "{", "body: no JSON"],
    ["with an unknown key", 400, {}, '{"sequence": [[1]]}', 'there is no option "sequence". Did you mean "sequences"?'],
    ["with data that do not fit", 422, {}, '{"sequences": [["x"]]}', "expected a number"],
  ])("%s: %i", async (_, status, headers, body, message) => {
    const response = await server.post(ENCODE, body, headers);
    expect(response.status).toBe(status);
    expect((await problemOf(response)).detail).toContain(message);
  });

  const head = (more: string) =>
    `POST ${ENCODE} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n${more}\r\n\r\n`;

  test("a body in chunks is measured as it comes", async () => {
    const chunk = `1000\r\n${" ".repeat(0x1000)}\r\n`;
    const answer = await sendRaw(server.url, [head("transfer-encoding: chunked"), chunk, chunk, chunk, chunk, chunk]);
    expect(answer).toContain("HTTP/1.1 413");
    expect(answer).toContain("got more, expected at most 20000 bytes");
  });

  test("a body that stops coming is refused in time", async () => {
    const started = performance.now();
    const answer = await sendRaw(server.url, [head("content-length: 50"), '{"seq']);
    expect(answer).toContain("HTTP/1.1 408");
    expect(answer).toContain("got a part of it in 1 s, expected all");
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  test("what is no HTTP is refused in words", async () => {
    expect(await sendRaw(server.url, ["hello\r\n\r\n"])).toContain("got what is no HTTP");
    const long = `GET / HTTP/1.1\r\nhost: a\r\nx: ${"y".repeat(20_000)}\r\n\r\n`;
    expect(await sendRaw(server.url, [long])).toContain("HTTP/1.1 431");
  });

  test("a client that goes away is no trouble", async () => {
    await sendRaw(server.url, [head("content-length: 50"), '{"seq'], 20, true);
    await sendRaw(server.url, [head(`content-length: ${GOOD.length}`) + GOOD], 0, true);
    expect((await server.post(ENCODE, GOOD)).status).toBe(200);
    expect(server.service.room.held).toBe(0);
  });
});

describe("who may ask, and how often", () => {
  const TOKENS = "shop=0123456789abcdef0123 fedcba9876543210fedc";

  test("with tokens, a request needs one of them; what tells of the process does not", async () => {
    const own = await startServer([models.waves.path], {}, TOKENS);
    const ask = (authorization?: string) =>
      own.post(ENCODE, GOOD, authorization === undefined ? {} : { authorization });
    expect((await ask("Bearer 0123456789abcdef0123")).status).toBe(200);
    expect((await ask("bearer fedcba9876543210fedc")).status).toBe(200);
    for (const wrong of [
      undefined,
      "Bearer 0123456789abcdef0124",
      "Bearer 0123456789abcdef012",
      "Basic x",
      "Bearer ",
    ]) {
      const refused = await ask(wrong);
      expect([wrong, refused.status, refused.headers.get("www-authenticate")]).toEqual([wrong, 401, "Bearer"]);
    }
    for (const path of ["/v1/models", "/v1/models/waves", "/metrics"])
      expect((await fetch(own.url + path)).status).toBe(401);
    for (const path of ["/health", "/ready", "/", "/openapi.json"])
      expect((await fetch(own.url + path)).status).toBe(200);
    expect(JSON.stringify(own.lines)).not.toContain("0123456789abcdef");
    expect(own.lines.find(({ status }) => status === 200)).toMatchObject({ client: "shop" });
    await own.stop();
  });

  test("each client has its own rate", async () => {
    const own = await startServer([models.waves.path], { rateLimit: 2 }, TOKENS);
    const ask = (token: string) => own.post(ENCODE, GOOD, { authorization: `Bearer ${token}` });
    const statuses = [];
    for (let k = 0; k < 12; k++) statuses.push((await ask("0123456789abcdef0123")).status);
    expect(statuses.slice(0, 4)).toEqual([200, 200, 200, 200]);
    expect(statuses).toContain(429);
    const refused = await ask("0123456789abcdef0123");
    if (refused.status === 429) expect(Number(refused.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
    expect((await ask("fedcba9876543210fedc")).status).toBe(200);
    await own.stop();
  });

  test("an address that others reach needs a token, or a word that it needs none", async () => {
    await expect(startServer([models.waves.path], { host: "0.0.0.0" })).rejects.toThrow("UNDERTONE_TOKENS");
    const own = await startServer([models.waves.path], { host: "0.0.0.0", open: true });
    await own.stop();
  });

  test.each([
    ["short", "UNDERTONE_TOKENS: token 1 has 5 characters, expected at least 16."],
    ["a=0123456789abcdef a=1123456789abcdef", "got a name twice"],
  ])("tokens such as %s are refused", async (tokens, message) => {
    await expect(startServer([models.waves.path], {}, tokens)).rejects.toThrow(message);
  });
});

describe("logs and counters", () => {
  test("a line per request, without a value of the data", async () => {
    const before = server.lines.length;
    const body = JSON.stringify({ sequences: [{ id: "secret-id", steps: [0.123454321, "secret-text"] }] });
    await server.post(ENCODE, body, { "x-request-id": "look" });
    await new Promise((next) => setTimeout(next, 50));
    const line = server.lines.slice(before).find(({ request }) => request === "look")!;
    expect(line).toMatchObject({
      ...{ route: "encode", model: "waves", method: "POST", status: 422, bytes: body.length, problem: "bad-data" },
    });
    expect(Number(line.ms)).toBeGreaterThan(0);
    expect(JSON.stringify(server.lines)).not.toMatch(/secret|0\.123454321/);
  });

  test("requests, cases and problems are counted", async () => {
    await server.post(ENCODE, JSON.stringify({ sequences: [[1], [2], [3]] }));
    const text = await (await get("/metrics")).text();
    expect(text).toMatch(/undertone_requests_total\{route="encode",model="waves",status="200"\} \d+/);
    expect(text).toMatch(/undertone_cases_total\{route="encode",model="waves"\} \d+/);
    expect(text).toMatch(/undertone_problems_total\{kind="too-large"\} \d+/);
    expect(text).toMatch(/undertone_model_info\{model="kards",kind="encoder",version="[0-9a-f]{64}"\} 1/);
    expect(text).toMatch(/process_cpu_seconds_total/);
    for (const [, value] of text.matchAll(/^undertone_\S+ (\S+)$/gm)) expect(Number(value)).not.toBeNaN();
  });
});

describe("files that are replaced, threads that end, and the end", () => {
  test("a replaced file is served; one that is no model is not, and the log says why", async () => {
    const path = join(models.folder, "other.undertone");
    copyFileSync(models.waves.path, path);
    const own = await startServer([path], { threads: 2 });
    const versionNow = async () => (await (await own.post("/v1/models/other/encode", GOOD)).json()).version;
    const first = await versionNow();
    expect(await own.service.reload(true)).toEqual([]);
    writeFileSync(path, "no model");
    expect(await own.service.reload(false)).toMatchObject([{ name: "other", failed: expect.stringContaining(path) }]);
    expect(await own.service.reload(false)).toEqual([]);
    expect(await versionNow()).toBe(first);
    await models.replace(join(models.folder, "next.undertone"));
    copyFileSync(join(models.folder, "next.undertone"), path);
    const [{ version }] = await own.service.reload(false);
    expect(version).not.toBe(first);
    expect(await versionNow()).toBe(version);
    await own.stop();
  });

  test("requests while files are replaced are all answered, each by one version", async () => {
    const [path, next] = ["swapped", "next"].map((name) => join(models.folder, `${name}.undertone`));
    await models.replace(next);
    copyFileSync(models.waves.path, path);
    const own = await startServer([path], { threads: 2 });
    const answers = new Map<string, Set<string>>();
    let going = true;
    const client = async () => {
      while (going) {
        const response = await own.post("/v1/models/swapped/encode", GOOD);
        expect(response.status).toBe(200);
        const { version, cases } = await response.json();
        answers.set(version, (answers.get(version) ?? new Set()).add(JSON.stringify(cases)));
      }
    };
    const clients = Array.from({ length: 6 }, client);
    for (let k = 0; k < 10; k++) {
      copyFileSync(k % 2 === 0 ? next : models.waves.path, path);
      await own.service.reload(true);
      await new Promise((then) => setTimeout(then, 30));
    }
    going = false;
    await Promise.all(clients);
    expect(answers.size).toBe(2);
    for (const cases of answers.values()) expect(cases.size).toBe(1);
    await own.stop();
  });

  test("stopping answers what has come, and then nobody listens", async () => {
    const own = await startServer([models.waves.path], { threads: 1, grace: 20 });
    const many = JSON.stringify({
      sequences: Array.from({ length: 400 }, () => Array.from({ length: 90 }, () => 0.5)),
    });
    const asked = Array.from({ length: 8 }, () => own.post(ENCODE, many));
    const come = () => own.lines.length + Math.floor(own.service.room.held / many.length);
    while (come() < asked.length) await new Promise((next) => setTimeout(next, 5));
    const stopping = own.stop();
    const statuses = (await Promise.all(asked)).map(({ status }) => status);
    expect(statuses).toEqual(Array.from({ length: 8 }, () => 200));
    expect(await stopping).toBe(0);
    await expect(fetch(`${own.url}/health`)).rejects.toThrow();
  });

  test("a port that is taken is told", async () => {
    const port = Number(new URL(server.url).port);
    await expect(startServer([models.waves.path], { port })).rejects.toThrow(/another program listens there already/);
  });

  test.each([
    [[], "serve: got no model"],
    [["a/m.undertone", "b/m.undertone"], 'two models called "m"'],
    [["a b.undertone"], 'got "a b" as the name of the model'],
    [["/nowhere/m.undertone"], "/nowhere/m.undertone: there is no such file."],
  ])("files such as %j are refused", async (paths, message) => {
    await expect(startServer(paths)).rejects.toThrow(message);
  });
});
