import { readdirSync, readFileSync } from "node:fs";
import { join, normalize } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";

const root = new URL("..", import.meta.url).pathname;
/** Data flows down this list; a room imports only what stands above it. An inner room is one of its own. */
const ROOMS = [
  "errors.ts",
  "decimal.ts",
  "options.ts",
  "hooks.ts",
  "random.ts",
  "version.ts",
  "files",
  "sequences/set",
  "sequences/transform",
  "sequences/inspect",
  "read/source/cells",
  "read/source",
  "read/formats/csv",
  "read/formats/parquet",
  "read/formats/arrow",
  "read/formats/numpy",
  "read/formats",
  "read/sql",
  "read/layouts/columns",
  "read/layouts/sorted",
  "read/layouts/long",
  "read/layouts/narrow",
  "read/layouts",
  "read",
  "table/linear-algebra",
  "table",
  "classify/base",
  "classify/linear",
  "classify/calibration",
  "classify/neighbours",
  "classify/trees",
  "classify/explain",
  "classify",
  "engine/kernels.ts",
  "engine/engine.ts",
  "engine/peak.ts",
  "engine/reference",
  "engine",
  "engine/threads",
  "network/spec",
  "network/batch",
  "network/layers",
  "network/losses/read-out",
  "network/losses",
  "network",
  "model",
  "train/options.ts",
  "train/step",
  "train",
  "features/read-outs",
  "features/baselines",
  "features",
  "features/sets",
  "anomaly/detectors",
  "anomaly",
  "evaluate/metrics",
  "evaluate/plan",
  "evaluate/comparison",
  "evaluate/verdict",
  "evaluate/anomaly",
  "evaluate",
  "predict",
  "simulate",
  "speed",
  "report/charts",
  "report/sections",
  "report",
  "client",
  "serve/problems.ts",
  "serve/schemas.ts",
  "serve/score",
  "serve",
  "node.ts",
  "index.ts",
  "worker.ts",
  "cli",
  "inner-threads.ts",
  "inner.ts",
];

const files = (readdirSync(join(root, "src"), { recursive: true }) as string[])
  .filter((file) => file.endsWith(".ts"))
  .map((file) => file.replaceAll("\\", "/"));

/** What set-up compiled: the files outside src that a file of src may import. */
const COMPILED = ["../dist/kernels/classify.ts", "../dist/kernels/sums.ts"];

/** Files below src that each file imports, types too. */
const imports = new Map(
  files.map((file) => {
    const text = readFileSync(join(root, "src", file), "utf8");
    const found = [...text.matchAll(/(?:from|import\()\s*"(\.[^"]+)"/g)].map(([, path]) =>
      normalize(join(file, "..", path))
        .replaceAll("\\", "/")
        .replace(/\.js$/, ".ts"),
    );
    return [file, found.filter((path) => !COMPILED.includes(path))];
  }),
);

/** The innermost room that a file stands in; -1 for none. */
const placeOf = (file: string) => {
  const rooms = ROOMS.filter((room) => file === room || file.startsWith(`${room}/`));
  return ROOMS.indexOf(rooms.sort((a, b) => b.length - a.length)[0]);
};

const LONGEST_FUNCTION = 80;

/** Every function of a file with its lines; those of a function inside count for both. */
function functionsOf(file: string) {
  const text = readFileSync(join(root, "src", file), "utf8");
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const lineAt = (place: number) => source.getLineAndCharacterOfPosition(place).line;
  const found: { name: string; lines: number }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && "body" in node && node.body) {
      const named = [node, node.parent].find((one) => "name" in one) as ts.NamedDeclaration | undefined;
      const name = named?.name?.getText(source) ?? `line ${lineAt(node.getStart(source)) + 1}`;
      found.push({ name, lines: lineAt(node.end) - lineAt(node.getStart(source)) + 1 });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

describe("the house", () => {
  test("every file stands in a known room, and every import leads to a file", () => {
    expect(files.filter((file) => placeOf(file) < 0)).toEqual([]);
    const missing = [...imports].flatMap(([file, found]) =>
      found.filter((path) => !imports.has(path)).map((path) => `${file} -> ${path}`),
    );
    expect(missing).toEqual([]);
    expect([...imports.values()].flat().length).toBeGreaterThan(100); // the pattern above still finds them
  });

  test("every room has files, and an inner room stands above the one around it", () => {
    expect(ROOMS.filter((_, place) => !files.some((file) => placeOf(file) === place))).toEqual([]);
  });

  test("imports point up the list of rooms", () => {
    const wrong = [...imports].flatMap(([file, found]) =>
      found.filter((path) => placeOf(path) > placeOf(file)).map((path) => `${file} -> ${path}`),
    );
    expect(wrong).toEqual([]);
  });

  test("imports form no circle", () => {
    const state = new Map<string, "open" | "done">();
    const circles: string[] = [];
    const visit = (file: string, path: string[]) => {
      if (state.get(file) === "done") return;
      if (state.get(file) === "open") {
        circles.push([...path.slice(path.indexOf(file)), file].join(" -> "));
        return;
      }
      state.set(file, "open");
      for (const next of imports.get(file) ?? []) visit(next, [...path, file]);
      state.set(file, "done");
    };
    for (const file of files) visit(file, []);
    expect(circles).toEqual([]);
  });

  test("the browser's entry reaches no module of Node by a plain import", () => {
    const seen = new Set<string>();
    const visit = (file: string): string[] => {
      if (seen.has(file)) return [];
      seen.add(file);
      const text = readFileSync(join(root, "src", file), "utf8");
      const own = [...text.matchAll(/^import[^;]*from "(node:[^"]+)"/gm)].map(([, name]) => `${file}: ${name}`);
      return [...own, ...(imports.get(file) ?? []).flatMap(visit)];
    };
    expect(visit("index.ts")).toEqual([]);
  });

  test("the version is that of package.json", () => {
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    expect(readFileSync(join(root, "src/version.ts"), "utf8")).toContain(`"${version}"`);
  });

  test("files are short", () => {
    const long = files.filter((file) => readFileSync(join(root, "src", file), "utf8").split("\n").length > 301);
    expect(long).toEqual([]);
  });

  test("functions are short", () => {
    const functions = files.flatMap((file) => functionsOf(file).map((each) => ({ ...each, file })));
    const long = functions.filter(({ lines }) => lines > LONGEST_FUNCTION).map(({ file, name }) => `${file} ${name}`);
    expect(long).toEqual([]);
    expect(functions.length).toBeGreaterThan(500); // the walk below still finds them
  });
});
