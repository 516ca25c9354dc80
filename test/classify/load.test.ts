import { describe, expect, test } from "vitest";
import { pack, unpack } from "../../src/classify/base/packed.js";
import { loadClassifier } from "../../src/classify/classifiers.js";
import { ridgeClassifier } from "../../src/classify/linear/ridge.js";
import { kNearestNeighbours } from "../../src/classify/neighbours/neighbours.js";
import { histogramGradientBoosting } from "../../src/classify/trees/boosting.js";
import { randomForest } from "../../src/classify/trees/random-forest.js";
import { ArtefactError } from "../../src/errors.js";
import { madeData } from "./table.js";

describe("packed numbers", () => {
  test.each([0, 1, 2, 3, 8191, 8192, 8193, 40_000])("%i of each kind come back bit for bit", (length) => {
    const numbers = Float64Array.from({ length }, (_, i) => (i - 3) * 1.1);
    numbers.set([Number.NaN, Number.POSITIVE_INFINITY, -0].slice(0, length));
    expect(unpack("float64", pack("float64", numbers))).toEqual(numbers);
    expect(unpack("float32", pack("float32", numbers))).toEqual(Float32Array.from(numbers));
    const whole = Int32Array.from({ length }, (_, i) => (i - 5) * 1_000_003);
    expect(unpack("int32", pack("int32", whole))).toEqual(whole);
    const bytes = Uint8Array.from(whole);
    expect(unpack("uint8", pack("uint8", bytes))).toEqual(bytes);
  });

  test("are little-endian base64", () => {
    expect(pack("int32", [1, -2])).toBe("AQAAAP7///8=");
    expect(pack("float32", [1])).toBe("AACAPw==");
  });

  test("refuse what is no such text", () => {
    expect(() => unpack("int32", "###")).toThrow("text that is not base64");
    expect(() => unpack("int32", "AQAAAP4=")).toThrow("5 bytes, which are no whole int32 numbers");
  });
});

describe("loadClassifier refuses", () => {
  const { x, labels } = madeData(61, 5, 3, 7);
  const boosting = histogramGradientBoosting({ minSamplesLeaf: 9, maxIterations: 2 }).fit(x, labels, 3).toJSON();
  const forest = randomForest({ trees: 2, maxDepth: 2 }).fit(x, labels, 3).toJSON();
  const near = kNearestNeighbours({ k: 3 }).fit(x, labels, 3).toJSON();
  const children = unpack("int32", forest.trees.child);
  const circle = children.slice();
  circle[0] = 0;
  const outside = children.slice();
  outside[outside.length - 1] = 1000;
  const weightless = unpack("float64", forest.trees.covers!).fill(0, 1);
  const columns = unpack("int32", forest.trees.feature);
  columns[0] = 5;
  const broken: [string, unknown, RegExp][] = [
    ["another kind", { ...boosting, kind: "tree" }, /at kind/],
    ["a missing part", { ...forest, trees: { ...forest.trees, leaves: undefined } }, /at trees\.leaves/],
    ["a broken text", { ...near, values: `${near.values}!` }, /not base64/],
    ["fewer rounds", { ...boosting, iterations: 1 }, /trees that do not match the rounds/],
    ["a short baseline", { ...boosting, baseline: [0] }, /baseline that does not match/],
    ["a forest's trees in boosting", { ...boosting, trees: forest.trees }, /several outputs/],
    ["a class too few", { ...forest, classes: [0, 1] }, /leaves that do not match/],
    ["a class beyond", { ...forest, classCount: 2 }, /a class beyond/],
    ["a circle", { ...forest, trees: { ...forest.trees, child: pack("int32", circle) } }, /node \(0\)/],
    ["no such leaf", { ...forest, trees: { ...forest.trees, child: pack("int32", outside) } }, /outside/],
    ["no such column", { ...forest, trees: { ...forest.trees, feature: pack("int32", columns) } }, /outside/],
    [
      "a node in two trees",
      { ...forest, trees: { ...forest.trees, starts: pack("int32", [0, 1]) } },
      /each in one tree/,
    ],
    ["a weight too few", { ...forest, trees: { ...forest.trees, covers: pack("float64", [1]) } }, /match the leaves/],
    [
      "a weight of 0",
      { ...forest, trees: { ...forest.trees, covers: pack("float64", weightless) } },
      /match the leaves/,
    ],
    ["no root", { ...forest, trees: { ...forest.trees, starts: pack("int32", [0, 99]) } }, /without a root/],
    [
      "no trees",
      {
        ...forest,
        trees: {
          ...forest.trees,
          starts: "",
          feature: "",
          threshold: "",
          child: "",
          missingLeft: "",
          leaves: "",
          covers: "",
        },
      },
      /without trees/,
    ],
    ["a short array", { ...forest, trees: { ...forest.trees, threshold: "" } }, /differ in length/],
    ["missing rows", { ...near, target: pack("int32", [0, 1, 2]) }, /rows that do not match/],
    ["an unknown class", { ...near, target: pack("int32", new Int32Array(61).fill(3)) }, /unknown class/],
    ["a short scaling", { ...near, mean: pack("float64", [1]) }, /scaling that does not match/],
    ["too many neighbours", { ...near, k: 62 }, /more neighbours than rows/],
  ];
  test.each(broken)("%s", (_, state, words) => {
    expect(() => loadClassifier(state)).toThrow(ArtefactError);
    expect(() => loadClassifier(state)).toThrow(words);
  });

  test("and takes what was not broken", () => {
    for (const state of [boosting, forest, near]) expect(loadClassifier(state).predict(x)).toHaveLength(61);
  });
});

test("a state that is not one of a classifier is an artefact error", () => {
  const { x, labels } = madeData(61, 5, 3, 7);
  const state = ridgeClassifier().fit(x, labels, 3).toJSON();
  for (const [broken, words] of [
    [undefined, /not the state/],
    [{ ...state, kind: "forest" }, /at kind/],
    [{ ...state, coefficients: state.coefficients.slice(1) }, /coefficients that do not match/],
    [{ ...state, coefficients: state.coefficients.map(() => null) }, /at coefficients\.0/],
    [{ ...state, intercepts: [0] }, /intercepts that do not match/],
    [{ ...state, means: [0] }, /means that do not match/],
    [{ ...state, classCount: 2 }, /a class beyond/],
  ] as const) {
    expect(() => loadClassifier(broken)).toThrow(ArtefactError);
    expect(() => loadClassifier(broken)).toThrow(words);
  }
});
