import { readdirSync, readFileSync } from "node:fs";

export interface GoldenTensor {
  shape: number[];
  data: Float64Array | Float32Array | Int32Array | Uint8Array;
}

export interface Golden {
  metadata: Record<string, string>;
  tensors: Record<string, GoldenTensor>;
}

/** A gradient as stored: every entry, or (`index` not null) the entries at flat positions `index`. */
export interface GoldenGradient {
  values: Float64Array;
  index: Int32Array | null;
  /** Largest absolute entry of the whole gradient: what tolerances are relative to. */
  max: number;
  /** Sum of squares of the whole gradient. */
  squaredNorm: number;
}

const folder = new URL("./keras/", import.meta.url);

/** Names of all stored cases, sorted; `filter` keeps those whose name contains it. */
export function goldenNames(filter = ""): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".safetensors") && file.includes(filter))
    .map((file) => file.slice(0, -".safetensors".length))
    .sort();
}

/** Reads keras/<name>.safetensors. Float16 tensors (weights, dropout) become Float32Array, exactly. */
export function readGolden(name: string): Golden {
  const file = new Uint8Array(readFileSync(new URL(`${name}.safetensors`, folder))).buffer;
  const start = 8 + Number(new DataView(file).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(file, 8, start - 8)));
  const { __metadata__: metadata, ...entries } = header;
  const tensors: Golden["tensors"] = {};
  for (const [key, entry] of Object.entries<Entry>(entries)) {
    const [from, to] = entry.data_offsets;
    tensors[key] = { shape: entry.shape, data: decode(entry.dtype, file.slice(start + from, start + to)) };
  }
  return { metadata, tensors };
}

/** The stored gradient of a weight, e.g. "encoder.0.kernel". */
export function goldenGradient(golden: Golden, weight: string): GoldenGradient {
  const whole = golden.tensors[`grad.${weight}`]?.data as Float64Array | undefined;
  if (whole) {
    const max = whole.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    return { values: whole, index: null, max, squaredNorm: whole.reduce((sum, v) => sum + v * v, 0) };
  }
  const part = (key: string) => {
    const tensor = golden.tensors[`grad.${weight}.${key}`];
    if (!tensor) throw new Error(`this golden case has no gradient of ${weight}`);
    return tensor.data;
  };
  const [values, index] = [part("sample") as Float64Array, part("index") as Int32Array];
  return { values, index, max: part("max")[0]!, squaredNorm: part("squaredNorm")[0]! };
}

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

function decode(dtype: string, bytes: ArrayBuffer): GoldenTensor["data"] {
  switch (dtype) {
    case "F64":
      return new Float64Array(bytes);
    case "F32":
      return new Float32Array(bytes);
    case "F16":
      return Float32Array.from(new Uint16Array(bytes), float16);
    case "I32":
      return new Int32Array(bytes);
    case "U8":
      return new Uint8Array(bytes);
    default:
      throw new Error(`golden file holds dtype ${dtype}; expected F64, F32, F16, I32 or U8`);
  }
}

/** The value of an IEEE 754 binary16 bit pattern; the scripts never write infinity or NaN. */
function float16(bits: number): number {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const size = exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25);
  return bits & 0x8000 ? -size : size;
}
