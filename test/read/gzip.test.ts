import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { DataError } from "../../src/errors.js";
import { sourceFile } from "../../src/read/source/source-file.js";
import { folderWith } from "../cli/run.js";

const path = join(folderWith(), "t.csv.gz");
/** Larger than one read of a file, packed too. */
const noise = Buffer.from(Array.from({ length: 90_000 }, (_, k) => (k * 7919 * (k % 251)) & 255));
const one = gzipSync(noise);
const two = gzipSync("second member\n");
const zeros = (length: number) => Buffer.alloc(length);
async function read(...parts: Uint8Array[]): Promise<string> {
  const bytes = Buffer.concat(parts);
  writeFileSync(path, bytes);
  const file = sourceFile(path);
  const content = await file.whole();
  expect(await file.sha256()).toBe(createHash("sha256").update(bytes).digest("hex"));
  return content.toString("latin1");
}

describe("gzip files of several members", () => {
  const both = `${noise.toString("latin1")}second member\n`;
  test("all members are read, and zeros up to the end are padding", async () => {
    expect(await read(one, two)).toBe(both);
    expect(await read(one, two, zeros(3))).toBe(both);
    expect(await read(one, two, zeros(200_000))).toBe(both);
    expect(await read(two, one)).toBe(`second member\n${noise.toString("latin1")}`);
  });

  /** Stored, so that its length can be chosen: the member ends where a read of the file ends. */
  const stored = (() => {
    for (let length = 65_000; ; length++) {
      const packed = gzipSync(noise.subarray(0, length), { level: 0 });
      if (packed.length === 65_536) return packed;
    }
  })();
  test.each<[string, Uint8Array[]]>([
    ["a second member whose first byte is zero", [one, zeros(1), two.subarray(1)]],
    ["zeros between two members", [one, zeros(512), two]],
    ["many zeros between two members", [two, zeros(300_000), two]],
    ["the same where a member ends with a read", [stored, zeros(1), two.subarray(1)]],
    ["text behind zeros", [two, zeros(9), Buffer.from("a,1\n")]],
  ])("%s is refused", async (_, parts) => {
    const error = await read(...parts).catch((error) => error);
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toMatch(/t\.csv\.gz: bytes follow the end of the gzip stream \(byte \d+\)/);
  });

  test("other bytes behind it, and a cut member, are refused too", async () => {
    await expect(read(one, Buffer.from([0x1e, ...two.subarray(1)]))).rejects.toThrow(/not a sound gzip file/);
    await expect(read(one, two.subarray(0, -9))).rejects.toThrow(/ends too early/);
    await expect(read(one, two.subarray(0, 1))).rejects.toThrow(DataError);
  });
});
