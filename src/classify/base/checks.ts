import { OptionError, ShapeError } from "../../errors.js";
import type { FeatureTable } from "../../table/feature-table.js";

/** Checks of one classifier's settings; each throws an OptionError that names the setting. */
export function optionChecks(classifier: string) {
  const refuse = (name: string, value: unknown, expected: string): never => {
    throw new OptionError(`${classifier}: ${name} is ${value}, expected ${expected}.`);
  };
  return {
    refuse,
    whole(name: string, value: number, least: number, most = 2 ** 31 - 1): void {
      if (Number.isInteger(value) && value >= least && value <= most) return;
      refuse(name, value, `a whole number from ${least} ${most < 2 ** 31 - 1 ? `to ${most}` : "up"}`);
    },
    /** Not negative; with `open` not 0 either. */
    positive(name: string, value: number, open: boolean): void {
      if (value < Number.POSITIVE_INFINITY && (open ? value > 0 : value >= 0)) return;
      refuse(name, value, open ? "a number above 0" : "a number from 0 up");
    },
    oneOf(name: string, value: unknown, allowed: readonly unknown[]): void {
      if (!allowed.includes(value)) refuse(name, value, allowed.join(", "));
    },
  };
}

/** @throws {ShapeError} when a table to predict has another number of columns than the training table had */
export function expectColumns(where: string, x: FeatureTable, columns: number): void {
  if (x.names.length !== columns)
    throw new ShapeError(
      `${where}: got a table of ${x.names.length} columns, expected ${columns}, as in training. ` +
        "Make the features with the same settings as those the classifier was fitted on.",
    );
}

/** @throws {Error} with `what`, a few words, unless a part of a saved state matches the others */
export function expectState(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}
