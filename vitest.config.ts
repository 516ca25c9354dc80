import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/** Files that look at threads, open files or mocks of the whole process have a process of their own. */
const OWN_PROCESS = [
  "test/engine/{hire,native}.test.ts",
  "test/train/crew-size.test.ts",
  "test/hostile/{artefacts,built-files,hooks,inputs,threads}.test.ts",
];

export default defineConfig({
  test: {
    globalSetup: ["scripts/freshness.mjs", "test/temporary-folder.ts"],
    setupFiles: "test/equal-arrays.ts",
    pool: "forks", // tests change the working directory
    env: { NO_COLOR: "1" }, // commands run in the process of their test
    maxWorkers: availableParallelism() + 1, // many tests wait for processes of their own
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: ["default", "./test/closing-line.ts"],
    projects: [
      // One process runs many files: loading modules again for each took a tenth of the time.
      {
        extends: true,
        test: {
          name: "shared",
          isolate: false,
          include: ["test/**/*.test.ts"],
          exclude: ["**/node_modules/**", ...OWN_PROCESS],
        },
      },
      { extends: true, test: { name: "own process", include: OWN_PROCESS } },
    ],
  },
});
