/** Bytes of shared memory that came to this thread with its tasks, or that it made for them. */
let seen = 0;

/** Counts the shared memory that a message holds, each piece once. */
export function countShared(message: unknown): void {
  for (const { byteLength } of sharedIn(message, new Set())) seen += byteLength;
}

/** As much of it may still be alive: V8 does not see its size, so that it collects nothing for its sake. */
export const sharedSeen = (): number => seen;

function sharedIn(value: unknown, found: Set<SharedArrayBuffer>): Set<SharedArrayBuffer> {
  if (typeof value !== "object" || value === null || typeof SharedArrayBuffer === "undefined") return found;
  const buffer = ArrayBuffer.isView(value) || value instanceof WebAssembly.Memory ? value.buffer : value;
  if (buffer instanceof SharedArrayBuffer) found.add(buffer);
  else if (Array.isArray(value)) {
    if (typeof value[0] === "object") for (const item of value) sharedIn(item, found);
  } else if (buffer === value) for (const item of Object.values(value)) sharedIn(item, found);
  return found;
}
