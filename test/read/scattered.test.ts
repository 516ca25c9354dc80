import { expect, test } from "vitest";
import { heldBytes, holdingAdvice, sortBy } from "../../src/read/layouts/long/scattered.js";
import { readSequences } from "../../src/read/read.js";
import { fileOf } from "./temporary.js";

const ADVICE = sortBy("who", 1, ";");

test("sorting is advised by the memory that the rows took, not by their number", () => {
  expect(holdingAdvice(199e6, ADVICE)).toBe("");
  expect(holdingAdvice(412e6, ADVICE)).toBe(
    ` Its rows took about 412 MB of memory at once. Sorted, it is read in pieces, in less. ${ADVICE}`,
  );
  expect(ADVICE).toMatch(/^Give `sort`, or sort .* by "who", for example with: sort -s -t';' -k2,2 /);
});

test("what is held grows with channels and steps; windows that are not cut take no more than their places", async () => {
  const table = (channels: number) => {
    const names = Array.from({ length: channels }, (_, c) => `v${c}`);
    const rows = Array.from({ length: 5000 }, (_, n) => `e${n % 7},${n},${names.map((_, c) => (n * 7 + c) % 11)}\n`);
    return fileOf("a.csv", `who,when,${names}\n${rows.join("")}`);
  };
  const held = async (channels: number, window?: number) =>
    heldBytes(
      (await readSequences(table(channels), { entity: "who", time: "when", window, timeChannels: false })).train,
    );
  // a value is 4 bytes, as it came and in its sequence; a row has its time (8) and its entity (4) besides
  expect(await held(3)).toBe(5000 * 2 * (3 * 4 + 8 + 4) + 7 * 40);
  expect(await held(13)).toBe(5000 * 2 * (13 * 4 + 8 + 4) + 7 * 40);
  expect((await held(13, 50)) - (await held(13))).toBe((5000 - 7) * 40);
});
