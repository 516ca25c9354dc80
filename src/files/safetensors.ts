import { z } from "zod";
import { ArtefactError } from "../errors.js";

export interface Tensor {
  shape: readonly number[];
  data: Float32Array | Float64Array;
}

const whole = z.number().int().nonnegative();
const headerSchema = z
  .object({ __metadata__: z.record(z.string(), z.string()).optional() })
  .catchall(z.object({ dtype: z.string(), shape: z.array(whole), data_offsets: z.tuple([whole, whole]) }));

/** The safetensors format: 8 bytes of header length, a JSON header, then the tensors one after another. */
export function encodeSafetensors(tensors: Record<string, Tensor>, metadata: Record<string, string>): Uint8Array {
  let end = 0;
  const entries = Object.entries(tensors).map(([name, { shape, data }]) => {
    const start = end;
    end += data.byteLength;
    const dtype = data instanceof Float32Array ? "F32" : "F64";
    return [name, { dtype, shape, data_offsets: [start, end] }] as const;
  });
  const json = JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(entries) });
  const header = new TextEncoder().encode(json);
  const padded = Math.ceil(header.length / 8) * 8; // tensors stay aligned; the format allows trailing spaces
  const bytes = new Uint8Array(8 + padded + end).fill(0x20, 8 + header.length, 8 + padded);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.set(header, 8);
  Object.values(tensors).forEach(({ data }, k) => {
    const at = 8 + padded + entries[k][1].data_offsets[0];
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
  });
  return bytes;
}

/**
 * Reads what encodeSafetensors wrote, and any safetensors file of F32 and F64 tensors.
 * @param where names the file in errors
 * @throws {ArtefactError} if it is not such a file, or was cut short
 */
export function decodeSafetensors(
  bytes: Uint8Array,
  where: string,
): { tensors: Record<string, Tensor>; metadata: Record<string, string> } {
  const fail = (why: string): never => {
    throw new ArtefactError(`${where}: ${why} Write it again, or take another copy.`);
  };
  if (bytes.length < 16) fail(`got ${bytes.length} bytes, expected a model file; it is empty or was cut short.`);
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
  const length = Number(new DataView(buffer).getBigUint64(0, true));
  if (length > 100_000_000 || bytes[8] !== 0x7b) fail("this is not a model file (no safetensors header at its start).");
  if (8 + length > bytes.length)
    fail(`the file was cut short: its header alone has ${length} bytes, the file ${bytes.length}.`);
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  } catch {
    return fail("its header is damaged (not JSON).");
  }
  const header = headerSchema.safeParse(json);
  if (!header.success) {
    const [issue] = header.error.issues;
    return fail(`its header is damaged at ${issue.path.join(".")}: ${issue.message}.`);
  }
  const { __metadata__: metadata = {}, ...entries } = header.data;
  const tensors: Record<string, Tensor> = {};
  for (const [name, { dtype, shape, data_offsets }] of Object.entries(entries)) {
    const [start, end] = data_offsets;
    if (8 + length + end > bytes.length)
      fail(`the file was cut short: tensor "${name}" ends at byte ${8 + length + end}, the file has ${bytes.length}.`);
    if (dtype !== "F32" && dtype !== "F64") fail(`tensor "${name}" has type ${dtype}, expected F32 or F64.`);
    if (start > end || (end - start) % (dtype === "F32" ? 4 : 8) !== 0)
      fail(`tensor "${name}" lies from byte ${start} to ${end}, expected whole numbers of type ${dtype}.`);
    const part = buffer.slice(8 + length + start, 8 + length + end);
    const data = dtype === "F32" ? new Float32Array(part) : new Float64Array(part);
    if (data.length !== shape.reduce((a, b) => a * b, 1))
      fail(`tensor "${name}" has ${data.length} numbers, its shape is [${shape}].`);
    tensors[name] = { shape, data };
  }
  return { tensors, metadata };
}
