import { readdirSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, expectTypeOf, test } from "vitest";
import { type Cases, openClient, type Predicted, ServerError } from "../../src/client/client.js";
import { fitModels, startServer } from "../serve/fixtures.js";

let models: Awaited<ReturnType<typeof fitModels>>;
let server: Awaited<ReturnType<typeof startServer>>;
const TOKEN = "0123456789abcdef0123";
beforeAll(async () => {
  models = await fitModels();
  server = await startServer([models.waves.path, models.cards.path], {}, `shop=${TOKEN}`);
});
afterAll(() => server.stop());

describe("the client and the server", () => {
  test("models and features, by a token", async () => {
    const client = openClient(server.url, { token: TOKEN });
    expect((await client.models()).map(({ name }) => name)).toEqual(["waves", "cards"]);
    expect(await client.model("cards")).toMatchObject({ kind: "encoder", reading: { entity: "customer" } });
    const { names, cases } = await client.encode("waves", {
      sequences: [[0.1, null, 0.3], { id: "b", steps: [1, 2] }],
      readOut: "pooled",
    });
    expect(cases.map(({ id }) => id)).toEqual(["1", "b"]);
    expect(cases[0].features).toHaveLength(names.length);
    const { cases: scored } = await client.encode("cards", {
      events: [{ customer: "c", time: "2024-01-01", amount: 3, kind: "food" }],
      score: "last",
    });
    expect(scored.map(({ id }) => id)).toEqual(["c#1"]);
  });

  test("a refusal has the reason and the id of the request", async () => {
    const client = openClient(`${server.url}/`, { token: TOKEN });
    const refused = client.encode("waves", { sequences: [["x"]] }, { requestId: "mine" });
    await expect(refused).rejects.toBeInstanceOf(ServerError);
    await expect(refused).rejects.toMatchObject({
      status: 422,
      problem: { type: "urn:undertone:problem:bad-data", requestId: "mine" },
      message: expect.stringContaining('sequence 0, step 0, channel "value": got "x", expected a number.'),
    });
    await expect(client.predict("waves", { sequences: [[1]] })).rejects.toMatchObject({ status: 404 });
    await expect(client.model("a/b c")).rejects.toThrow('there is no model "a/b c"');
    await expect(openClient(server.url).models()).rejects.toMatchObject({ status: 401 });
  });
});

describe("a server that is busy, gone, or none", () => {
  let asked = 0;
  let answer: (request: IncomingMessage, response: ServerResponse) => void = () => {};
  const fake = createServer((request, response) => {
    asked++;
    answer(request, response);
  });
  const url = () => `http://127.0.0.1:${(fake.address() as AddressInfo).port}`;
  beforeAll(() => new Promise<void>((resolve) => fake.listen(0, "127.0.0.1", resolve)));
  afterAll(() => fake.close());
  afterEach(() => {
    asked = 0;
  });

  test("is asked again, as often as retries say", async () => {
    answer = (_, response) => {
      response.writeHead(asked < 3 ? 503 : 200).end(JSON.stringify({ models: [] }));
    };
    expect(await openClient(url()).models()).toEqual([]);
    expect(asked).toBe(3);
    asked = 0;
    answer = (_, response) => void response.writeHead(429, { "retry-after": "0" }).end("slow down");
    await expect(openClient(url(), { retries: 1 }).models()).rejects.toMatchObject({
      ...{ status: 429, problem: { type: "about:blank", detail: "slow down" } },
    });
    expect(asked).toBe(2);
  });

  test("is not asked again for what is wrong with the request", async () => {
    answer = (_, response) => void response.writeHead(422).end("{}");
    await expect(openClient(url()).models()).rejects.toBeInstanceOf(ServerError);
    expect(asked).toBe(1);
  });

  test("cannot be reached", async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, "127.0.0.1", resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    await expect(openClient(`http://127.0.0.1:${port}`, { retries: 1 }).models()).rejects.toThrow("fetch failed");
  });

  test("a call ends with its signal, and with its time", async () => {
    answer = () => {}; // never
    const signal = AbortSignal.timeout(50);
    await expect(openClient(url()).models({ signal })).rejects.toMatchObject({ name: "TimeoutError" });
    await expect(openClient(url(), { timeout: 50, retries: 0 }).models()).rejects.toMatchObject({
      name: "TimeoutError",
    });
    expect(asked).toBe(2);
  });

  test("what is no URL is refused at once", () => {
    expect(() => openClient("nowhere")).toThrow(TypeError);
    expect(() => openClient(url(), { retry: 1 } as never)).toThrow('there is no option "retry"');
  });
});

test("the types of cases and answers", () => {
  expectTypeOf<{ sequences: number[][] }>().toExtend<Cases>();
  expectTypeOf<{ events: { a: string; b: number }[]; score: string[] }>().toExtend<Cases>();
  expectTypeOf<{ sequences: number[][]; events: object[] }>().not.toExtend<Cases>();
  expectTypeOf<Predicted["cases"][number]["probabilities"]>().toEqualTypeOf<Record<string, number>>();
});

test("the client imports nothing", () => {
  const folder = new URL("../../src/client/", import.meta.url);
  for (const file of readdirSync(folder))
    expect(
      [...readFileSync(new URL(file, folder), "utf8").matchAll(/from "([^"]+)"/g)].filter(
        ([, path]) => !/^\.\/\w+\.js$/.test(path),
      ),
    ).toEqual([]);
});
