import type { EventDetails } from "./sequence-set.js";
import { isWindowed, type Sequences } from "./windowed-set.js";

/** SHA-256 in hexadecimal. */
export async function sha256(content: string | ArrayBufferView): Promise<string> {
  const bytes =
    typeof content === "string"
      ? new TextEncoder().encode(content)
      : new Uint8Array(content.buffer, content.byteOffset, content.byteLength).slice();
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** One hash of everything in a set. */
export async function hashSequences(set: Sequences): Promise<string> {
  if (isWindowed(set)) {
    const { whole, owners, starts, offsets, labels, ids, entities, classNames } = set;
    const hashes = await Promise.all([owners, starts, offsets, labels].map((part) => (part ? sha256(part) : "")));
    return sha256(JSON.stringify([await hashSequences(whole), hashes, ids, entities, classNames]));
  }
  const { values, offsets, observed, times, labels, weights, channels, ids, entities, classNames, statics } = set;
  const parts = [values, offsets, observed, times, labels, weights, statics?.values];
  const hashes = await Promise.all(parts.map((part) => (part ? sha256(part) : "")));
  const { names, vocabularies } = statics ?? {};
  const columns = vocabularies ? { names, vocabularies } : names;
  return sha256(JSON.stringify([hashes, channels, ids, entities, classNames, columns]));
}

/** One hash of what is known of events beside their windows. */
export async function hashEvents({ times, amounts, secondEntities, ...rest }: EventDetails): Promise<string> {
  const hashes = await Promise.all([times, amounts, secondEntities].map((part) => (part ? sha256(part) : "")));
  return sha256(JSON.stringify([hashes, rest]));
}

/** The hash of plain JSON, whatever the order of its keys. */
export function hashJson(value: unknown): Promise<string> {
  return sha256(JSON.stringify(value, (_, held) => (isPlain(held) ? sortKeys(held) : held)));
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function sortKeys(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}
