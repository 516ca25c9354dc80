import { expect, test } from "vitest";
import { randomStream } from "../../src/random.js";
import { selectRows } from "../../src/table/feature-table.js";
import { withRowsApart } from "../../src/table/rows-apart.js";

const ROWS = 37;
const names = ["a", "b", "c"];
const values = () => Float32Array.from({ length: ROWS * names.length }, (_, k) => k);
const tableOf = (own = values()) => ({ values: own, names, rows: ROWS });

test.each([0, 1, 11, ROWS - 1, ROWS])("two parts as copies of them would be, %i rows in the first", (count) => {
  const drawn = randomStream(5, count).shuffle(Int32Array.from({ length: ROWS }, (_, row) => row));
  const [first, second] = [drawn.slice(0, count).sort(), drawn.slice(count).sort()];
  const table = tableOf();
  const seen = withRowsApart(table, first, second, (a, b) => [selectRows(a, [...Array(a.rows).keys()]), b]);
  expect(seen[0]).toEqual(selectRows(tableOf(), first));
  expect(seen[1]).toEqual(selectRows(tableOf(), second));
  expect(table).toEqual(tableOf());
});

test("every row is back in its place after an error too; memory holds the second part once more", () => {
  const table = tableOf();
  const odd = Int32Array.from({ length: ROWS >> 1 }, (_, k) => 2 * k + 1);
  const even = Int32Array.from({ length: ROWS - odd.length }, (_, k) => 2 * k);
  const work = () =>
    withRowsApart(table, even, odd, (first) => {
      expect(first.values.buffer).toBe(table.values.buffer);
      expect(first.values[3]).toBe(6);
      throw new Error("stopped");
    });
  expect(work).toThrow("stopped");
  expect(table).toEqual(tableOf());
});
