// @ts-check
// Puts src/ and the packages it imports into few files: dist/index.js and the other entries, what they share in
// dist/chunks, and the worker threads' program in dist/threads/worker.js alone. As single modules they take twice as long
// to load, and a hundred files are open at once while they do.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join } from "node:path";
import { rolldown } from "rolldown";

/** Every file that somebody names: the exports and the program of package.json, and what bench/ and test/ use. */
const ENTRIES = [
  "index",
  "node",
  "report/report",
  "simulate/transactions",
  "client/client",
  "cli/main",
  "inner-threads",
  "inner",
];
const WORKER = "threads/worker";
/** The program of the threads of a server, by the file of src/ that it is. */
const SCORER = { "threads/score": "serve/score/thread" };
/** These load with nothing of Node, so that a page can. */
const FOR_BROWSERS = ["index.js", "report/report.js", "simulate/transactions.js", "client/client.js", `${WORKER}.js`];

/** Databases are the user's to install; they are loaded when a query asks for them. */
const OPTIONAL = ["@duckdb/node-api", "pg", "pg-cursor"];

/** @param {string} root @param {string} dist where to */
export async function bundle(root, dist) {
  const source = (/** @type {string} */ name) => join(root, "src", `${name}.ts`);
  const entries = [...ENTRIES.map((name) => [name, name]), ...Object.entries(SCORER)];
  const shared = await roll(Object.fromEntries(entries.map(([name, file]) => [name, source(file)])), {
    dir: dist,
    entryFileNames: "[name].js",
    chunkFileNames: "chunks/[name].js",
  });
  const worker = await roll(
    { [WORKER]: source("worker") },
    { dir: dist, entryFileNames: "[name].js", codeSplitting: false },
  );
  const chunks = [...shared, ...worker];
  for (const chunk of chunks) expectItsPlace(chunk);
  for (const name of FOR_BROWSERS) expectNothingOfNode(chunks, name);
  writeFileSync(join(dist, "LICENSES"), licencesOf(root, chunks));
}

/**
 * @param {import("rolldown").InputOptions["input"]} input @param {import("rolldown").OutputOptions} output
 * @returns {Promise<import("rolldown").OutputChunk[]>}
 */
async function roll(input, output) {
  const build = await rolldown({
    input,
    platform: "node",
    external: [/^node:/, ...OPTIONAL],
    resolve: { mainFields: ["module", "main"], extensionAlias: { ".js": [".ts", ".js"] } },
    onLog(_level, log) {
      throw new Error(`bundle: ${log.message}`);
    },
  });
  const written = await build.write({ ...output, format: "esm", sourcemap: true });
  await build.close();
  return written.output.filter((each) => each.type === "chunk");
}

/** Kernels and the worker are named from the place of the file that loads them, which is two folders deep in src/engine. @param {import("rolldown").OutputChunk} chunk */
function expectItsPlace({ fileName, code, moduleIds }) {
  const names = moduleIds.some((id) => /[\\/]src[\\/](engine|serve)[\\/]/.test(id)) && code.includes("import.meta.url");
  if (names && !/^[^/]+\/[^/]+$/.test(fileName))
    throw new Error(`dist/${fileName} names built files by its own place and is not two folders deep.`);
}

/** @param {import("rolldown").OutputChunk[]} chunks @param {string} entry */
function expectNothingOfNode(chunks, entry) {
  const seen = new Set([entry]);
  for (const name of seen) {
    if (isBuiltin(name)) throw new Error(`dist/${entry} imports ${name}, which a browser does not have.`);
    for (const each of chunks.find(({ fileName }) => fileName === name)?.imports ?? []) seen.add(each);
  }
}

/** The terms of every package that was put in ask for their text in every copy. @param {string} root @param {import("rolldown").OutputChunk[]} chunks */
function licencesOf(root, chunks) {
  const packages = new Set(
    chunks.flatMap(({ moduleIds }) =>
      moduleIds.flatMap((id) => /.*node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(id)?.[1] ?? []),
    ),
  );
  const texts = [...packages].sort().map((name) => {
    const folder = join(root, "node_modules", name);
    const file = readdirSync(folder).find((each) => /^licen[sc]e/i.test(each));
    if (!file) throw new Error(`${name} has no file with its licence, which dist/LICENSES must repeat.`);
    const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    return `${name} ${version}\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
  });
  return `dist/ holds parts of these packages.\n\n${texts.join(`\n${"-".repeat(80)}\n\n`)}`;
}
