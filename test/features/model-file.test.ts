import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ArtefactError, UndertoneError } from "../../src/errors.js";
import { encode } from "../../src/features/encode.js";
import { decodeModel, encodeModel } from "../../src/features/model-bytes.js";
import { loadModel, saveModel } from "../../src/features/model-file.js";
import { encodeSafetensors } from "../../src/files/safetensors.js";
import { trainModel } from "../../src/train/fit.js";
import type { FitOptions } from "../../src/train/options.js";
import { folderWith, newFiles } from "../cli/run.js";
import { engines } from "../engines.js";
import { reseal } from "../files/edit-file.js";
import { randomSeries } from "../series.js";

const data = randomSeries({ N: 12, F: 3, lengths: (n) => 3 + (n % 4), missing: 0.1 });
const options: FitOptions = { recipe: "masked", units: 3, train: { updates: 10, batchSize: 4 } };
const [{ engine }] = engines;
const bytes = encodeModel(await trainModel(engine, data, options));
const text = Buffer.from(bytes).toString("latin1");

/** The same file with a piece of its header put in another's place, of equal length, and its checksum right again. */
const withText = (from: string, to: string) => {
  expect([text.includes(from), to.length]).toEqual([true, from.length]);
  return reseal(Buffer.from(text.replace(from, to), "latin1"));
};
const failure = (damaged: Uint8Array): Error => {
  try {
    decodeModel(damaged, "m.undertone");
  } catch (error) {
    return error as Error;
  }
  throw new Error("expected a failure");
};

describe.each(engines)("$name", async ({ engine }) => {
  test.each([
    ["masked", { recipe: "masked", units: 5 }],
    ["denoising, relu", { recipe: "denoising", units: 4, activation: "relu" }],
    ["per series, resampled by none", { recipe: "simple", units: 4, prepare: { scaleScope: "series" } }],
  ] as [string, FitOptions][])("save, load, save and encode: identical bytes (%s)", async (_, more) => {
    const path = join(folderWith(), "m.undertone");
    const model = await trainModel(engine, data, { ...options, ...more });
    await saveModel(path, model);
    const saved = readFileSync(path);
    const loaded = await loadModel(path);
    expect(loaded.weights).toEqual(model.weights);
    await saveModel(path, loaded);
    expect(readFileSync(path).equals(saved)).toBe(true);
    for (const readOut of ["last", "pooled"] as const) {
      const before = await encode(engine, model, data, { readOut });
      const after = await encode(engine, loaded, data, { readOut });
      expect(Buffer.from(after.values.buffer).equals(Buffer.from(before.values.buffer))).toBe(true);
    }
  });
});

test("any safetensors reader finds the weights by their Keras names", async () => {
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const { __metadata__: metadata, ...tensors } = JSON.parse(text.slice(8, 8 + length));
  expect(metadata.format).toBe("undertone");
  expect(Object.fromEntries(Object.entries<{ shape: number[] }>(tensors).map(([k, v]) => [k, v.shape]))).toEqual({
    "encoder.0.recurrentKernel": [3, 12],
    "encoder.0.kernel": [3, 12],
    "encoder.0.bias": [12],
    "decoder.1.recurrentKernel": [3, 12],
    "decoder.1.kernel": [3, 12],
    "decoder.1.bias": [12],
    "decoder.2.kernel": [3, 3],
    "decoder.2.bias": [3],
  });
  expect((8 + length) % 8).toBe(0);
});

describe("a file that is no sound model", () => {
  test("cut short anywhere: it is said, with the file's name", async () => {
    for (let length = 0; length < bytes.length; length += length < 64 || length > bytes.length - 64 ? 1 : 23) {
      const error = failure(bytes.slice(0, length));
      expect(error).toBeInstanceOf(ArtefactError);
      expect(error.message).toMatch(/^m\.undertone: .*cut short/);
    }
  });

  test("of a newer version: says which, and what to do", async () => {
    const error = failure(withText('formatVersion\\":2', 'formatVersion\\":3'));
    expect(error).toBeInstanceOf(ArtefactError);
    expect(error.message).toMatch(
      /format version 3, this library reads up to 2.*written by undertone \d+\.\d+\.\d+; update undertone/,
    );
  });

  test("not a model at all, or another program's safetensors", async () => {
    for (const content of ["PK\u0003\u0004 something else entirely", "id,label\n1,2\n3,4\n5,6\n", "{}".repeat(20)])
      expect(failure(new TextEncoder().encode(content)).message).toMatch(/not a model file/);
    const foreign = encodeSafetensors({ w: { shape: [1], data: Float32Array.of(1) } }, { format: "pt" });
    expect(failure(foreign).message).toMatch(/holds no undertone model/);
    expect(failure(encodeSafetensors({}, { format: "undertone" })).message).toMatch(/no undertone model/);
  });

  test.each([
    ["metadata that is not JSON", '{\\"formatVersion', '(\\"formatVersion', /metadata is damaged/],
    ["a field that is gone", '\\"preparation\\"', '\\"preparatiom\\"', /damaged at preparation/],
    ["a layer of an unknown type", '\\"repeatVector\\"', '\\"repeatVectra\\"', /damaged at spec.decoder.0.type/],
    ["another number of units", '\\"units\\":3', '\\"units\\":4', /shape \[3,12\], its layers need \[4,16\]/],
    ["a tensor of another name", '"encoder.0.bias"', '"encoder.0.bigs"', /"encoder.0.bias" has shape \[missing\]/],
    ["a tensor of another type", '"dtype":"F32"', '"dtype":"I32"', /has type I32/],
    ["a header that is not JSON", '"__metadata__"', '"__metadata__?', /header is damaged/],
    ["a version that is no number", 'formatVersion\\":2', 'formatVersion\\":n', /metadata is damaged/],
    ["a scaler of too few channels", '\\"channels\\":[\\"c0\\",', '\\"channels\\":[\\"x0\\",', /channel/i],
  ])("%s", (_, from, to, message) => {
    const error = failure(withText(from, to));
    expect(error).toBeInstanceOf(ArtefactError);
    expect(error.message).toMatch(message);
    expect(error.message).toMatch(/^m\.undertone: /);
    expect(error.message).not.toContain("\n");
  });

  const oldModel = (part: "target" | "encoder", value: unknown) => {
    const { metadata, weights } = decodeModel(bytes, "m.undertone");
    const { encoder } = metadata.spec;
    const spec = { ...metadata.spec, [part]: part === "target" ? value : [value, ...encoder] };
    if (part === "encoder" && (value as { type: string }).type === "lstm")
      spec.encoder = [{ ...encoder[0], ...(value as object) }];
    return { metadata: { ...metadata, spec }, weights };
  };

  test.each([
    ["target", "same"],
    ["encoder", { type: "lstm", forgetBias: "one" }],
  ] as const)("an earlier version's default loads: %s %j", (part, value) => {
    const model = oldModel(part, value);
    expect(decodeModel(encodeModel(model), "m.undertone").weights).toEqual(model.weights);
  });

  test.each([
    ["target", "reversed", 'target "reversed"'],
    ["encoder", { type: "lstm", forgetBias: "logUniform" }, 'forgetBias "logUniform"'],
    ["encoder", { type: "segmentMask", share: 0.1 }, "a segmentMask layer"],
  ] as const)("what an earlier version alone had is named: %s %j", (part, value, name) => {
    const { metadata } = oldModel(part, value);
    const error = failure(encodeSafetensors({}, { format: "undertone", model: JSON.stringify(metadata) }));
    expect(error).toBeInstanceOf(ArtefactError);
    expect(error.message).toContain(`m.undertone: the model has ${name}, which this version`);
  });

  test("whatever bytes of the header are changed, with a checksum made right, it loads or is an ArtefactError", async () => {
    const end = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(end - 1), fc.integer({ min: 32, max: 126 })), {
          minLength: 1,
          maxLength: 3,
        }),
        async (damage) => {
          const damaged = bytes.slice();
          for (const [at, byte] of damage) damaged[at] = byte;
          if (!Buffer.from(damaged).equals(bytes)) expect(failure(damaged)).toBeInstanceOf(ArtefactError);
          try {
            const model = decodeModel(reseal(damaged), "m.undertone");
            await encode(engine, model, data);
          } catch (error) {
            if (!(error instanceof ArtefactError)) throw error;
          }
        },
      ),
      { numRuns: 3000, seed: 1 },
    );
  });

  test("a file that is not there, and a folder", async () => {
    const folder = folderWith({ "m.undertone": "" });
    await expect(loadModel(join(folder, "x.undertone"))).rejects.toThrow(/x\.undertone: there is no such file/);
    await expect(loadModel(folder)).rejects.toThrow(ArtefactError);
    await expect(loadModel(join(folder, "m.undertone"))).rejects.toThrow(/got 0 bytes/);
  });
});

test("saving where that cannot be: an error, and what was there before stays", async () => {
  const folder = folderWith({ "m.undertone": "old" });
  const model = decodeModel(bytes, "m");
  await expect(saveModel(join(folder, "no", "m.undertone"), model)).rejects.toThrow(UndertoneError);
  writeFileSync(join(folder, "file"), "");
  await expect(saveModel(join(folder, "file", "m.undertone"), model)).rejects.toThrow(/part of the path is a file/);
  expect(newFiles(folder, "m.undertone", "file")).toEqual([]);
  expect(readFileSync(join(folder, "m.undertone"), "utf8")).toBe("old");
});

test("Python's safetensors reads a model file, where it is installed", ({ skip }) => {
  const path = join(folderWith({ "m.undertone": bytes }), "m.undertone");
  const script = "import sys; from safetensors.numpy import load_file; print(sorted(load_file(sys.argv[1]))[0])";
  const { status, stdout } = spawnSync("python3", ["-c", script, path], { encoding: "utf8" });
  if (status !== 0) return skip();
  expect(stdout.trim()).toMatch(/^decoder\./);
});
