/** Typed arrays inside plain JSON: base64 of little-endian numbers, a quarter of the size of decimals and exact. */

/** A kind of number with its place in a DataView. */
const kinds = {
  uint8: { bytes: 1, make: (length: number) => new Uint8Array(length), get: "getUint8", set: "setUint8" },
  int32: { bytes: 4, make: (length: number) => new Int32Array(length), get: "getInt32", set: "setInt32" },
  float32: { bytes: 4, make: (length: number) => new Float32Array(length), get: "getFloat32", set: "setFloat32" },
  float64: { bytes: 8, make: (length: number) => new Float64Array(length), get: "getFloat64", set: "setFloat64" },
} as const;
type Kind = keyof typeof kinds;

export function pack(
  kind: Kind,
  values: Uint8Array | Int32Array | Float32Array | Float64Array | readonly number[],
): string {
  const { bytes, set } = kinds[kind];
  const view = new DataView(new ArrayBuffer(values.length * bytes));
  for (let i = 0; i < values.length; i++) view[set](i * bytes, values[i], true);
  const all = new Uint8Array(view.buffer);
  let text = "";
  const piece = 0x8000; // arguments of one call
  for (let i = 0; i < all.length; i += piece) text += String.fromCharCode(...all.subarray(i, i + piece));
  return btoa(text);
}

/** @throws {Error} in a few words when the text is not base64 of such numbers */
export function unpack<K extends Kind>(kind: K, text: string): ReturnType<(typeof kinds)[K]["make"]> {
  const { bytes, make, get } = kinds[kind];
  let raw: string;
  try {
    raw = atob(text);
  } catch {
    throw new Error("text that is not base64");
  }
  if (raw.length % bytes !== 0) throw new Error(`${raw.length} bytes, which are no whole ${kind} numbers`);
  const view = new DataView(Uint8Array.from(raw, (letter) => letter.charCodeAt(0)).buffer);
  const values = make(raw.length / bytes);
  for (let i = 0; i < values.length; i++) values[i] = view[get](i * bytes, true);
  return values as ReturnType<(typeof kinds)[K]["make"]>;
}
