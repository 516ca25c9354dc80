import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { UndertoneError } from "../../src/errors.js";
import { randomStream } from "../../src/random.js";
import { readSource } from "../../src/read/read.js";
import { report, size } from "./size.js";

const root = join(tmpdir(), `undertone-numpy-${process.pid}`);
mkdirSync(root, { recursive: true });
afterAll(() => rmSync(root, { recursive: true, force: true }));
const golden = (name: string) => readFileSync(join(import.meta.dirname, "../golden/arrays", name));
const TRIES = size(300, 10_000);

/** Reads bytes under a name: what they hold, or the message of the refusal. */
async function outcome(name: string, bytes: Uint8Array): Promise<{ held?: string; refused?: string }> {
  const path = join(root, name);
  writeFileSync(path, bytes);
  try {
    const { train, test: other } = await readSource(path);
    const told = [train, other].map(
      (set) => set && [set.values, set.observed, set.labels, set.classNames, set.offsets],
    );
    return { held: JSON.stringify(told) };
  } catch (error) {
    expect(error).toBeInstanceOf(UndertoneError);
    expect((error as Error).message).not.toMatch(/\n|\bat .*:\d+:\d+/);
    return { refused: (error as Error).message };
  }
}

test.each(["stored.npz", "parts.npz"])("%s with changed bytes is refused or gives the same numbers", async (name) => {
  const bytes = golden(name);
  const { held: sound } = await outcome(name, bytes);
  const random = randomStream(31);
  let [same, refused] = [0, 0];
  for (let k = 0; k < TRIES; k++) {
    const changed = Buffer.from(bytes);
    for (let c = 1 + random.integer(3); c > 0; c--) changed[random.integer(bytes.length)] ^= 1 << random.integer(8);
    const { held } = await outcome(name, k % 7 ? changed : changed.subarray(0, random.integer(bytes.length)));
    if (held === undefined) refused++;
    else {
      // a name of an array that is changed is another array, so labels or a part may be absent; numbers never differ
      const numbers = (text: string) => JSON.parse(text)[0]?.[0];
      expect(numbers(held)).toEqual(numbers(sound!));
      same++;
    }
  }
  expect(refused).toBeGreaterThan(TRIES / 2);
  report(`changed ${name}`, { tries: TRIES, refused, same });
});

test("an .npy with a changed header is refused or has as many numbers as its bytes", async () => {
  const bytes = golden("little-i2.npy");
  const random = randomStream(37);
  let refused = 0;
  for (let k = 0; k < TRIES; k++) {
    const changed = Buffer.from(bytes);
    for (let c = 1 + random.integer(3); c > 0; c--) changed[random.integer(128)] = random.integer(256);
    const { held } = await outcome("a.npy", changed);
    if (held === undefined) refused++;
    else expect(Object.keys(JSON.parse(held)[0][0]).length).toBeLessThanOrEqual(60);
  }
  expect(refused).toBeGreaterThan(TRIES / 3);
  report("changed .npy", { tries: TRIES, refused });
});
