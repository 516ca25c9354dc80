import type { Operation } from "../schemas.js";
import type { BatchAnswer, BatchRequest } from "./batch.js";
import type { CaseLimits } from "./limits.js";
import type { ModelAbout } from "./served.js";

// What the thread that listens and the threads that score say to each other. Bytes of many small bodies go in one buffer:
// each buffer of its own costs more than its bytes.

/** Several byte arrays in one buffer. */
export interface Packed {
  bytes: ArrayBuffer;
  /** Where each ends. */
  ends: Uint32Array;
}

/** A model file as the threads load it. */
export interface LoadedFile extends CaseLimits {
  /** Different for each file and version. */
  key: string;
  name: string;
  version: string;
  /** As messages name it. */
  where: string;
  bytes: Uint8Array;
}

export type ToScorer =
  | { kind: "load"; call: number; file: LoadedFile }
  | { kind: "drop"; key: string }
  | {
      kind: "score";
      call: number;
      key: string;
      operation: Operation;
      bodies: Packed;
      heads: Omit<BatchRequest, "bytes">[];
    }
  | { kind: "end" };

export type FromScorer =
  | { kind: "ready" }
  | { kind: "loaded"; call: number; about: ModelAbout }
  | { kind: "scored"; call: number; answers: Packed; heads: Omit<BatchAnswer, "bytes">[] }
  /** A file that is no model. */
  | { kind: "failed"; call: number; name: string; message: string };

export function pack(parts: readonly Uint8Array[]): Packed {
  const ends = new Uint32Array(parts.length);
  let size = 0;
  for (const [k, part] of parts.entries()) ends[k] = size += part.length;
  const bytes = new Uint8Array(size);
  for (const [k, part] of parts.entries()) bytes.set(part, ends[k] - part.length);
  return { bytes: bytes.buffer, ends };
}

export function unpack({ bytes, ends }: Packed): Uint8Array[] {
  return Array.from(
    ends,
    (end, k) => new Uint8Array(bytes, k === 0 ? 0 : ends[k - 1], end - (k === 0 ? 0 : ends[k - 1])),
  );
}
