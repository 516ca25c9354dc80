import { type ReadOutParts, readOutColumns, readOutWriter } from "../../../src/features/read-outs/parts.js";
import type { States } from "../../../src/features/read-outs/states.js";

/** The read-out of every sequence of a batch, [B, columns]. */
export function applyReadOut(readOut: ReadOutParts, states: States): Float32Array {
  const columns = readOutColumns(readOut).length;
  const rows = new Float32Array(states.B * columns).fill(Number.NaN); // what is not written shows
  readOutWriter(readOut)(states, rows, (b) => b);
  return rows;
}
