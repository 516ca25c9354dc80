import { expect, test } from "vitest";
import { ArtefactError } from "../../src/errors.js";
import { decodeSafetensors, encodeSafetensors } from "../../src/files/safetensors.js";
import { closeFile, openFile, reseal } from "./edit-file.js";

const tensors = {
  a: { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
  none: { shape: [0, 5], data: new Float32Array(0) },
  b: { shape: [1], data: Float32Array.of(7) },
  wide: { shape: [2], data: Float64Array.of(Math.PI, -0) },
};
const bytes = encodeSafetensors(tensors, { format: "test", text: 'a "quote", \u00e9' });

test("what is written is read again, also from memory that is not aligned", () => {
  for (const shift of [0, 1, 4]) {
    const memory = new Uint8Array(bytes.length + 16);
    memory.set(bytes, shift);
    const read = decodeSafetensors(memory.subarray(shift, shift + bytes.length), "m");
    expect(read.tensors).toEqual(tensors);
    expect(read.metadata).toMatchObject({ format: "test", text: 'a "quote", \u00e9' });
    expect(read.checksum).toBe(true);
  }
});

test("the checksum is SHA-256 over the file with zeros for its digits, as another implementation has it", () => {
  expect(reseal(bytes)).toEqual(bytes);
  expect(openFile(bytes).header.__metadata__.checksum).toMatch(/^sha256:[0-9a-f]{64}$/);
});

test("numbers are read where they lie, without a copy", () => {
  const { tensors } = decodeSafetensors(bytes, "m");
  expect(tensors.a.data.buffer).toBe(bytes.buffer);
});

test("a file without a checksum is read, and says so", () => {
  const { header, body } = openFile(bytes);
  const { checksum: _, ...metadata } = header.__metadata__;
  const read = decodeSafetensors(closeFile({ ...header, __metadata__: metadata }, body), "m");
  expect([read.checksum, read.tensors]).toEqual([false, tensors]);
});

test.each([
  ["overlap", { b: { data_offsets: [20, 24] } }, /"b" begins at byte 20, expected 24/],
  ["leave a hole", { b: { data_offsets: [28, 32] } }, /"b" begins at byte 28, expected 24/],
  ["end before they begin", { b: { data_offsets: [24, 20] } }, /"b" has -4 bytes/],
  ["go beyond the file", { wide: { shape: [3], data_offsets: [28, 52] } }, /cut short: tensor "wide" ends at byte 52/],
  ["leave bytes over", { wide: { shape: [1], data_offsets: [28, 36] } }, /end at byte 36, expected 44/],
  ["have more numbers than bytes", { a: { shape: [2, 4] } }, /"a" has 24 bytes/],
  ["have a shape without end", { a: { shape: [2, 2 ** 53 - 1, 2 ** 53 - 1] } }, /"a" has 24 bytes/],
  ["have an unknown type", { a: { dtype: "F16" } }, /type F16/],
])("tensors that %s are refused", (_, change, message) => {
  const { header, body } = openFile(bytes);
  const merged = Object.fromEntries(
    Object.entries(header).map(([name, entry]) => [name, { ...entry, ...(change as Record<string, object>)[name] }]),
  );
  const read = () => decodeSafetensors(closeFile(merged, body), "m");
  expect(read).toThrow(ArtefactError);
  expect(read).toThrow(message);
});
