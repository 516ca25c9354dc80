import { OptionError } from "../errors.js";
import { STANDARD_OUTPUT } from "../files/write-file.js";
import type { DataOptions } from "../read/source/options.js";

/** The formats of scores, which are the endings of their files too. */
export const scoreFormats = ["parquet", "csv"] as const;
export type ScoreFormat = (typeof scoreFormats)[number];

/** @throws {OptionError} for the ending of another format */
export function scoreFileFormat(output: string, chosen?: ScoreFormat): ScoreFormat | undefined {
  const endings = scoreFormats.map((name) => `.${name}`);
  if (chosen === undefined && output !== STANDARD_OUTPUT && !endings.some((ending) => output.endsWith(ending)))
    throw new OptionError(
      `${output}: got no ending of a format of scores, expected ${endings.join(", ")}. Rename it, or name the format with \`outputFormat\`.`,
    );
  return chosen;
}

/** Options of reading by which the time of an event is kept, where the data have one. */
export function withTime(trained: DataOptions, given: DataOptions = {}): DataOptions {
  const { time, window, keep = [] } = { ...trained, ...given };
  return window === undefined || time === undefined || keep.includes(time)
    ? given
    : { ...given, keep: [...keep, time] };
}
