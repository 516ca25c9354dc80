import { describe, expect, test } from "vitest";
import { kNearestNeighbours, NEIGHBOUR_COUNTS } from "../../src/classify/neighbours/neighbours.js";
import { histogramGradientBoosting } from "../../src/classify/trees/boosting.js";
import { randomForest } from "../../src/classify/trees/random-forest.js";
import { selectRows } from "../../src/table/feature-table.js";
import { size } from "../hostile/size.js";
import { filled, goldenSets, scoreSplits } from "./golden-sets.js";

const POINT = 0.01;
const sets = goldenSets();

test("there are eight sets, and all of scikit-learn's scores are there", () => {
  expect(sets.map((set) => set.name)).toEqual("iris wine breast_cancer digits clusters rare missing wide".split(" "));
  for (const set of sets) expect(Object.keys(set.neighbours)).toEqual(NEIGHBOUR_COUNTS.map(String));
  expect(sets.find(({ name }) => name === "missing")!.x.values.some(Number.isNaN)).toBe(true);
});

describe.each(sets)("scikit-learn on $name", (set) => {
  const full = filled(set.x);
  const weightings = (["none", "balanced"] as const).filter((weighting) => set.boosting[weighting]);

  test.each(weightings)("boosting, class weight %s: accuracy within a point", (classWeight) => {
    const golden = set.boosting[classWeight]!;
    const got = scoreSplits(histogramGradientBoosting({ classWeight, earlyStopping: false }), set, set.x);
    expect(Math.abs(got.accuracy - golden.accuracy)).toBeLessThan(POINT);
    // Of equally good splits the two take different ones, and columns of more than 255 values are binned a little
    // differently; in "wide" neither happens, there only scikit-learn's float32 gradients differ.
    const close = set.name === "wide" ? 0.005 : 0.03;
    expect(Math.abs(got.logLoss / golden.logLoss - 1)).toBeLessThan(close);
  });

  test.each(weightings)("random forest, class weight %s: accuracy within a point", (classWeight) => {
    const golden = set.randomForest[classWeight]!;
    const seeds = [1, 2, 3].slice(0, size(1, 3));
    const runs = seeds.map((seed) => scoreSplits(randomForest({ classWeight, seed }), set, full));
    const mean = (key: "accuracy" | "balancedAccuracy") => runs.reduce((sum, run) => sum + run[key], 0) / seeds.length;
    expect(Math.abs(mean("accuracy") - golden.accuracy)).toBeLessThan(POINT);
    // the rare class has about 140 test rows: one row more or less is 0.4 points
    expect(Math.abs(mean("balancedAccuracy") - golden.balancedAccuracy)).toBeLessThan(1.5 * POINT);
  });

  test.each(NEIGHBOUR_COUNTS)("%i nearest neighbours: the same accuracy", (k) => {
    const got = scoreSplits(kNearestNeighbours({ k }), set, full);
    expect(got.accuracy).toBeCloseTo(set.neighbours[k].accuracy, 5); // written with 6 digits
    expect(got.balancedAccuracy).toBeCloseTo(set.neighbours[k].balancedAccuracy, 5);
  });

  test("leave-one-out chooses the same number of neighbours", () => {
    const chosen = set.splits.map(({ train }) => {
      const labels = Int32Array.from(train, (row) => set.labels[row]);
      return kNearestNeighbours().fit(selectRows(full, train), labels, set.classes).toJSON().k;
    });
    expect(chosen).toEqual(set.leaveOneOut);
  });
});
