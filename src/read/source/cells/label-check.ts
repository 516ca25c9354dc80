import { decimalOf } from "../../../decimal.js";

const FEW = 10; // fewer labels may all differ by chance
const MOST = 10_000; // more classes are not counted

/** Notices labels that look like measurements or identifiers. */
export interface LabelCheck {
  see(label: string | undefined): void;
  notes(): string[];
}

/** @param column where the labels stand, for the note */
export function createLabelCheck(path: string, column: string): LabelCheck {
  const distinct = new Set<string>();
  let labels = 0;
  let broken = 0; // not whole
  let numbers = 0;
  let example: string | undefined;
  return {
    see(label) {
      if (label === undefined) return;
      labels++;
      if (distinct.size < MOST) distinct.add(label);
      const value = decimalOf(label);
      if (Number.isNaN(value)) return;
      numbers++;
      if (Number.isInteger(value)) return;
      broken++;
      example ??= label;
    },
    notes() {
      const advice = "Check that it is the column of the label (`label`).";
      if (labels >= FEW && distinct.size === labels)
        return [`${path}: each of the ${labels} labels (${column}) is a class of its own. ${advice}`];
      if (broken > 0 && numbers === labels)
        return [
          `${path}: ${broken === 1 ? "1 label is" : `${broken} labels are`} not whole (${column}, first ${example}), so the column may hold measurements. ${advice}`,
        ];
      return [];
    },
  };
}
