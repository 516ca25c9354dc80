// @ts-check
// Whether what set-up made still belongs to its inputs: a hash of the inputs is kept beside the installed packages.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

/** Inputs and products of the steps that write dist/. @type {Record<"kernels" | "build", [string[], string[]]>} */
export const STEPS = {
  kernels: [
    ["kernels", "scripts/kernels.mjs", "scripts/signatures.mjs"],
    ["src/engine/kernels.ts", "dist/kernels/classify.js"], // the last of each that is written
  ],
  build: [
    ["src", "tsconfig.json", "tsconfig.build.json", "scripts/worker.mjs"],
    ["dist/cli/main.js", "dist/threads/worker.js"],
  ],
};

/** Every file below the given files and folders, sorted. @param {string[]} places @returns {string[]} */
function filesBelow(places) {
  return places.flatMap((place) => {
    const path = join(root, place);
    if (!statSync(path).isDirectory()) return [place];
    return filesBelow(
      readdirSync(path)
        .sort()
        .map((name) => join(place, name)),
    );
  });
}

/** @param {string[]} places */
export function hashOf(places) {
  const hash = createHash("sha256").update(process.version);
  for (const file of filesBelow(places)) hash.update(file).update(readFileSync(join(root, file)));
  return hash.digest("hex");
}

/**
 * Whether the inputs are as they were when the products were made.
 * @param {string} name @param {string[]} inputs @param {string[]} products
 */
export function isFresh(name, inputs, products) {
  const stamp = stampOf(name);
  if (!existsSync(stamp) || !products.every((product) => existsSync(join(root, product)))) return false;
  return readFileSync(stamp, "utf8") === hashOf(inputs);
}

/** @param {string} name */
export const stampOf = (name) => join(root, "node_modules", ".undertone", name);

/** The steps whose product is not of today's inputs. */
export const staleSteps = () =>
  /** @type {(keyof typeof STEPS)[]} */ (Object.keys(STEPS)).filter((name) => !isFresh(name, ...STEPS[name]));

/** What the test runner calls first: worker threads and the command line run dist/, not src/. */
export default function expectFresh() {
  const stale = staleSteps();
  if (stale.length > 0) throw new Error(`dist/ is not of today's sources (${stale.join(", ")}): run npm run setup`);
}
