import { describe, expect, test } from "vitest";
import { OptionError } from "../../../src/errors.js";
import {
  hasNetwork,
  nameOfExpression,
  parseExpression,
  roleOf,
  sayExpression,
  setsOf,
  splitList,
} from "../../../src/features/sets/expression.js";

describe("what is written is what is read", () => {
  test.each([
    ["raw", "raw"],
    [" latent : wide ".replaceAll(" ", ""), "latent:wide"],
    ["latent + convolutions", "latent+convolutions"],
    ["average( latent ,convolutions)", "average(latent, convolutions)"],
    ["select(latent:wide, untrained:wide)+raw", "select(latent:wide, untrained:wide)+raw"],
    ["average(latent+raw, select(pca, raw))", "average(latent+raw, select(pca, raw))"],
    ["label-aware", "label-aware"],
  ])("%s", (text, name) => {
    expect(nameOfExpression(parseExpression(text))).toBe(name);
    expect(nameOfExpression(parseExpression(name))).toBe(name);
  });

  test.each([
    "",
    "latent+",
    "+latent",
    "average(latent)",
    "average(latent, raw",
    "mean(latent, raw)",
    "latent raw",
    "latent,raw",
    "raw+average(latent, pca)",
    "select(raw, average(latent, pca))",
    "average(,raw)",
    "raw)",
    "latent:",
  ])("refused: %s", (text) => {
    expect(() => parseExpression(text)).toThrow(OptionError);
  });

  test("the sets it is made of, with their read-outs", () => {
    const found = setsOf(parseExpression("average(latent:wide+raw, select(pca, untrained))"));
    expect(found.map(({ name, readOut }) => [name, readOut])).toEqual([
      ["latent", "wide"],
      ["raw", undefined],
      ["pca", undefined],
      ["untrained", undefined],
    ]);
  });

  test("a list is split at its own commas alone", () => {
    expect(splitList("raw, average(latent, select(a, b)),pca")).toEqual([
      "raw",
      "average(latent, select(a, b))",
      "pca",
    ]);
  });
});

test.each([
  ["window+aggregates", "baseline", false],
  ["untrained", "control", true],
  ["untrained+raw", "control", true],
  ["latent", "latent", true],
  ["select(latent:wide, untrained)", "latent", true],
  ["latent+raw", "combination", true],
  ["average(label-aware, convolutions)", "combination", true],
  ["select(latent, raw)", "combination", true],
  ["average(latent+raw, latent)", "combination", true],
] as const)("%s is a %s", (text, role, network) => {
  const expression = parseExpression(text);
  expect([roleOf(expression), hasNetwork(expression)]).toEqual([role, network]);
});

test("in words", () => {
  const said = (text: string) => sayExpression(parseExpression(text));
  expect(said("latent:compact")).toBe("the latents (compact)");
  expect(said("latent+raw+pca")).toBe(
    "the latents, the raw values and principal components of the raw values together",
  );
  expect(said("average(latent, convolutions)")).toBe("the averaged scores of the latents and random convolutions");
  expect(said("average(raw+pca, latent)")).toBe("average(raw+pca, latent)");
  expect(said("select(latent, untrained)")).toBe("the choice among the latents and the untrained encoder");
});
