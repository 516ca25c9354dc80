import { spawn, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { folderWith, longCsv, main, newFiles, undertone, wideCsv } from "./run.js";

const folder = folderWith({ "wide.csv": wideCsv(), "long.csv": longCsv({ customers: 30, events: 8, more: 300 }) });

/** Runs a script in the folder and ends it, and all that it started, after some seconds. */
function shell(script: string) {
  const env = { ...process.env, NO_COLOR: "1", U: `${process.execPath} ${main}` };
  const args = ["-s", "KILL", "100", "bash", "-c", script];
  const { status, stdout, stderr } = spawnSync("timeout", args, { cwd: folder, encoding: "utf8", env });
  return { code: status, stdout, stderr };
}

describe.skipIf(process.platform === "win32")("pipes and devices in place of files", { timeout: 120_000 }, () => {
  beforeAll(async () => {
    const quick = ["--recipe", "simple", "--units", "2", "--updates", "5", "--quiet"];
    const long = ["--entity", "customer", "--time", "time", "--window", "40"];
    for (const [name, ...more] of [["wide"], ["long", ...long]])
      expect(await undertone(folder, "fit", `${name}.csv`, "-o", `${name}.undertone`, ...quick, ...more)).toMatchObject(
        {
          code: 0,
        },
      );
    expect(shell("mkfifo data.csv model pipe.tsv && ln -s /dev/zero zero.npy")).toMatchObject({ code: 0 });
    const [header, ...rows] = longCsv({ customers: 10, events: 40, more: 300 }).trimEnd().split("\n");
    writeFileSync(join(folder, "again.csv"), `${[header, ...rows, rows[3]].join("\n")}\n`);
  }, 120_000);

  test("a pipe is encoded in pieces; where an entity comes again it is refused, because it is read once", () => {
    const encode = "$U encode long.undertone data.csv -o z.csv --quiet";
    const { code, stderr } = shell(`cat again.csv > data.csv & ${encode}`);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/DataError: data\.csv, row 402.*can be read only once/)]);
    expect(newFiles(folder)).not.toContain("z.csv");
    const sound = shell(
      `head -n -1 again.csv > sound.csv; cat sound.csv > data.csv & ${encode}; $U encode long.undertone sound.csv -o y.csv --quiet; cmp y.csv z.csv`,
    );
    expect(sound).toMatchObject({ code: 0, stderr: "" });
  });

  test("the size of a pipe or a device is counted while it is read", () => {
    const endless = shell(`yes "1	2	3	4" > pipe.tsv & $U inspect pipe.tsv --max-size 1MB`);
    expect([endless.code, endless.stderr]).toEqual([
      1,
      expect.stringMatching(/pipe\.tsv: has more than 1000000 bytes/),
    ]);
    const zero = shell("$U inspect zero.npy --max-size 1MB");
    expect([zero.code, zero.stderr]).toEqual([1, expect.stringMatching(/zero\.npy: has more than 1000000 bytes/)]);
    const model = shell("ulimit -v 12000000; $U encode /dev/zero wide.csv -o q.csv --quiet");
    expect([model.code, model.stderr]).toEqual([
      1,
      expect.stringMatching(/\/dev\/zero: it is a device, expected a file/),
    ]);
    const sound = shell("cat wide.undertone > model & $U encode model wide.csv -o q.csv --quiet");
    expect(sound).toMatchObject({ code: 0, stderr: "" });
  });

  test.each([
    ["data", ["encode", "wide.undertone", "data.csv", "-o", "x.csv"]],
    ["the model", ["encode", "model", "wide.csv", "-o", "x.csv"]],
  ])("the second Ctrl-C ends a command that waits for a pipe with %s", async (_, args) => {
    /** Ctrl-C at a steady pace; undefined where the first one came before the command listened. */
    const interrupted = async (pace: number) => {
      const child = spawn(process.execPath, [main, ...args], { cwd: folder });
      let stderr = "";
      child.stderr.on("data", (text) => (stderr += text));
      const sure = setTimeout(() => child.kill("SIGKILL"), 40_000);
      const pause = setInterval(() => child.kill("SIGINT"), pace);
      const signal = await new Promise((done) => child.on("close", (_, name) => done(name)));
      clearInterval(pause);
      clearTimeout(sure);
      return stderr.includes("Stopping; nothing is written") ? signal : undefined;
    };
    const signal = (await interrupted(1000)) ?? (await interrupted(4000)) ?? (await interrupted(12_000));
    expect(signal).toBe("SIGINT");
  });
});
