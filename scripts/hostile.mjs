// The long form of the tests that damage, kill, flood and starve: npm run test:hostile [-- NAME]
// Each prints its figures; docs/reliability.md quotes them.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const vitest = fileURLToPath(new URL("../node_modules/vitest/vitest.mjs", import.meta.url));
const filters = process.argv.slice(2).map((name) => `test/hostile/${name}`);
const { status } = spawnSync(process.execPath, [vitest, "run", ...(filters.length > 0 ? filters : ["test/hostile"])], {
  stdio: "inherit",
  env: { ...process.env, HOSTILE: "1" },
});
process.exit(status ?? 1);
