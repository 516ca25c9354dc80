import { OptionError } from "../errors.js";
import type { Channel } from "../sequences/set/sequence-set.js";
import { findInput, type Input } from "./find.js";
import { rowsOf, shownInput } from "./read.js";
import { readHistoryRows } from "./read-rows.js";
import type { History } from "./source/history.js";
import { type DataOptions, parseDataOptions } from "./source/options.js";
import { unreadable } from "./source/source-file.js";
import type { ReadProgress } from "./source/watch.js";
import { watchFound } from "./watch-found.js";

/** Rows that are held before only the last ones of each entity stay. */
const BATCH = 200_000;

/**
 * Reads the last events of each entity in data that came before, for windows of events that come after. The rows may
 * be in any order, and more than memory holds: it holds as many events per entity as a window has.
 * @param channels those of the model
 * @param batch rows that are held at once
 * @param onRead called with each chunk of rows
 * @throws as readInPieces
 */
export async function readHistory(
  input: Input,
  options: DataOptions,
  channels: readonly Channel[],
  batch = BATCH,
  onRead?: (progress: ReadProgress) => void,
): Promise<History> {
  // a label and what else tells of the data themselves is not needed of what came before
  const { sql, label, labels, on, labelFrom, keep, amount, secondEntity, ...chosen } = parseDataOptions(options);
  const found = await findInput(input, chosen);
  await watchFound(found, onRead);
  const rows = rowsOf(found, chosen);
  const where = shownInput(input);
  if (!rows)
    throw new OptionError(
      `${where}: got a history of whole sequences, expected a table with an event per row (\`entity\`, \`window\`). What came before is the past of single events; leave \`history\` out.`,
    );
  return readHistoryRows(rows, chosen, channels, batch).catch((error) => {
    throw unreadable(where, error);
  });
}
