import type { Channel } from "../sequences/set/sequence-set.js";
import type { FoundFiles } from "./find.js";
import { LONG_ONLY } from "./layouts/long/header.js";
import { createTokenizer, TOKEN_CHANNEL } from "./source/cells/tokens.js";
import { type DataOptions, FILE_OPTIONS, rejectOptions } from "./source/options.js";
import { createPieceBuilder, type Piece, type PieceBuilder } from "./source/piece.js";
import { sourceFile, unreadable } from "./source/source-file.js";
import { wholeText } from "./source/text.js";

export type FileHash = { path: string; sha256: string };

/** Stands between part and name while both parts are read as one. */
export const IN_PART = "\0";

/** Whether each file is one text. */
export function isTexts({ tokens, text }: DataOptions): boolean {
  return tokens !== undefined && text === undefined;
}

/**
 * Reads files of one text each: a trace of system calls, a document. Each token is a step.
 * @param take gets each piece; of a split source its sequences carry their part, see `splitParts`
 * @throws {OptionError} for options that do not fit, {DataError} for a file that is no text
 */
export async function readTextFiles(
  { where, files, split, labelled, notes }: FoundFiles,
  options: DataOptions,
  { mostSteps, channels }: { mostSteps: number; channels?: readonly Channel[] },
  take: (piece: Piece) => Promise<void>,
): Promise<{ notes: readonly string[]; files: FileHash[] }> {
  rejectOptions(where, "files of one text each", options, [
    ...LONG_ONLY,
    ...FILE_OPTIONS.filter((name) => name !== "encoding"),
    ...(["entity", "oneEntity", "label", "labels", "on", "drop", "wide", "decimalComma", "thousands"] as const),
    ...(["missing", "id", "keep"] as const),
  ]);
  const tokenizer = createTokenizer(where, options, channels?.[0]);
  const hashes: FileHash[] = [];
  let builder: PieceBuilder | undefined;
  let ids: string[] = [];
  let pending = 0;
  const handOn = async () => {
    const { set, ...piece } = builder!.finish();
    const named = { ...set, ids, channels: [tokenizer.channel()], ...(split && { entities: ids }) };
    builder = undefined;
    ids = [];
    pending = 0;
    await take({ ...piece, set: named });
  };
  for (const { path, id, part, label } of files) {
    const file = sourceFile(path, options);
    let codes: Float32Array;
    try {
      codes = tokenizer.read((await wholeText(file, true)).trim());
    } catch (cause) {
      throw unreadable(path, cause);
    }
    hashes.push({ path, sha256: await file.sha256() });
    if (builder && pending + codes.length > mostSteps) await handOn();
    builder ??= createPieceBuilder({ names: [TOKEN_CHANNEL], idPrefix: "", labelled });
    builder.add([codes], label === "" ? undefined : label);
    ids.push(split ? `${part}${IN_PART}${id}` : id);
    pending += codes.length;
  }
  if (builder) await handOn();
  return { notes: [...notes, ...tokenizer.notes("files")], files: hashes };
}
