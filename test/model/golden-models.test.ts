import { readdirSync, readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { encode } from "../../src/features/encode.js";
import type { ReadOut } from "../../src/features/read-outs/read-outs.js";
import { loadModel } from "../../src/features/model-file.js";
import type { Channel } from "../../src/sequences/set/sequence-set.js";
import { expectClose } from "../close.js";
import { engines, tolerance } from "../engines.js";
import { makeSet } from "../sequences/set/make-set.js";

const folder = fileURLToPath(new URL("../golden/models/", import.meta.url));
const names = readdirSync(folder)
  .filter((file) => file.endsWith(".undertone"))
  .map((file) => file.slice(0, -".undertone".length));

/** What golden/models.mjs wrote beside each file. */
interface Beside {
  channels: Channel[];
  cases: (number | null)[][][];
  times?: number[];
  features: Record<ReadOut, { names: string[]; values: number[] }>;
}

test("there are files of every version of the format so far, and they are small", async () => {
  expect(names).toEqual(["v1-denoising", "v1-layers", "v1-masked"]);
  for (const name of names) expect(statSync(`${folder}${name}.undertone`).size).toBeLessThan(60_000);
});

describe.each(engines)("$name", async ({ engine }) => {
  test.each(names)("%s loads and encodes to the committed numbers", async (name) => {
    const model = await loadModel(`${folder}${name}.undertone`);
    const beside = JSON.parse(readFileSync(`${folder}${name}.json`, "utf8")) as Beside;
    const { channels, cases, times, features } = beside;
    const set = makeSet(cases, { channels, F: channels.length, times: times && Float64Array.from(times) });
    for (const readOut of ["last", "pooled"] as const) {
      const { names, values } = await encode(engine, model, set, { readOut });
      expect(names).toEqual(features[readOut].names);
      const expected = features[readOut].values;
      expect(expected.some((value) => Math.abs(value) > 0.05)).toBe(true);
      expectClose(values, expected, { rtol: tolerance(engine), name: `${name}, ${readOut}` });
    }
  });
});
