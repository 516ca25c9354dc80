import { stat } from "node:fs/promises";
import { DataError, ScatteredError } from "../errors.js";
import { TextLabels } from "../read/labels.js";
import { holdingAdvice } from "../read/layouts/long/scattered.js";
import type { Input } from "../read/read.js";
import { STANDARD_INPUT } from "../read/source/source-file.js";

/**
 * A file that looks grouped by entity and turns out not to be is read again, whole; one whose labels look like numbers,
 * and are not, in pieces. A pipe cannot be.
 * @param attempt gives its notes, and the most bytes that a piece held
 */
export async function untilRead(
  input: Input,
  mostSteps: number,
  attempt: (mostSteps: number, asTexts: boolean) => Promise<{ notes: readonly string[]; held: number }>,
  restart: () => Promise<void>,
): Promise<string[]> {
  let scattered: ScatteredError | undefined;
  let asTexts = false;
  for (;;)
    try {
      const { notes, held } = await attempt(mostSteps, asTexts);
      return [
        ...notes,
        ...(scattered
          ? [`${scattered.problem} So it was read again, whole.${holdingAdvice(held, scattered.advice)}`]
          : []),
      ];
    } catch (error) {
      if (!(error instanceof ScatteredError || error instanceof TextLabels)) throw error;
      await expectNoStream(input, error);
      await restart();
      if (error instanceof TextLabels) asTexts = true;
      else {
        mostSteps = Number.POSITIVE_INFINITY;
        scattered = error;
      }
    }
}

/** @throws {DataError} for a pipe or a device, which cannot be read again because its entities are `scattered` */
async function expectNoStream(input: Input, scattered: ScatteredError | TextLabels): Promise<void> {
  if (input !== STANDARD_INPUT) {
    const found = typeof input === "string" ? await stat(input).catch(() => undefined) : undefined; // a glob is no file
    if (!found || found.isFile() || found.isDirectory()) return;
  }
  throw new DataError(
    `${scattered.message} A file would now be read again, whole; this is a pipe or a device, which can be read only once. Nothing was written. Store the data in a file, or sort it first.`,
    { cause: scattered },
  );
}
