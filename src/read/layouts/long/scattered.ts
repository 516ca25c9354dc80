import { countOf } from "../../../sequences/set/sequence-set.js";
import { isWindowed, type Sequences } from "../../../sequences/set/windowed-set.js";

/** Bytes held from which on sorting is worth its time: below, the process itself takes as much. */
const WORTH_SORTING = 200e6;
const PER_CASE = 40; // its id, and where it lies

/** About the bytes that memory held for sequences read at once: the rows as they came, and the sequences made of them. */
export function heldBytes(set: Sequences): number {
  const { values, observed, times, offsets } = isWindowed(set) ? set.whole : set;
  const rows = values.byteLength + (times?.byteLength ?? 0) + 4 * offsets[offsets.length - 1];
  return 2 * rows + (observed?.byteLength ?? 0) + PER_CASE * countOf(set);
}

/**
 * What to do where a whole table was held; "": it was small.
 * @param advice how to sort it
 * @param broken whether fewer steps were promised by `blockSteps`
 */
export function holdingAdvice(bytes: number, advice: string, broken = false): string {
  if (broken)
    return ` So more steps were in memory at once than \`blockSteps\` allows (about ${Math.max(1, Math.round(bytes / 1e6))} MB): \`sort\` keeps to it. ${advice}`;
  if (bytes < WORTH_SORTING) return "";
  return ` Its rows took about ${Math.round(bytes / 1e6)} MB of memory at once. Sorted, it is read in pieces, in less. ${advice}`;
}

/** How to bring the rows of each entity together. */
export function sortBy(name: string, column: number, separator = ","): string {
  const by =
    separator === " " ? "" : `-t${separator === "," ? "," : separator === "\t" ? "$'\\t'" : `'${separator}'`} `;
  return `Give \`sort\`, or sort the rows below the header by "${name}", for example with: sort -s ${by}-k${column + 1},${column + 1} (-s keeps the order inside an entity; not for cells with ${separator === "," ? "a comma" : "the separator"} or a line break in quotes).`;
}
