import { expect, test } from "vitest";
import type { Engine, Workspace } from "../../src/engine/engine.js";
import type { Kernels } from "../../src/engine/kernels.js";
import { reference } from "../../src/engine/reference/reference.js";
import { checked } from "./checked.js";

/** An engine with one kernel gone wrong. */
function broken(change: (ws: Workspace) => Partial<Kernels>): Engine {
  return {
    ...reference,
    createWorkspace(elements) {
      const ws = reference.createWorkspace(elements);
      return { ...ws, ...change(ws) };
    },
  };
}

/** Copies 2 rows of 3, which lie 5 apart in both, from 20 to 0; 40 numbers in all. */
function copy(engine: Engine, at = 20) {
  const ws = checked(engine).createWorkspace(40);
  for (let k = 0; k < 40; k++) ws.data[k] = k;
  ws.copyRows({ to: 0, from: at, M: 2, width: 3, ldto: 5, ldfrom: 5 });
  return Array.from(ws.data);
}

test("a kernel that keeps to its tensors changes nothing else", () => {
  const expected = Array.from({ length: 40 }, (_, k) => (k < 8 && k % 5 < 3 ? 20 + k : k));
  expect(copy(reference)).toEqual(expected);
});

test("a number written beside a tensor, between its rows or behind the arena is found", () => {
  for (const [place, where] of [
    [8, "1 behind the end of to"],
    [3, "3 inside to"],
    [19, "1 before from"],
    [22, "2 inside from"],
    [40, "13 behind the end of from"],
  ] as const)
    expect(() =>
      copy(
        broken(({ data, copyRows }) => ({
          copyRows(args) {
            copyRows(args);
            data[place] = 1;
          },
        })),
      ),
    ).toThrow(`reference copyRows(0,20,2,3,5,5): something was written at ${place}, ${where}`);
});

test("a number that was forgotten is found", () => {
  const short = broken(({ copyRows }) => ({
    copyRows: (args) => copyRows({ ...args, width: args.width - 1 }),
  }));
  expect(() => copy(short)).toThrow("nothing was written at 2, 2 inside to");
});

test("a number read beside a tensor spoils the result", () => {
  const greedy = broken(({ data, copyRows }) => ({
    copyRows(args) {
      copyRows(args);
      data[0] += data[19];
    },
  }));
  expect(copy(greedy)[0]).toBeNaN();
});

test("a tensor that does not fit into the arena is found", () => {
  expect(() => copy(reference, 33)).toThrow("copyRows: from ends at 41, the arena at 40");
});
