import fc from "fast-check";
import { expect, test } from "vitest";
import { reference } from "../../src/engine/reference/reference.js";
import {
  caseErrors,
  channelErrors,
  lastErrors,
  lastResiduals,
  type Reconstruction,
  recentChannelErrors,
  recentErrors,
} from "../../src/features/reconstruction-errors.js";
import { reconstructionLoss } from "../../src/network/losses/reconstruction.js";
import { randomStream } from "../../src/random.js";

const columns = [
  { channel: "a", kind: "numeric", start: 0, width: 1 },
  { channel: "kind", kind: "categorical", start: 1, width: 3 },
  { channel: "b", kind: "numeric", start: 4, width: 1 },
] as const;
const F = 5;

/** Random x and y; `seen[b][t]` says which channels of a step were observed, an empty list is a step that is not there. */
function make(seen: boolean[][][], extra = 0, yStride = 8): Reconstruction {
  const B = seen.length;
  const T = Math.max(1, ...seen.map((steps) => steps.length)) + extra;
  const rows = T * B;
  const x = 3;
  const y = x + rows * F;
  const observed = y + rows * yStride;
  const mask = observed + rows * F;
  const data = new Float64Array(mask + rows);
  data.fill(1e6, y, observed); // of steps that are not there
  for (let b = 0; b < B; b++) {
    const random = randomStream(1, b);
    seen[b].forEach((channels, t) => {
      const r = t * B + b;
      for (let k = 0; k < F; k++) data[y + r * yStride + k] = random.normal();
      columns.forEach(({ kind, start, width }, c) => {
        const value = kind === "numeric" ? random.normal() : 1;
        const at = r * F + start + (kind === "numeric" ? 0 : random.integer(3));
        if (!channels[c]) return;
        data[x + at] = value;
        data.fill(1, observed + r * F + start, observed + r * F + start + width);
        data[mask + r] = 1;
      });
    });
  }
  return { T, B, columns, data, x, y, yStride, observed, mask };
}

const all = [true, true, true];
const none = [false, false, false];
const cases = [
  [all, [true, false, false], none, [false, true, true]],
  [all],
  [],
  [none, all, all, [true, false, true]],
];

test("errors of cases and channels add up to the loss of training", () => {
  const made = make(cases);
  const { T, B, data, x, y, yStride, observed, mask } = made;
  const ws = reference.createWorkspace(data.length);
  ws.data.set(data);
  const output = { kind: "sequence" as const, width: F, stride: yStride, offset: () => y };
  const counts = cases.map((steps) => steps.flat().filter(Boolean).length);
  const count = counts.reduce((a, b) => a + b, 0);
  const place = { x, target: x, mask: mask!, observed: observed!, weights: 0, active: 0 };
  const batch = {
    ...{ T, B, rows: T * B, active: -1, mask: mask!, masked: true, weighted: false, count },
    ...{ order: new Int32Array(B), gradients: 0, present: 0 },
  };
  const loss = reconstructionLoss(ws, columns, place, output, batch, 0, undefined) / count;
  const errors = caseErrors(made);
  expect(errors.reduce((sum, error, b) => sum + error * counts[b], 0) / count).toBeCloseTo(loss, 12);
  expect(errors[2]).toBe(0);
  const channels = channelErrors(made);
  const seen = (b: number, c: number) => cases[b].filter((step) => step[c]).length;
  for (const b of [0, 1, 2, 3]) {
    const sum = [0, 1, 2].reduce((total, c) => total + channels[3 * b + c] * seen(b, c), 0);
    expect(sum / Math.max(counts[b], 1)).toBeCloseTo(errors[b], 12);
  }
  expect(Array.from(channels.subarray(6, 9))).toEqual([0, 0, 0]);
});

test("residuals are those of the last step that is there, signed, and 0 where nothing was observed", () => {
  const made = make(cases);
  const { B, data, x, y, yStride } = made;
  const residuals = lastResiduals(made);
  const at = (t: number, b: number, k: number) => ({
    x: data[x + (t * B + b) * F + k],
    y: data[y + (t * B + b) * yStride + k],
  });
  const number = (t: number, b: number, k: number) => at(t, b, k).x - at(t, b, k).y;
  expect(residuals[0]).toBe(0);
  expect(residuals[4]).toBeCloseTo(number(3, 0, 4), 12);
  const total = [1, 2, 3].reduce((sum, k) => sum + Math.exp(at(3, 0, k).y), 0);
  for (const k of [1, 2, 3]) expect(residuals[k]).toBeCloseTo(at(3, 0, k).x - Math.exp(at(3, 0, k).y) / total, 12);
  expect(residuals[F]).toBeCloseTo(number(0, 1, 0), 12);
  expect(Array.from(residuals.subarray(2 * F, 3 * F))).toEqual([0, 0, 0, 0, 0]);
  expect(residuals[3 * F + 4]).toBeCloseTo(number(3, 3, 4), 12);
  expect(Array.from(residuals.subarray(3 * F + 1, 3 * F + 4))).toEqual([0, 0, 0]);
});

test("errors of the last step by channel, and means over the last steps that are there", () => {
  const made = make([[all, none, [true, false, false], all], [all], []]);
  const { B, data, x, y, yStride } = made;
  const square = (t: number, b: number, k: number) =>
    (data[x + (t * B + b) * F + k] - data[y + (t * B + b) * yStride + k]) ** 2;
  const last = lastErrors(made);
  expect([last[0], last[2], last[3]]).toEqual([square(3, 0, 0), square(3, 0, 4), square(0, 1, 0)]);
  expect(last[1]).toBeGreaterThan(0);
  expect(Array.from(last.subarray(6))).toEqual([0, 0, 0]);
  const [spans, S] = [[1, 2, 9], 3];
  const recent = recentErrors(made, spans);
  const ofLast = (last[0] + last[1] + last[2]) / 3;
  expect(recent[0]).toBeCloseTo(ofLast, 12);
  expect(recent[1]).toBeCloseTo((ofLast + square(2, 0, 0)) / 2, 12); // the step before is not there
  const first = 3 * recent[2] - 2 * recent[1];
  expect((3 * ofLast + square(2, 0, 0) + 3 * first) / 7).toBeCloseTo(caseErrors(made)[0], 12);
  expect(recent[S + 2]).toBeCloseTo(recent[S], 12); // of one step alone
  expect(Array.from(recent.subarray(2 * S))).toEqual([0, 0, 0]);
  const age = (_: number, t: number) => 60 * (3 - t);
  const timed = recentChannelErrors(made, [1, 61, 181], age); // the step of 120 s ago is not there
  const of = (span: number, c: number) => timed[3 * span + c];
  expect(of(0, 0)).toBe(square(3, 0, 0));
  expect(of(1, 0)).toBeCloseTo((square(3, 0, 0) + square(2, 0, 0)) / 2, 12);
  expect(of(2, 0)).toBeCloseTo((square(3, 0, 0) + square(2, 0, 0) + square(0, 0, 0)) / 3, 12);
  expect(of(1, 2)).toBeCloseTo(square(3, 0, 4) / 2, 12); // not observed 60 s ago
  expect(of(1, 1)).toBeCloseTo(last[1] / 2, 12);
  expect(Array.from(timed.subarray(9, 12))).toEqual(Array.from(last.subarray(3, 6)));
  expect(Array.from(timed.subarray(18))).toEqual(new Array(9).fill(0));
});

test("a mask alone hides padding, where every value of a step was observed", () => {
  const whole = make([[all, all], [all]]);
  const unmarked = { ...whole, observed: undefined };
  expect(caseErrors(unmarked)).toEqual(caseErrors(whole));
  expect(channelErrors(unmarked)).toEqual(channelErrors(whole));
  expect(lastResiduals(unmarked)).toEqual(lastResiduals(whole));
  expect(recentErrors(unmarked, [3])).toEqual(recentErrors(whole, [3]));
  expect(lastErrors(unmarked)).toEqual(lastErrors(whole));
});

test("padding changes nothing", () => {
  const anySeen = fc.array(fc.array(fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }), { maxLength: 5 }), {
    minLength: 1,
    maxLength: 4,
  });
  fc.assert(
    fc.property(anySeen, fc.integer({ min: 1, max: 6 }), (seen, extra) => {
      const [plain, padded] = [make(seen), make(seen, extra)];
      expect(caseErrors(padded)).toEqual(caseErrors(plain));
      expect(channelErrors(padded)).toEqual(channelErrors(plain));
      expect(lastResiduals(padded)).toEqual(lastResiduals(plain));
      expect(recentErrors(padded, [2])).toEqual(recentErrors(plain, [2]));
      expect(lastErrors(padded)).toEqual(lastErrors(plain));
    }),
    { numRuns: 50, seed: 2 },
  );
});
