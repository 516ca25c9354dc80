import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path/posix";
import { fileURLToPath, pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { readmeTable } from "../bench/demo-text.mjs";
import * as client from "../src/client/client.js";
import * as library from "../src/index.js";
import * as node from "../src/node.js";
import * as report from "../src/report/report.js";
import * as simulate from "../src/simulate/transactions.js";
import { folderWith, newFiles, undertone, wideCsv } from "./cli/run.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const pages = [
  "README.md",
  "CONTRIBUTING.md",
  "CHANGELOG.md",
  ...(readdirSync(join(root, "docs"), { recursive: true }) as string[])
    .filter((file) => file.endsWith(".md"))
    .map((file) => `docs/${file.replaceAll("\\", "/")}`),
];
const textOf = (page: string) => readFileSync(join(root, page), "utf8");
const withoutBlocks = (text: string) => text.replace(/^```[\s\S]*?^```$/gm, "");

/** The headings of a page as GitHub makes anchors of them. */
function anchorsOf(page: string): string[] {
  return [...withoutBlocks(textOf(page)).matchAll(/^#+ +(.+)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

const commands = ["demo", "inspect", "fit", "predict", "encode", "serve", "compare", "bench"];
/** Long flags that `--help` of each command lists; "" is the program itself. */
const flagsOf = new Map<string, string[]>();
for (const command of ["", ...commands]) {
  const { code, stdout } = await undertone(root, ...(command ? [command] : []), "--help");
  expect(code).toBe(0);
  const options = stdout.slice(stdout.indexOf("\nOptions:"), stdout.indexOf("display help"));
  const flags = [...options.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(([, flag]) => flag);
  flagsOf.set(command, [...flags, "--help"]);
}
/** Scripts have flags of their own. */
const helpOf = (script: string) =>
  spawnSync(process.execPath, [join(root, "bench", script), "--help"], { encoding: "utf8" }).stdout;
const benchFlags = helpOf("run.mjs").match(/(?<=^ {2})--[a-z-]+/gm)!;
const accuracyFlags = helpOf("accuracy.mjs").match(/--[a-z-]+/g)!;
const simulationFlags = helpOf("simulation.mjs").match(/(?<=^ {2})--[a-z-]+/gm)!;
const everyFlag = new Set([...flagsOf.values()].flat());

/** Code of a page in a language, in order. */
const codeOf = (page: string, language: string) =>
  [...textOf(page).matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)]
    .filter(([, name]) => name === language)
    .map(([, , code]) => code);

/** Runs code of a page in a folder, with the library that set-up built. */
function runCode(folder: string, code: string) {
  const built = (file: string) => pathToFileURL(join(root, "dist", file)).href;
  const script = code
    .replaceAll('"undertone"', `"${built("index.js")}"`)
    .replaceAll('"undertone/node"', `"${built("node.js")}"`);
  writeFileSync(join(folder, "code.mjs"), script);
  const { status, stdout, stderr } = spawnSync(process.execPath, ["code.mjs"], {
    cwd: folder,
    encoding: "utf8",
  });
  expect([status, stderr]).toEqual([0, ""]);
  return stdout;
}

test("the first code of the README stands within 30 lines, is eight lines long, and runs", () => {
  const [code] = codeOf("README.md", "js");
  const text = textOf("README.md");
  expect(text.slice(0, text.indexOf(code)).split("\n").length).toBeLessThan(30);
  expect(code.split("\n").filter(Boolean)).toHaveLength(8);
  const folder = folderWith();
  expect(runCode(folder, code)).toMatch(/^3 \[\n {2}'mean_/);
  expect(newFiles(folder, "code.mjs")).toEqual(["series.undertone"]);
});

test("the calls of the README fit and encode a file", () => {
  const code = codeOf("README.md", "js").find((code) => code.includes("fitFile"))!;
  const folder = folderWith({ "waves.csv": wideCsv() });
  runCode(folder, code);
  expect(newFiles(folder, "code.mjs", "waves.csv")).toEqual(["waves.undertone", "z.csv"]);
});

test("sequences from arrays: the code of the page prints all rows and a verdict, writes nothing", () => {
  const folder = folderWith();
  const printed = runCode(folder, codeOf("docs/sequences.md", "js").find((code) => code.includes("compare"))!);
  for (const features of ["raw", "statistics", "untrained", "latent"])
    expect(printed).toMatch(new RegExp(`${features} +ridge +accuracy \\d\\.\\d{3}\n`));
  expect(printed).toMatch(/\n(Use|Add|Keep) [\s\S]*against the untrained encoder/);
  expect(newFiles(folder)).toEqual(["code.mjs"]);
});

test("what moved a score: the code of the page prints the two columns that matter, writes nothing", () => {
  const folder = folderWith();
  const code = codeOf("docs/classify.md", "js").find((code) => code.includes("explainClassifier"))!;
  const printed = runCode(folder, code);
  expect(printed).toMatch(
    /^log-odds of the mean training row: -\d+\.\d\n(hour|amount): \+\d+\.\d\n(hour|amount): \+\d+\.\d\n$/,
  );
  expect(printed).not.toContain("noise");
  expect(newFiles(folder)).toEqual(["code.mjs"]);
});

test("calibration: the code of the page brings the mean probability to the share of the class", () => {
  const printed = runCode(
    folderWith(),
    codeOf("docs/classify.md", "js").find((code) => code.includes("fitCalibration"))!,
  );
  const [raw, calibrated] = [...printed.matchAll(/^isotonic: log loss (\S+), mean probability (\S+)$/gm)].map(
    ([, loss, mean]) => ({ loss: Number(loss), mean: Number(mean) }),
  );
  expect(calibrated.loss).toBeLessThan(raw.loss);
  expect(raw.mean).toBeGreaterThan(0.15);
  expect(calibrated.mean).toBeLessThan(0.1); // 0.0765 of the rows are of class 1
});

test("the README shows what the page of the demo does: five rows, the verdict, the size (npm run bench:demo)", () => {
  const [printed] = codeOf("docs/demo.md", "");
  const readme = textOf("README.md");
  expect(readmeTable(readme, printed)).toBe(readme);
  const table = /^\| features \|[\s\S]*?\n\n/m.exec(readme)![0];
  expect(table.trim().split("\n")).toHaveLength(2 + 5);
  const [, verdict] = /^Verdict: (.*)$/m.exec(printed)!;
  expect(readme).toContain(`**Verdict: ${verdict}**`);
});

test("what the demo prints fits on a screen of 40 lines of 120 characters, the verdict first of the results", () => {
  const lines = codeOf("docs/demo.md", "")[0].trimEnd().split("\n");
  const onScreen = lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / 120)), 0);
  expect(onScreen).toBeLessThanOrEqual(40);
  const results = lines.findIndex((line) => line.startsWith("engine: ")) + 1;
  expect(lines.slice(results).find((line) => !line.startsWith("This takes about"))).toMatch(/^Verdict: /);
  expect(lines.at(-1)).toContain("npx undertone compare TABLE");
});

test("the README begins with the three commands", () => {
  const [first] = codeOf("README.md", "");
  expect(first.split("\n").map((line) => line.split("#")[0].trim())).toEqual([
    "npm run demo",
    "npm test",
    "npx undertone compare DATA",
    "",
  ]);
});

test("what the page of examples shows of a script is in the script", () => {
  const blocks = codeOf("docs/examples.md", "js");
  const scripts = ["simple", "denoising", "irregular"].map((name) => textOf(`examples/${name}.mjs`));
  expect(blocks).toHaveLength(scripts.length);
  scripts.forEach((script, k) => {
    expect(script).toContain(blocks[k].trim());
  });
});

describe.each(pages)("%s", (page) => {
  const text = textOf(page);

  test("has no placeholder left, and every relative link leads somewhere", () => {
    expect(text).not.toMatch(/@@|TODO|FIXME/);
    const links = [...withoutBlocks(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link);
    const broken = links.filter((link) => {
      if (/^https?:/.test(link)) return false;
      const [path, anchor] = link.split("#");
      const target = path === "" ? page : join(dirname(page), path);
      if (!existsSync(join(root, target))) return true;
      return anchor !== undefined && !anchorsOf(target).includes(anchor);
    });
    expect(broken).toEqual([]);
  });

  test("names no flag that --help does not list", () => {
    const named = [...text.matchAll(/(?<![\w-])--[a-z][a-z-]*/g)].map(([flag]) => flag);
    const known = new Set([...everyFlag, ...benchFlags, ...accuracyFlags, ...simulationFlags]);
    expect(named.filter((flag) => !known.has(flag))).toEqual([]);
    // Where a command line is written out, its flags must be that command's own.
    const lines = text.replace(/\\\n\s*/g, "").matchAll(/(undertone|npm run) (\w+)((?: [^\s`|]+)*)/g);
    const wrong = [...lines].flatMap(([line, program, command, rest]) => {
      const own = program === "npm run" && command === "bench" ? benchFlags : flagsOf.get(command)!;
      return (rest.match(/(?<![\w-])--[a-z][a-z-]+/g) ?? [])
        .filter((flag) => commands.includes(command) && !own.includes(flag))
        .map((flag) => `${flag} in "${line}"`);
    });
    expect(wrong).toEqual([]);
  });

  test("imports nothing that the library does not export", () => {
    const entries: Record<string, object> = {
      undertone: library,
      "undertone/node": node,
      "undertone/report": report,
      "undertone/simulate": simulate,
      "undertone/client": client,
    };
    const types = [textOf("src/index.ts"), textOf("src/node.ts")].join("\n");
    const imports = [...text.matchAll(/^import \{([^}]+)\} from "(undertone(?:\/\w+)?)";/gm)];
    const missing = imports.flatMap(([, names, from]) =>
      names
        .split(",")
        .map((name) => name.trim())
        .filter(Boolean)
        .filter((name) =>
          name.startsWith("type ") ? !new RegExp(`\\b${name.slice(5)}\\b`).test(types) : !(name in entries[from]),
        ),
    );
    expect(missing).toEqual([]);
  });
});

test("the page of the command tells every command and every flag there is", () => {
  const page = textOf("docs/cli.md");
  expect(commands.filter((command) => !page.includes(`\n## ${command}`))).toEqual([]);
  const told = new Set(page.match(/(?<![\w-])--[a-z][a-z-]*/g));
  expect([...everyFlag].filter((flag) => !told.has(flag) && flag !== "--version")).toEqual([]);
});

test("the pages name every public value, and there are few enough to read them all", () => {
  const values = Object.keys({ ...library, ...node });
  const all = pages.map(textOf).join("\n");
  expect(values.filter((name) => !new RegExp(`\\b${name}\\b`).test(all))).toEqual([]);
  expect(Object.keys(library).length).toBeLessThanOrEqual(64);
});

test("every room has its page, and every page is reached by a link", () => {
  const rooms = readdirSync(join(root, "src"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== "linear-algebra") // told where it is used
    .map(({ name }) => ({ simulate: "simulation", speed: "performance" })[name] ?? name);
  expect(rooms.filter((room) => !pages.includes(`docs/${room}.md`))).toEqual([]);
  const reached = new Set<string>();
  const visit = (page: string) => {
    if (reached.has(page)) return;
    reached.add(page);
    for (const [, link] of textOf(page).matchAll(/\]\(([^)#\s]+\.md|[^)#\s]+\/)[^)\s]*\)/g)) {
      const target = join(dirname(page), link, link.endsWith("/") ? "README.md" : "");
      if (pages.includes(target)) visit(target);
    }
  };
  visit("README.md");
  expect(pages.filter((page) => !reached.has(page))).toEqual([]);
});
