import { expect } from "vitest";

/** Numbers with the same bytes are equal; vitest compares them one by one, a hundred times slower. */
function sameBytes(a: unknown, b: unknown): boolean | undefined {
  if (!ArrayBuffer.isView(a) || !ArrayBuffer.isView(b)) return undefined;
  if (a.constructor !== b.constructor || a.byteLength !== b.byteLength) return undefined;
  const bytes = (view: ArrayBufferView) => Buffer.from(view.buffer, view.byteOffset, view.byteLength);
  return bytes(a).equals(bytes(b)) || undefined; // others are compared, and told, as ever
}

expect.addEqualityTesters([sameBytes]);
