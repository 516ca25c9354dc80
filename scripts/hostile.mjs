// The long form of the tests that damage, kill, flood and starve, and of two that take all of their data:
// npm run test:hostile [-- NAME]
// Each prints its figures; docs/reliability.md quotes them.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const vitest = fileURLToPath(new URL("../node_modules/vitest/vitest.mjs", import.meta.url));
const all = ["test/hostile", "test/classify/golden-sets", "test/cli/shared-data"];
const named = process.argv.slice(2).map((name) => `test/hostile/${name}`);
const { status } = spawnSync(process.execPath, [vitest, "run", ...(named.length > 0 ? named : all)], {
  stdio: "inherit",
  env: { ...process.env, HOSTILE: "1" },
});
process.exit(status ?? 1);
