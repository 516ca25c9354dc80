import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OptionError } from "../errors.js";
import { placeOf } from "../files/place.js";
import { temporaryPath } from "../files/temporary.js";
import { STANDARD_OUTPUT } from "../files/write-file.js";
import { type Input, shownInput } from "../read/find.js";

/** Works with a folder beside the output for rows that are sorted, which is gone afterwards; a pipe has no such place. */
export async function inSortFolder<T>(output: string, work: (folder: string) => Promise<T>): Promise<T> {
  let folder: string;
  if (output === STANDARD_OUTPUT || (await placeOf(output)).stream)
    folder = await mkdtemp(join(tmpdir(), "undertone-sort-"));
  else {
    folder = await temporaryPath(output);
    await mkdir(folder);
  }
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export function noSort(input: Input, hasCopies: boolean): OptionError {
  return new OptionError(
    `${shownInput(input)}: got \`sort\`${hasCopies ? " and `noisyCopies`" : ""}, expected a long table that is read in pieces. This is read whole; leave it out.`,
  );
}
