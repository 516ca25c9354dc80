import { OptionError } from "../errors.js";
import type { Channel } from "../sequences/set/sequence-set.js";
import { closeFound, findInput, shownInput } from "./find.js";
import { LONG_ONLY } from "./layouts/long/header.js";
import { scanChannels } from "./layouts/long/scan-channels.js";
import { TEXT_ONLY } from "./layouts/text.js";
import { openTable, sourceOf } from "./open-table.js";
import { nameOf, onlyTables } from "./read.js";
import { FILES_ONLY } from "./read-series.js";
import { type DataOptions, parseDataOptions, rejectOptions } from "./source/options.js";
import type { ReadHooks } from "./source/piece-options.js";
import { unreadable } from "./source/source-file.js";
import { watchFound } from "./watch-found.js";

/** Options of tables that are read twice, in blocks, in no way yet. */
const NOT_SCANNED = ["variable", "staticChannels", ...TEXT_ONLY, ...FILES_ONLY] as const;

/**
 * Reads a table in one file once, for what must be known before it is read in pieces.
 * @returns the SHA-256 of the file, and the channels of a long table
 * @throws as readInPieces
 */
export async function scanTable(
  input: string,
  options: DataOptions,
  hooks: ReadHooks = {},
): Promise<{ name: string; path: string; sha256: string; channels?: readonly Channel[] }> {
  const chosen = parseDataOptions(options);
  const other = NOT_SCANNED.find((name) => chosen[name] !== undefined);
  if (other !== undefined)
    throw new OptionError(
      `${shownInput(input)}: got \`blockSteps\` and \`${other}\`, expected a wide table or one with an event per row. Others cannot be trained on in blocks; leave \`blockSteps\` out, and the data are read whole.`,
    );
  const found = await findInput(input, chosen, hooks);
  await watchFound(found, hooks.onRead);
  if (!("file" in found) || found.file.format.layouts === "fixed") throw onlyTables(shownInput(input));
  const file = sourceOf(found.file, chosen);
  const { path } = found.file;
  try {
    if (chosen.entity === undefined) rejectOptions(path, "a table with one sequence per row", chosen, [...LONG_ONLY]);
    const table = await openTable(file, found.file.format, chosen);
    let channels: readonly Channel[] | undefined;
    if (chosen.entity !== undefined) channels = await scanChannels(table, chosen);
    else for await (const _ of table.chunks); // for its hash
    return { name: nameOf(found.file), path, sha256: await file.sha256(), channels };
  } catch (error) {
    hooks.signal?.throwIfAborted();
    throw unreadable(path, error);
  } finally {
    await closeFound(found);
  }
}
