import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { type Ended, folderWith, main, undertone, wideCsv } from "./run.js";

/** Features as encode writes them: what it may replace. */
const OURS = "id,last_0\ns1,0.30000001192092896\n";

const windows = process.platform === "win32";
const root = process.getuid?.() === 0;
const COMPARE = ["--features", "raw", "--classifiers", "ridge", "--folds", "2", "--quiet"];
const base = folderWith({ "a.csv": wideCsv() });
beforeAll(async () => {
  await undertone(base, "fit", "a.csv", "-o", "m.undertone", "--units", "4", "--updates", "10");
});

/** A folder with data and a model. */
function copy(): string {
  const folder = folderWith();
  for (const name of readdirSync(base)) copyFileSync(join(base, name), join(folder, name));
  return folder;
}

/** The bytes of every file of a folder, by name. */
const contentOf = (folder: string) =>
  new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "latin1")]));

/** Runs the command below a shell, which sets limits or redirects. */
function shell(folder: string, script: string): Ended {
  const env = { ...process.env, NO_COLOR: "1", NODE: process.execPath, MAIN: main };
  const { status, stdout, stderr } = spawnSync("bash", ["-c", script], { cwd: folder, encoding: "utf8", env });
  return { code: status, stdout, stderr };
}

describe.skipIf(windows)("disks that are full, and folders that cannot be written to", () => {
  const compare = `compare a.csv ${COMPARE.join(" ")}`;

  test.skipIf(!existsSync("/dev/full"))("a page that cannot be written: the result is printed, exit code 1", () => {
    const { code, stdout, stderr } = shell(copy(), `"$NODE" "$MAIN" ${compare} --report /dev/full`);
    expect([code, stdout]).toEqual([1, expect.stringMatching(/Verdict:[\s\S]*│ ridge/)]);
    expect(stderr).toMatch(/Cannot write \/dev\/full: the disk is full.*The results above are complete/);
  });

  test.skipIf(!existsSync("/dev/full"))(
    "standard output that fails, or is closed: the page is written all the same",
    () => {
      const folder = copy();
      const full = shell(folder, `"$NODE" "$MAIN" ${compare} --report r.html > /dev/full`);
      expect([full.code, full.stderr]).toEqual([
        1,
        expect.stringMatching(/^UndertoneError: Cannot write to standard output/),
      ]);
      expect(existsSync(join(folder, "r.html"))).toBe(true);
      const closed = shell(folder, `"$NODE" "$MAIN" ${compare} --report s.html | true; exit \${PIPESTATUS[0]}`);
      expect([closed.code, closed.stderr]).toEqual([0, ""]);
      expect(existsSync(join(folder, "s.html"))).toBe(true);
    },
  );

  test("standard output into the file of the page is refused", () => {
    const folder = copy();
    const { code, stderr } = shell(folder, `"$NODE" "$MAIN" ${compare} --report r.html > r.html`);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/standard output goes into the same file/)]);
  });

  test("a limit on the size of files: features are an error in words, what was there stays, nothing is left", () => {
    const folder = copy();
    writeFileSync(join(folder, "many.csv"), wideCsv(3000, 5));
    writeFileSync(join(folder, "z.csv"), OURS);
    const kept = contentOf(folder);
    const { code, stderr } = shell(folder, `ulimit -f 20; "$NODE" "$MAIN" encode m.undertone many.csv -o z.csv`);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/Cannot write z\.csv: the file is larger than is allowed/),
    ]);
    expect(contentOf(folder)).toEqual(kept);
  });

  test("results that could not all be saved: the next run continues from them", { timeout: 60_000 }, () => {
    const folder = copy();
    const saving = `${compare.replace("--features raw", "--features raw,statistics")} --json --save results`;
    const { code, stderr } = shell(folder, `ulimit -f 1; "$NODE" "$MAIN" ${saving}`);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/Cannot keep results in results: .*--save/)]);
    expect(readFileSync(join(folder, "results"), "utf8").endsWith("\n")).toBe(false); // torn
    const continued = shell(folder, `"$NODE" "$MAIN" ${saving}`);
    const whole = shell(folder, `"$NODE" "$MAIN" ${saving.replace("results", "afresh")}`);
    const rows = ({ stdout }: Ended) =>
      JSON.parse(stdout).rows.map(({ seconds, ...row }: Record<string, unknown>) => row);
    expect(rows(continued)).toEqual(rows(whole));
    const lines = readFileSync(join(folder, "results"), "utf8").split("\n");
    for (const line of lines.slice(0, -1)) JSON.parse(line);
    expect(lines.at(-1)).toBe("");
  });

  const asNobody = "setpriv --reuid 65534 --regid 65534 --clear-groups";
  const can = root && shell(folderWith(), `chmod 755 . && ${asNobody} "$NODE" "$MAIN" --version`).code === 0;
  test.skipIf(root && !can)("a folder or a file without write permission", () => {
    const folder = copy();
    const as = root ? asNobody : "";
    writeFileSync(join(folder, "z.csv"), OURS);
    const before = shell(
      folder,
      "mkdir open && cp z.csv open && chmod 777 open && chmod 555 . && chmod 444 open/z.csv",
    );
    expect(before.code).toBe(0);
    for (const output of ["new.csv", "z.csv", "open/z.csv"]) {
      const { code, stderr } = shell(folder, `${as} "$NODE" "$MAIN" encode m.undertone a.csv -o ${output}`);
      expect([output, code, stderr]).toEqual([output, 1, expect.stringMatching(/Cannot write .*: no permission/)]);
      expect(existsSync(join(folder, "new.csv"))).toBe(false);
      if (output !== "new.csv") expect(readFileSync(join(folder, output), "utf8")).toBe(OURS);
    }
    shell(folder, "chmod 755 .");
  });
});
