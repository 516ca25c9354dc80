import { basename } from "node:path";
import type { Format } from "../source/format.js";
import { arff } from "./arff.js";
import { arrow } from "./arrow.js";
import { csv } from "./csv.js";
import { jsonl } from "./jsonl.js";
import { npy } from "./npy.js";
import { npz } from "./npz.js";
import { parquet } from "./parquet.js";
import { penDigits } from "./pen-digits.js";
import { ts } from "./ts.js";
import { tsv } from "./tsv.js";

/** Every format, the preferred first where a folder has the same part twice. */
export const FORMATS: readonly Format[] = [ts, arff, tsv, npy, npz, csv, parquet, jsonl, arrow, penDigits];

/** The extensions of all formats, for messages. */
export const EXTENSIONS = FORMATS.flatMap(({ extensions }) => extensions).join(", ");

/** The format of a file by the end of its name, `.gz` aside, or by its own name; undefined where no format has either. */
export function formatOf(path: string, chosen?: string): Format | undefined {
  if (chosen !== undefined) return FORMATS.find(({ name }) => name === chosen);
  const name = basename(path).toLowerCase().replace(/\.gz$/, "");
  return FORMATS.find(({ extensions }) => extensions.some((extension) => name.endsWith(extension)));
}
