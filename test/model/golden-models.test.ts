import { readdirSync, readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { encode } from "../../src/features/encode.js";
import { decodeModel, encodeModel } from "../../src/features/model-bytes.js";
import { loadModel } from "../../src/features/model-file.js";
import type { ReadOut } from "../../src/features/read-outs/read-outs.js";
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
  expect(names).toEqual(
    ["v1", "v2"].flatMap((version) => ["denoising", "layers", "masked"].map((name) => `${version}-${name}`)),
  );
  for (const name of names) expect(statSync(`${folder}${name}.undertone`).size).toBeLessThan(60_000);
});

describe.each(engines)("$name", async ({ engine }) => {
  test.each(names)("%s loads and encodes to the committed numbers", async (name) => {
    const model = await loadModel(`${folder}${name}.undertone`);
    const beside = JSON.parse(readFileSync(`${folder}${name}.json`, "utf8")) as Beside;
    const { channels, cases, times, features } = beside;
    const set = makeSet(cases, { channels, F: channels.length, times: times && Float64Array.from(times) });
    // `wide` counts states above quantiles of the same states: in float32 one that is equal may lie on either side
    const fitted = engine.name === "reference" && model.readOut ? (["wide", "compact"] as const) : [];
    for (const readOut of ["last", "pooled", ...fitted] as const) {
      const { names, values } = await encode(engine, model, set, { readOut });
      expect(names).toEqual(features[readOut].names);
      const expected = features[readOut].values;
      expect(expected.some((value) => Math.abs(value) > 0.05)).toBe(true);
      expectClose(values, expected, { rtol: tolerance(engine), name: `${name}, ${readOut}` });
    }
  });
});

test("a file of the first version loads with a note that it has no checksum, and gets one when it is written", async () => {
  for (const name of names) {
    const model = await loadModel(`${folder}${name}.undertone`);
    const old = name.startsWith("v1");
    expect(model.notes ?? []).toEqual(
      old ? [expect.stringMatching(/v1-\w+\.undertone: the model has no checksum/)] : [],
    );
    const bytes = encodeModel(model);
    expect(decodeModel(bytes, "m").notes).toBeUndefined();
    expect(decodeModel(bytes, "m").weights).toEqual(model.weights);
    expect(Buffer.from(bytes).equals(readFileSync(`${folder}${name}.undertone`))).toBe(!old);
  }
});
