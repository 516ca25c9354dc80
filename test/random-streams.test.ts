import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { STREAMS } from "../src/random.js";

const root = new URL("../src", import.meta.url).pathname;
/** They number their own groups from 0 (docs/decisions/0004-random-streams.md). */
const NUMBERED = [
  "evaluate/plan/resample.ts",
  "features/baselines/random-convolutions.ts",
  "sequences/set/split.ts",
  "speed/workload.ts",
  "table/linear-algebra/eigen.ts",
];

const calls = (readdirSync(root, { recursive: true }) as string[])
  .map((file) => file.replaceAll("\\", "/"))
  .filter((file) => file.endsWith(".ts") && file !== "random.ts" && !file.startsWith("simulate/"))
  .flatMap((file) =>
    [...readFileSync(join(root, file), "utf8").matchAll(/randomStream\([^,()]+(?:,\s*([^,()]+))?/g)].map(([, key]) => ({
      file,
      key,
    })),
  );

test("every random stream has a name of the register, and every name is used in one place", () => {
  const numbered = (file: string) => NUMBERED.includes(file);
  const named = calls.filter(({ file }) => !numbered(file)).map(({ key }) => key);
  expect(named.toSorted()).toEqual(
    Object.keys(STREAMS)
      .map((name) => `STREAMS.${name}`)
      .sort(),
  );
  expect(new Set(Object.values(STREAMS)).size).toBe(Object.keys(STREAMS).length);
  expect([...new Set(calls.map(({ file }) => file).filter(numbered))].sort()).toEqual(NUMBERED);
});
