import { DataError } from "../../../errors.js";
import type { Channel } from "../../../sequences/set/sequence-set.js";

export const tokenKinds = ["chars", "bytes", "words", "spaces"] as const;
export type TokenKind = (typeof tokenKinds)[number];

/** Letters, digits and _ with their marks, also joined by an apostrophe; any other character that is no white space. */
const WORD = /[\p{L}\p{M}\p{N}_]+(?:['’][\p{L}\p{M}\p{N}_]+)*|[^\s\p{L}\p{M}\p{N}_]/gu;

const SPLIT: Readonly<Record<TokenKind, (text: string) => ArrayLike<string>>> = {
  chars: (text) => Array.from(text), // code points: clusters of them depend on the version of Unicode
  bytes: (text) => Array.from(Buffer.from(text, "utf8"), (byte) => byte.toString(16).padStart(2, "0")),
  words: (text) => text.match(WORD) ?? [],
  spaces: (text) => text.match(/\S+/gu) ?? [],
};

const NAMES = { chars: "characters", bytes: "bytes", words: "words", spaces: "tokens between spaces" } as const;

export const TOKEN_CHANNEL = "token";
/** Tokens of a text that are read, unless an option says so. */
export const MOST_TOKENS = 10_000;
/** 32-bit floats count so far. */
const MOST_WORDS = 1 << 24;

/** Makes sequences of codes of texts, and the vocabulary of their tokens in the order of appearance. */
export interface Tokenizer {
  /** The codes of the tokens of one text. */
  read(text: string): Float32Array;
  /** The channel as far as texts were read. */
  channel(): Channel;
  /** What was read, and what was not, for the user. @param texts what the texts are */
  notes(texts: string): string[];
}

/** @param known the channel of a part that was read before: its tokens keep their codes */
export function createTokenizer(
  where: string,
  {
    tokens = "chars",
    maxTokens = MOST_TOKENS,
    vocabulary,
  }: { tokens?: TokenKind; maxTokens?: number; vocabulary?: number },
  known?: Channel,
): Tokenizer {
  const codes = new Map((known?.vocabulary ?? []).map((word, code) => [word, code]));
  const before = codes.size;
  const count = { texts: 0, empty: 0, cut: 0, left: 0, longest: 0 };
  return {
    read(text) {
      const all = SPLIT[tokens](text);
      const length = Math.min(all.length, maxTokens);
      count.texts++;
      if (length === 0) count.empty++;
      if (length < all.length) count.cut++;
      count.left += all.length - length;
      count.longest = Math.max(count.longest, all.length);
      return Float32Array.from({ length }, (_, t) => {
        let code = codes.get(all[t]);
        if (code === undefined) codes.set(all[t], (code = codes.size));
        return code;
      });
    },
    channel() {
      if (codes.size > MOST_WORDS)
        throw new DataError(
          `${where}: got more than ${MOST_WORDS} different tokens, expected fewer. They are no words of a language; split the texts in another way (\`tokens\`).`,
        );
      const words = codes.size > 0 ? [...codes.keys()] : [""]; // texts without a token
      return { name: TOKEN_CHANNEL, kind: "categorical", vocabulary: words, ...(vocabulary && { most: vocabulary }) };
    },
    notes(texts) {
      const { longest, empty, cut, left } = count;
      const fresh = before > 0 ? ` (${codes.size - before} of them not known before)` : "";
      const all = count.texts === 1 ? texts.slice(0, -1) : texts;
      const notes = [
        `${where}: ${count.texts} ${all} as sequences of ${NAMES[tokens]}, with ${codes.size} different tokens${fresh}; the longest has ${longest}.`,
      ];
      if (empty > 0) notes.push(`${where}: ${empty} ${texts} have no token; they are empty sequences.`);
      if (cut > 0)
        notes.push(
          `${where}: ${cut} ${texts} have more than ${maxTokens} tokens; ${left} tokens behind that were left out (\`maxTokens\`).`,
        );
      return notes;
    },
  };
}
