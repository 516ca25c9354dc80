import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { describe, expect, test } from "vitest";
import { benchCommand } from "../../src/cli/bench.js";
import { compareCommand } from "../../src/cli/compare.js";
import { demoCommand } from "../../src/cli/demo.js";
import { encodeCommand } from "../../src/cli/encode.js";
import { fitCommand } from "../../src/cli/fit.js";
import { addCommonFlags, addDataFlags, addEventFlags, addFitFlags, addForceFlag } from "../../src/cli/flags.js";
import { inspectCommand } from "../../src/cli/inspect.js";
import { predictCommand } from "../../src/cli/predict.js";
import { inFlags } from "../../src/cli/schema-flags.js";
import { serveCommand } from "../../src/cli/serve.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const commands = [
  ...[inspectCommand(), compareCommand(), fitCommand(), encodeCommand()],
  ...[predictCommand(), serveCommand(), demoCommand(), benchCommand()],
];
const flags = new Set(commands.flatMap(({ options }) => options.map(({ long }) => long!)));

/** The flags of a command as rows of a table of its page. */
function rowsOf(options: Command["options"]): string {
  const cell = (text: string) => text.replaceAll("|", "\\|");
  const rows = options.map(({ short, long, description, argChoices, defaultValue, mandatory }) => {
    const [, text, usual = defaultValue] = /^(.*?)(?: \(default: (.*)\))?$/.exec(description)!;
    const choices = argChoices ? ` (${argChoices.map((name) => `\`${name}\``).join(", ")})` : "";
    const names = [short, long].filter(Boolean).map((flag) => `\`${flag}\``);
    const preset = mandatory ? "needed" : usual === undefined ? "" : String(usual);
    return `| ${names.join(", ")} | ${cell(text)}${choices} | ${preset} |\n`;
  });
  return `| flag | meaning | default |\n|---|---|---|\n${rows.join("")}`;
}

test("the tables of the command's page are the flags, which are the schemas (npx vitest run test/cli/flags.test.ts -u)", async () => {
  const shared = {
    reading: addEventFlags(addDataFlags(new Command())).options,
    model: addFitFlags(new Command()).options,
    common: addCommonFlags(new Command()).options,
    force: addForceFlag(new Command()).options,
  };
  const shownElsewhere = new Set(Object.values(shared).flatMap((options) => options.map(({ long }) => long)));
  const compared = new Set(commands[1].options.map(({ long }) => long));
  const tables = new Map(Object.entries(shared));
  for (const command of commands)
    tables.set(
      command.name(),
      command.options.filter(
        ({ long }) => !shownElsewhere.has(long) && !(command.name() === "demo" && compared.has(long)),
      ),
    );
  const page = readFileSync(join(root, "docs/cli.md"), "utf8");
  const made = page.replace(/(<!-- flags: (\w+) -->\n)[\s\S]*?(?=\n<!-- end -->)/g, (_, head: string, name: string) => {
    const options = tables.get(name)!;
    tables.delete(name);
    return `${head}\n${rowsOf(options)}`;
  });
  await expect(made).toMatchFileSnapshot(join(root, "docs/cli.md"));
  expect([...tables.keys()]).toEqual(["inspect"]); // it has no flag of its own
});

describe("messages of the library name options, the command turns them into flags", () => {
  test("names, with a value, below others, of another name", () => {
    expect(inFlags('Add `plan: "forward"` (`labelDelay`).')).toBe("Add --resamples forward (--label-delay).");
    expect(inFlags('`fit.prepare.scale`, `drop: ["id"]`')).toBe("--scale, --drop id");
    expect(inFlags("`classifiers.0`")).toBe("--classifiers");
    expect(inFlags("`costs` or `costs.miss`, `resample.step`")).toBe(
      "--cost-miss and --cost-alert or --cost-miss, --resample-step",
    );
  });

  const files = (readdirSync(join(root, "src"), { recursive: true }) as string[]).filter(
    (file) => file.endsWith(".ts") && !file.startsWith("cli"),
  );
  const textOf = (file: string) => readFileSync(join(root, "src", file), "utf8");

  test("no file outside of the command names a flag", () => {
    const named = files.flatMap((file) =>
      [...textOf(file).matchAll(/(?<![\w-])--[a-z][a-z-]+/g)].flatMap(([flag]) =>
        flags.has(flag) ? `${file}: ${flag}` : [],
      ),
    );
    expect(named).toEqual([]);
  });

  test("each option that a message names has a flag", () => {
    const marked = files.flatMap((file) => {
      const quoted = [...textOf(file).matchAll(/\\`([a-z]\w*)(?:: [^`]*)?\\`/gi)];
      const plain = [...textOf(file).matchAll(/"[^"\n]*"/g)].flatMap(([text]) => [
        ...text.matchAll(/`([a-z]\w*)(?:: [^`]*)?`/gi),
      ]);
      return [...quoted, ...plain].map(([text, name]) => [file, name, inFlags(text.replaceAll("\\", ""))]);
    });
    expect(marked.length).toBeGreaterThan(20); // the patterns still find them
    const unknown = marked.filter(([, , flag]) => !flags.has(flag.split(" ")[0]));
    expect(unknown).toEqual([]);
  });
});
