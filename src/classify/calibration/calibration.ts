import { z } from "zod";
import { ArtefactError, DataError, ShapeError } from "../../errors.js";
import { expectState } from "../base/checks.js";
import { applyIsotonic } from "./isotonic.js";
import { applyPlatt } from "./platt.js";

const classCount = z.int().min(2);
const share = z.number().min(0).max(1);
/** Two classes have one map, of the probability of class 1; more classes have one map each. */
export const calibrationStateSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("isotonic"),
    classCount,
    maps: z.array(z.strictObject({ x: z.array(share).min(1), y: z.array(share).min(1) })),
  }),
  z.strictObject({
    kind: z.literal("platt"),
    classCount,
    maps: z.array(
      z.strictObject({
        slope: z.number().min(0),
        intercept: z.number(),
        least: z.number().gt(0).lt(1),
        most: z.number().gt(0).lt(1),
      }),
    ),
  }),
]);
/** A fitted calibration as plain JSON; `kind` is its method. */
export type CalibrationState = z.infer<typeof calibrationStateSchema>;

/** A probability may be this far below 0 or above 1. */
const ROUNDING = 1e-6;

/** A fitted map from a classifier's probabilities to calibrated ones. */
export interface Calibration {
  method: CalibrationState["kind"];
  /** What a user should know, in plain sentences: of a map that gives every row the same probability. */
  notes: readonly string[];
  /**
   * Calibrated probabilities, [rows, classCount], each row adds up to 1. With two classes a row that ranked higher does
   * not rank lower now, but it may tie. With more classes each class is mapped against the rest, then the row is divided
   * by its sum; a row whose sum is 0 becomes uniform, and another class may become the likeliest.
   * @param probabilities [rows, classCount], row-major, from 0 to 1; of two classes the second one counts
   * @throws {ShapeError} when the numbers do not fill whole rows
   * @throws {DataError} when one is not from 0 to 1
   */
  apply(probabilities: ArrayLike<number>): Float64Array;
  /** Everything `loadCalibration` needs. */
  toJSON(): CalibrationState;
}

/** The maps of a state as functions of one probability. */
function mapsOf(state: CalibrationState): ((p: number) => number)[] {
  return state.kind === "isotonic"
    ? state.maps.map((map) => (p: number) => applyIsotonic(map, p))
    : state.maps.map((map) => (p: number) => applyPlatt(map, p));
}

export function calibrationOf(state: CalibrationState): Calibration {
  const { classCount } = state;
  const maps = mapsOf(state);
  return {
    method: state.kind,
    notes: notesOf(state),
    toJSON: () => state,
    apply(probabilities) {
      expectProbabilities("calibration apply", probabilities, classCount);
      const calibrated = new Float64Array(probabilities.length);
      for (let from = 0; from < calibrated.length; from += classCount) {
        if (classCount === 2) {
          calibrated[from + 1] = maps[0](probabilities[from + 1]);
          calibrated[from] = 1 - calibrated[from + 1];
          continue;
        }
        let sum = 0;
        for (let c = 0; c < classCount; c++) sum += calibrated[from + c] = maps[c](probabilities[from + c]);
        for (let c = 0; c < classCount; c++)
          calibrated[from + c] = sum > 0 ? calibrated[from + c] / sum : 1 / classCount;
      }
      return calibrated;
    },
  };
}

function notesOf(state: CalibrationState): string[] {
  const flat =
    state.kind === "isotonic"
      ? state.maps.map(({ y }) => y[0] === y[y.length - 1])
      : state.maps.map(({ slope }) => slope === 0);
  return flat.flatMap((is, k) =>
    is
      ? `Calibration: on the rows of the fit the probability of class ${state.classCount === 2 ? 1 : k} ranked no better than chance, so every row gets the same one. Rank by the probabilities as they were.`
      : [],
  );
}

/** @throws {ShapeError} {DataError} as `Calibration.apply` */
export function expectProbabilities(where: string, probabilities: ArrayLike<number>, classCount: number): void {
  if (probabilities.length % classCount !== 0)
    throw new ShapeError(
      `${where}: got ${probabilities.length} probabilities, expected rows of ${classCount}, one for each class. Give what predictProba returned.`,
    );
  for (let k = 0; k < probabilities.length; k++)
    if (!(probabilities[k] >= -ROUNDING && probabilities[k] <= 1 + ROUNDING))
      throw new DataError(
        `${where}: got a probability of ${probabilities[k]} in row ${Math.floor(k / classCount)} (from 0), expected a number from 0 to 1. Give what predictProba returned.`,
      );
}

/**
 * A fitted calibration from what its `toJSON` returned.
 * @throws {ArtefactError} when the state is not of a calibration
 */
export function loadCalibration(state: unknown): Calibration {
  const parsed = calibrationStateSchema.safeParse(state);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return refuse(` at ${issue.path.join(".") || "its top"}: ${issue.message}`);
  }
  try {
    checkState(parsed.data);
  } catch (error) {
    return refuse(`: ${(error as Error).message}`);
  }
  return calibrationOf(parsed.data);
}

/** @throws {Error} in a few words when parts of the state do not match */
function checkState(state: CalibrationState): void {
  expectState(
    state.maps.length === (state.classCount === 2 ? 1 : state.classCount),
    "maps that do not match the classes",
  );
  if (state.kind === "platt")
    for (const { least, most } of state.maps) expectState(least <= most, "bounds in the wrong order");
  else
    for (const { x, y } of state.maps) {
      expectState(x.length === y.length, "knots that differ in length");
      expectState(
        x.every((value, k) => k === 0 || value > x[k - 1]),
        "knots that do not ascend",
      );
      expectState(
        y.every((value, k) => k === 0 || value >= y[k - 1]),
        "values that fall",
      );
    }
}

function refuse(what: string): never {
  throw new ArtefactError(
    `load calibration: this is not the state of a calibration${what}. ` +
      "Fit the calibration again, or take the state that its toJSON returned.",
  );
}
