import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path/posix";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import * as library from "../src/index.js";
import * as node from "../src/node.js";
import * as simulate from "../src/simulate/transactions.js";
import { folderWith, newFiles, undertone } from "./cli/run.js";

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

const commands = ["demo", "inspect", "fit", "encode", "compare", "bench"];
/** Long flags that `--help` of each command lists; "" is the program itself. */
const flagsOf = new Map(
  ["", ...commands].map((command) => {
    const { code, stdout } = undertone(root, ...(command ? [command] : []), "--help");
    expect(code).toBe(0);
    const options = stdout.slice(stdout.indexOf("\nOptions:"), stdout.indexOf("display help"));
    const flags = [...options.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(([, flag]) => flag);
    return [command, [...flags, "--help"]] as const;
  }),
);
/** Scripts have flags of their own. */
const helpOf = (script: string) =>
  spawnSync(process.execPath, [join(root, "bench", script), "--help"], { encoding: "utf8" }).stdout;
const benchFlags = helpOf("run.mjs").match(/(?<=^ {2})--[a-z-]+/gm)!;
const accuracyFlags = helpOf("accuracy.mjs").match(/--[a-z-]+/g)!;
const simulationFlags = helpOf("simulation.mjs").match(/(?<=^ {2})--[a-z-]+/gm)!;
const everyFlag = new Set([...flagsOf.values()].flat());

test("the example in the README is the file, word for word", () => {
  const file = textOf("examples/fit-and-encode.mjs").trim();
  const blocks = [...textOf("README.md").matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code]) =>
    code.trim(),
  );
  expect(blocks).toContain(file);
});

/** Runs an example in a fresh folder. */
function runExample(folder: string, name: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, "examples", name), ...args], {
    cwd: folder,
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  expect(status).toBe(0);
  return stdout;
}

test("the example in the README runs and prints what the README says, but for the last digits", () => {
  const folder = folderWith();
  const printed = runExample(folder, "fit-and-encode.mjs", join(root, "examples", "waves.csv"));
  expect(newFiles(folder)).toEqual(["waves.undertone"]);
  const accuracyIn = (text: string) =>
    Number(
      /: 84 x 320 features, accuracy (\d\.\d+) on 36 test cases \(always one class: 0\.500\)$/m.exec(
        text,
      )?.[1],
    );
  // two cases of 36: engines differ in the last digits
  expect(Math.abs(accuracyIn(textOf("README.md")) - accuracyIn(printed))).toBeLessThan(0.06);
});

test("the other example runs and ends with a verdict", () => {
  expect(runExample(folderWith(), "in-memory.mjs")).toMatch(
    /^(use|add|keep|no difference|too few).*\nThe latents \(ridge\) against/m,
  );
});

test("the README begins with the two commands", () => {
  const first = /^```\n([\s\S]*?)^```$/m.exec(textOf("README.md"))![1];
  expect(first.split("\n").map((line) => line.split("#")[0].trim())).toEqual([
    "npm run demo",
    "npm test",
    "",
  ]);
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
      "undertone/simulate": simulate,
    };
    const types = [textOf("src/index.ts"), textOf("src/node.ts")].join("\n");
    const imports = [...text.matchAll(/^import \{([^}]+)\} from "(undertone(?:\/\w+)?)";/gm)];
    const missing = imports.flatMap(([, names, from]) =>
      names
        .split(",")
        .map((name) => name.trim())
        .filter(Boolean)
        .filter((name) =>
          name.startsWith("type ")
            ? !new RegExp(`\\b${name.slice(5)}\\b`).test(types)
            : !(name in entries[from]),
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
