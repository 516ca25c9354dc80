import { createRequire } from "node:module";
import { resolve } from "node:path";
import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { NONE } from "../../src/engine/engine.js";
import type { Kernels } from "../../src/engine/kernels.js";
import { loadNative } from "../../src/engine/native.js";
import { EngineError } from "../../src/index.js";
import { engines } from "../engines.js";
import { signatures } from "./checked.js";

const native = engines.filter(({ name }) => name.startsWith("native"));

setFlagsFromString("--expose-gc");
const collect: () => void = runInNewContext("gc");

/** Collects what nothing holds, and lets the finalizers of the add-on run. */
async function sweep() {
  for (let round = 0; round < 3; round++) {
    await setImmediate();
    collect();
  }
  await setImmediate();
}

describe.each(native)("$name: memory", ({ engine }) => {
  const ELEMENTS = 50_000;
  const filled = (value: number) => {
    const ws = engine.createWorkspace(ELEMENTS);
    ws.data.fill(value);
    return ws;
  };

  test("a kernel alone keeps its arena, and nothing does when it is gone", async () => {
    let squaredNorm: Kernels["squaredNorm"] | undefined;
    let memory: WeakRef<object> | undefined;
    const make = () => {
      const ws = filled(2);
      squaredNorm = ws.squaredNorm;
      memory = new WeakRef(ws.memory);
    };
    make();
    await sweep();
    for (let k = 0; k < 20; k++) filled(5); // takes the place of what was freed
    expect(memory!.deref()).toBeDefined();
    expect(squaredNorm!({ a: 0, n: ELEMENTS })).toBe(4 * ELEMENTS);
    squaredNorm = undefined;
    await sweep();
    expect(memory!.deref()).toBeUndefined();
  });

  test("arenas that are gone do not pile up until something else makes the collector work", () => {
    const before = process.memoryUsage.rss();
    let most = 0;
    for (let k = 0; k < 400; k++) {
      engine.createWorkspace(500_000).data.fill(1); // 2 MB
      most = Math.max(most, process.memoryUsage.rss() - before);
    }
    expect(most / 2 ** 20).toBeLessThan(400);
  });

  test("arenas come and go while kernels over others run", async () => {
    const kept: Kernels[] = [];
    for (let round = 0; round < 12; round++) {
      kept.push(filled(round));
      for (let k = 0; k < 10; k++) filled(99).squaredNorm({ a: 0, n: ELEMENTS });
      if (round % 3 === 0) await sweep();
      kept.forEach(({ squaredNorm }, k) => {
        expect(squaredNorm({ a: 0, n: ELEMENTS })).toBe(k * k * ELEMENTS);
      });
    }
    kept.splice(0, 6);
    await sweep();
    kept.forEach(({ squaredNorm }, k) => {
      expect(squaredNorm({ a: 0, n: ELEMENTS })).toBe((k + 6) ** 2 * ELEMENTS);
    });
  });
});

const ELEMENTS = 64;

describe.skipIf(native.length === 0)("arguments of the add-on", () => {
  const ws = native[0]?.engine.createWorkspace(ELEMENTS);
  const { open, arena, place } = createRequire(import.meta.url)(
    resolve(process.env.UNDERTONE_NATIVE ?? "dist/native/undertone.node"),
  );

  const record = new Float64Array(new ArrayBuffer(24));

  test.each(signatures)(
    "$native refuses what does not fit, and nothing else",
    ({ native: kernelName, arguments: list }) => {
      const data = new Float32Array(ELEMENTS).fill(7);
      const kernel = open("baseline")[kernelName].bind(undefined, arena(data, record)) as (
        ...args: unknown[]
      ) => unknown;
      /** All offsets and sizes 0, except one, which is wrong. */
      const spoilt = (k: number, value: unknown) => () => kernel(...new Array(list.length).fill(0).with(k, value));
      list.forEach(({ native, kind, tensor, optional }, k) => {
        const at = `undertone: ${kernelName}, argument ${native}: got `;
        expect(spoilt(k, 0)).not.toThrow();
        for (const value of [undefined, "1", null, {}, 1n])
          expect(spoilt(k, value)).toThrow(`${at}something that is no number`);
        expect(() => kernel(...new Array(k).fill(0))).toThrow(`${at}nothing, expected `);
        if (kind === "real") return;
        for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 0.5, tensor ? ELEMENTS + 1 : 2 ** 31])
          expect(spoilt(k, value)).toThrow(RangeError);
        if (optional || kind === "integer") expect(spoilt(k, NONE)).not.toThrow();
        else
          expect(spoilt(k, NONE)).toThrow(
            `${at}-1, expected ${tensor ? `an offset of 0 to ${ELEMENTS}.` : "a whole number, 0 or more."}`,
          );
      });
      expect(data.every((value) => value === 7)).toBe(true);
    },
  );

  test("a key is any whole number of 32 bits", () => {
    expect(() => ws.bernoulli({ out: 0, key: -5, rate: 0.5, n: 4 })).not.toThrow();
    expect(() => ws.bernoulli({ out: 0, key: 2 ** 31, rate: 0.5, n: 4 })).toThrow("expected a whole number of 32 bits");
  });

  test("an argument that was forgotten is named", () => {
    const forgotten = { a: 0 } as Parameters<Kernels["squaredNorm"]>[0];
    expect(() => ws.squaredNorm(forgotten)).toThrow(
      "undertone: squared_norm, argument n: got something that is no number",
    );
  });

  test("further arguments are no harm", () => {
    const { squared_norm } = open("baseline");
    const data = new Float32Array(4).fill(1);
    expect(squared_norm(arena(data, record), 0, 4, ...new Array(50).fill(0))).toBe(4);
    expect(data).toHaveLength(4); // it lives until here
  });

  test("open, arena, place and kernels refuse what they cannot take", () => {
    const data = new Float32Array(4);
    for (const args of [[], [3], [data], [{}]])
      expect(() => open(...args)).toThrow("undertone: open takes the name of a target");
    for (const target of ["", "avx1024", "a name that is longer than any target", "kernels_baseline"])
      expect(() => open(target)).toThrow("undertone: this processor cannot run that target");
    expect(() => place()).toThrow("undertone: place takes a typed array");
    expect(() => place({})).toThrow("undertone: place takes a typed array");
    const { squared_norm } = open("baseline");
    for (const first of [[], [data], [[1, 2]], [0], [undefined], [data.buffer]])
      expect(() => squared_norm(...first, 0, 0)).toThrow("undertone: squared_norm takes an arena first.");
    const wrong = [[], [data], [data, data], [record, record], [data, new Float64Array(2)], [[1], record]];
    for (const args of wrong) expect(() => arena(...args)).toThrow("undertone: arena takes a Float32Array, and");
    const empty = arena(new Float32Array(0), record);
    expect(squared_norm(empty, 0, 0)).toBe(0);
    expect(() => squared_norm(empty, 1, 0)).toThrow("expected an offset of 0 to 0.");
    record.fill(0);
    expect(() => squared_norm(empty, 0, 0)).toThrow("takes an arena first"); // what has no mark is none
  });
});

test("UNDERTONE_NATIVE names the add-on, and no other is tried", async () => {
  const before = process.env.UNDERTONE_NATIVE;
  process.env.UNDERTONE_NATIVE = "nowhere/undertone.node";
  try {
    await expect(loadNative()).rejects.toThrow(EngineError);
    await expect(loadNative()).rejects.toThrow(resolve("nowhere/undertone.node"));
  } finally {
    if (before === undefined) delete process.env.UNDERTONE_NATIVE;
    else process.env.UNDERTONE_NATIVE = before;
  }
});
