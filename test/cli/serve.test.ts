import { type ChildProcess, spawn } from "node:child_process";
import { copyFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { fitModels } from "../serve/fixtures.js";
import { main, spawnUndertone } from "./run.js";

let models: Awaited<ReturnType<typeof fitModels>>;
const children: ChildProcess[] = [];
beforeAll(async () => {
  models = await fitModels();
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

/** Starts `undertone serve` and waits for its address. */
async function serve(args: string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [main, "serve", ...args, "--port", "0", "--json"], {
    env: { ...process.env, NO_COLOR: "1", ...env },
  });
  children.push(child);
  const printed = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const)
    child[name].on("data", (text) => {
      printed[name] += text;
    });
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  const until = async (found: () => boolean) => {
    while (!found() && child.exitCode === null) await new Promise((next) => setTimeout(next, 20));
  };
  await until(() => printed.stdout.includes("\n"));
  const { url } = JSON.parse(printed.stdout.split("\n")[0] || "{}");
  const encode = (sequences: unknown, name = "waves") =>
    fetch(`${url}/v1/models/${name}/encode`, {
      method: "POST",
      body: JSON.stringify({ sequences }),
      headers: { "content-type": "application/json" },
    });
  return { child, url, printed, ended, until, encode };
}

describe("undertone serve", () => {
  test("serves files by their names or by others, logs a line per request, and stops at SIGTERM", async () => {
    const { child, url, printed, ended, encode } = await serve([
      models.waves.path,
      `pay=${models.cards.path}`,
      "--threads",
      "1",
    ]);
    const { models: all } = await (await fetch(`${url}/v1/models`)).json();
    expect(all.map(({ name }: { name: string }) => name)).toEqual(["waves", "pay"]);
    expect((await encode([[1, 2]])).status).toBe(200);
    expect(printed.stderr).toContain("no token is needed");
    child.kill("SIGTERM");
    expect(await ended).toBe(0);
    const [first, ...lines] = printed.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(first).toEqual({ url, models: ["waves", "pay"] });
    expect(lines.map(({ route, status }) => [route, status])).toEqual([
      ["models", 200],
      ["encode", 200],
    ]);
  });

  test("a replaced file is served within seconds, and at SIGHUP where files are not watched", async () => {
    const [path, next] = ["live", "other"].map((name) => join(models.folder, `${name}.undertone`));
    await models.replace(next);
    for (const watch of [true, false]) {
      copyFileSync(models.waves.path, path);
      const { child, url, until, encode, printed } = await serve([
        path,
        "--threads",
        "1",
        ...(watch ? [] : ["--no-watch"]),
      ]);
      const versionNow = async () => (await (await encode([[1]], "live")).json()).version as string;
      const before = await versionNow();
      copyFileSync(next, path);
      if (!watch) child.kill("SIGHUP");
      await until(() => printed.stdout.includes("its new version is served"));
      const after = await versionNow();
      expect(after).not.toBe(before);
      expect((await (await fetch(`${url}/v1/models/live`)).json()).version).toBe(after);
    }
  });

  test("requests that came before SIGTERM are answered, also one whose body is still coming", async () => {
    const { child, url, ended, encode, until, printed } = await serve([
      models.waves.path,
      "--threads",
      "1",
      "--grace",
      "30",
    ]);
    let rest = () => {};
    const many = Array.from({ length: 300 }, () => Array.from({ length: 90 }, (_, t) => t / 90));
    const body = JSON.stringify({ sequences: [[1, 2, 3]] });
    const slow = new Promise<number | undefined>((resolve, reject) => {
      const sent = request(`${url}/v1/models/waves/encode`, {
        method: "POST",
        headers: { "content-length": body.length },
      });
      sent.on("response", (response) => resolve(response.resume().statusCode)).on("error", reject);
      sent.write(body.slice(0, 10));
      rest = () => sent.end(body.slice(10));
    });
    const asked = Array.from({ length: 6 }, () => encode(many));
    /** Requests that are answered, or whose bodies are there. */
    const come = async () => {
      const text = await (await fetch(`${url}/metrics`)).text();
      const answered = Number(/^undertone_requests_total\{route="encode".*\} (\d+)/m.exec(text)?.[1] ?? 0);
      const held = Number(/^undertone_body_bytes (\d+)/m.exec(text)![1]);
      return answered + Math.floor(held / JSON.stringify({ sequences: many }).length);
    };
    while ((await come()) < asked.length) await new Promise((next) => setTimeout(next, 10));
    child.kill("SIGTERM");
    await until(() => printed.stderr.includes("SIGTERM"));
    rest();
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
    expect(await slow).toBe(200);
    expect(await ended).toBe(0);
  });

  test("a second signal ends it at once", async () => {
    const { child, url, ended, until, printed } = await serve([models.waves.path, "--threads", "1", "--grace", "60"]);
    const sent = request(`${url}/v1/models/waves/encode`, { method: "POST", headers: { "content-length": 100 } });
    sent.on("error", () => {});
    sent.write("{");
    await new Promise((next) => setTimeout(next, 300));
    child.kill("SIGTERM");
    await until(() => printed.stderr.includes("SIGTERM"));
    child.kill("SIGTERM");
    await ended;
    expect([child.exitCode, child.signalCode]).toEqual([null, "SIGTERM"]);
  });

  test.each([
    [["/nowhere.undertone"], 1, "/nowhere.undertone: there is no such file."],
    [[], 2, "missing required argument"],
    [["WAVES", "--host", "0.0.0.0"], 2, "--host: got 0.0.0.0, which other machines reach, and no token"],
    [["WAVES", "--max-body", "9GB"], 2, "--max-body"],
    [["WAVES", "--threads", "0"], 2, "--threads"],
    [["CSV"], 1, "waves.csv"],
  ])("%j is refused", (args, code, message) => {
    const given = args.map((arg) =>
      arg === "WAVES" ? models.waves.path : arg === "CSV" ? join(models.folder, "waves.csv") : arg,
    );
    const ended = spawnUndertone(models.folder, "serve", ...given, "--port", "0");
    expect([ended.code, ended.stderr]).toEqual([code, expect.stringContaining(message)]);
  });
});
