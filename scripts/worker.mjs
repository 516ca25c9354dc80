// @ts-check
// Puts the entry of the worker threads and all that it imports into one file, dist/threads/worker.js. As single modules
// they take five times as long to load, and each thread that starts has a hundred files open at once. The file lies two
// folders deep, as src/engine/wasm.ts and native.ts do, because they name the compiled kernels from where they lie.
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rolldown } from "rolldown";

/** @param {string} root @param {string} dist the folder that was just built */
export async function bundleWorker(root, dist) {
  const bundle = await rolldown({
    input: join(dist, "worker.js"),
    platform: "neutral",
    resolve: { mainFields: ["module", "main"] },
    external: /^node:/,
  });
  const file = join(dist, "threads", "worker.js");
  const { output } = await bundle.write({ file, format: "esm", codeSplitting: false });
  await bundle.close();
  const packages = new Set(
    output[0].moduleIds.flatMap((id) => /.*node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(id)?.[1] ?? []),
  );
  const licences = [...packages].map((name) => licenceOf(join(root, "node_modules", name), name));
  writeFileSync(file, `${licences.join("")}${readFileSync(file, "utf8")}`);
  for (const end of ["js", "js.map", "d.ts"]) rmSync(join(dist, `worker.${end}`));
}

/** The licence of a package as a comment: its terms ask for it in every copy. @param {string} folder @param {string} name */
function licenceOf(folder, name) {
  const file = readdirSync(folder).find((each) => /^licen[sc]e/i.test(each));
  if (!file) throw new Error(`${name} has no file with its licence, which dist/threads/worker.js must repeat.`);
  return `/*! ${name}\n${readFileSync(join(folder, file), "utf8").trim()}\n*/\n`;
}
