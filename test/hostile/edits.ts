import { randomStream } from "../../src/random.js";
import { closeFile, type Header, openFile } from "../files/edit-file.js";

/** The path of every field of JSON; of arrays the first and the last item. */
function fieldsOf(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== "object" || value === null) return [path];
  const keys = Array.isArray(value)
    ? [...new Set([0, value.length - 1])].filter((k) => k in value)
    : Object.keys(value);
  const inner = keys.flatMap((key) => fieldsOf((value as never)[key], [...path, key]));
  return path.length > 0 ? [path, ...inner] : inner;
}

/** What is done to one field. */
export const EDITS: Record<string, (value: unknown) => unknown> = {
  removed: () => undefined,
  null: () => null,
  text: () => "x",
  negative: () => -5,
  huge: () => 1e308,
  big: () => 1e9,
  zero: () => 0,
  empty: () => [],
  object: () => ({}),
  shorter: (value) => (Array.isArray(value) ? value.slice(1) : "x"),
  longer: (value) => (Array.isArray(value) ? [...value, value[0]] : [value]),
  "list of null": (value) => (Array.isArray(value) ? value.map(() => null) : null),
};

/** Applies one edit to a copy; undefined if it changes nothing. */
function edited(json: object, path: (string | number)[], edit: string): object | undefined {
  const copy = structuredClone(json);
  const holder = path.slice(0, -1).reduce<unknown>((inner, key) => (inner as never)[key], copy) as never;
  const key = path.at(-1) as never;
  const value = EDITS[edit](holder[key]);
  if (value === undefined && !Array.isArray(holder)) delete holder[key];
  else if (value === undefined) (holder as unknown[]).splice(key as number, 1);
  else (holder as Record<string, unknown>)[key] = value;
  return JSON.stringify(copy) === JSON.stringify(json) ? undefined : copy;
}

export type Place = "header" | "model" | "readOut" | "state";
/** The file with one edit and a checksum that is right; undefined if the edit changes nothing. */
export const editFile = (bytes: Uint8Array, place: Place, path: (string | number)[], edit: string) => {
  const { header, body } = openFile(bytes);
  if (place !== "header") {
    const changed = edited(JSON.parse(header.__metadata__[place]), path, edit);
    return changed && closeFile(withText(header, place, JSON.stringify(changed)), body);
  }
  const changed = edited(header, path, edit);
  return changed && closeFile(changed, body);
};
export const withText = (header: Header, place: string, text: string) => ({
  ...header,
  __metadata__: { ...header.__metadata__, [place]: text },
});

/** Every pair of a field and an edit, or a seeded sample of them. */
export function editsOf(bytes: Uint8Array, places: readonly Place[], most: number, seed: number) {
  const { header } = openFile(bytes);
  const all = places.flatMap((place) =>
    fieldsOf(place === "header" ? header : JSON.parse(header.__metadata__[place]))
      .filter((path) => !(path[0] === "__metadata__" && (path[1] === "checksum" || path.length === 1)))
      .flatMap((path) => Object.keys(EDITS).map((edit) => ({ place, path, edit }))),
  );
  const order = randomStream(seed).shuffle(Int32Array.from(all.keys()));
  return Array.from(order.subarray(0, most), (k) => all[k]);
}
