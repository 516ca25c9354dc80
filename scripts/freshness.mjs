// @ts-check
// Whether what set-up made still belongs to its inputs and is whole: hashes of both are kept beside the installed packages.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

/** @typedef {[inputs: string[], products: string[]]} Step files and folders; those after "!" are not meant */

/** The steps that write dist/. @type {Record<"kernels" | "native" | "build", Step>} */
export const STEPS = {
  kernels: [
    ["kernels", "scripts/kernels.mjs", "scripts/signatures.mjs"],
    ["src/engine/kernels.ts", "dist/kernels"],
  ],
  native: [
    ["kernels", "scripts/native.mjs"],
    ["dist/native/undertone.node", "dist/native/undertone.node.sha256"],
  ],
  build: [
    ["src", "tsconfig.json", "tsconfig.build.json", "scripts/bundle.mjs"],
    ["dist/cli/main.js", "dist", "!dist/kernels", "!dist/native"],
  ],
};

/** Every file below the given files and folders, sorted. @param {string[]} places @returns {string[]} */
function filesBelow(places) {
  const skipped = places.filter((place) => place.startsWith("!")).map((place) => place.slice(1));
  return places.flatMap((place) => {
    if (place.startsWith("!") || skipped.includes(place)) return [];
    const path = join(root, place);
    if (!statSync(path).isDirectory()) return [place];
    const inside = readdirSync(path).sort();
    return filesBelow([...inside.map((name) => join(place, name)), ...skipped.map((name) => `!${name}`)]);
  });
}

/** @param {string[]} places */
function hashOf(places) {
  const hash = createHash("sha256").update(process.version);
  for (const file of filesBelow(places)) hash.update(file).update(readFileSync(join(root, file)));
  return hash.digest("hex");
}

/** Notes that the step has just made its products. @param {string} name @param {Step} step */
export function markFresh(name, [inputs, products]) {
  writeWhole(stampOf(name), `${hashOf(inputs)} ${hashOf(products)}`);
}

/** Whether inputs and products are as they were when the products were made. @param {string} name @param {Step} step */
export function isFresh(name, [inputs, products]) {
  const there = products.every((product) => product.startsWith("!") || existsSync(join(root, product)));
  if (!there || !existsSync(stampOf(name))) return false;
  return readFileSync(stampOf(name), "utf8") === `${hashOf(inputs)} ${hashOf(products)}`;
}

/** @param {string} name */
export const stampOf = (name) => join(root, "node_modules", ".undertone", name);

/** Writes a file that is whole or not there. @param {string} path @param {string | Uint8Array} content */
export function writeWhole(path, content) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.tmp`, content);
  renameSync(`${path}.tmp`, path);
}

/** The steps whose product is not of today's inputs, or was changed; no native engine is as good as one. */
export const staleSteps = () =>
  /** @type {(keyof typeof STEPS)[]} */ (Object.keys(STEPS)).filter(
    (name) => !isFresh(name, STEPS[name]) && (name !== "native" || existsSync(join(root, "dist", "native"))),
  );

/** What the test runner calls first: worker threads and the command line run dist/, not src/. */
export default function expectFresh() {
  const stale = staleSteps();
  if (stale.length > 0) throw new Error(`dist/ is not of today's sources (${stale.join(", ")}): run npm run setup`);
}
