import { expect, test } from "vitest";
import * as library from "../../src/index.js";
import * as node from "../../src/node.js";
import * as report from "../../src/report/report.js";
import * as simulate from "../../src/simulate/transactions.js";
import type { Any, Options } from "./case.js";
import { withOptions, withoutOptions } from "./functions.js";
import { classifiers, file, labels, set, table } from "./subjects.js";

/** The error of a call, whether it throws or rejects; undefined if it succeeds. */
async function errorOf(call: () => unknown): Promise<unknown> {
  try {
    await call();
    return undefined;
  } catch (error) {
    return error;
  }
}

test("every function that users can import is in a table", () => {
  const exported = Object.entries({ ...library, ...node, ...report, ...simulate }).flatMap(([name, value]) =>
    typeof value === "function" && !/^class\b/.test(String(value)) ? [name] : [],
  );
  expect([...Object.keys(withOptions), ...withoutOptions].sort()).toEqual(exported.sort());
});

test.each(Object.entries(withOptions))(
  "%s refuses an option that it does not know",
  async (_, { call, knows, refuses = [] }) => {
    const misspelt = `${knows}s`;
    const error = await errorOf(() => call({ [misspelt]: undefined }));
    expect(error).toBeInstanceOf(library.OptionError);
    expect((error as Error).message).toContain(`"${misspelt}"`);
    expect((error as Error).message).toContain(`Did you mean "${knows}"?`);
    for (const [options, named] of refuses) {
      const error = await errorOf(() => call(options));
      expect([options, error]).toEqual([options, expect.any(library.OptionError)]);
      expect((error as Error).message).toContain(named);
    }
  },
);

test.each(Object.entries(withOptions))("%s runs without one", async (_, { call }) => {
  expect(await errorOf(() => call({}))).toBeUndefined();
});

test.each(Object.entries(classifiers))("fit of %s refuses an option that it does not know", (_, make) => {
  const fit = (options: Options) => make().fit(table, labels, 2, options as Any);
  expect(() => fit({ weight: new Float32Array(4) })).toThrow('Did you mean "weights"?');
});

test.each(library.recipes)("the recipe $name refuses an option that it does not know", ({ build }) => {
  expect(() => build({ unit: 3 } as Any)).toThrow('Did you mean "units"?');
  expect(() => build({ units: 0.5 })).toThrow(library.OptionError);
});

test.each([
  ["interpolate", () => library.interpolate(set, "cubic" as Any)],
  ["rawFeatures", () => library.rawFeatures(set, 3, "start" as Any)],
  ["rawFeatures", () => library.rawFeatures(set, 1.5)],
  ["splitStratified", () => library.splitStratified(set, 0.5, "1" as Any)],
  ["fitScaler", () => library.fitScaler(set, null as Any)],
  ["openFeatureFile", () => node.openFeatureFile(file("a.txt"))],
])("%s refuses a value that it does not know", async (_, call) => {
  expect(await errorOf(call)).toBeInstanceOf(library.OptionError);
});
