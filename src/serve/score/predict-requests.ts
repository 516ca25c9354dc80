import type { ReasonsOf } from "../../client/answers.js";
import { type Answer, explainedAnswer, npyAnswer, predictedAnswer, type ServedFile } from "./answers.js";
import type { Cases } from "./cases.js";
import type { Prepared } from "./groups.js";
import { joinCases, kindOfCases } from "./join-cases.js";
import { type CaseLimits, expectWithin, sliceEnds } from "./limits.js";
import { type Asked, NPY_TYPE } from "./requests.js";
import type { Predictions, Served } from "./served.js";

type Wish = Asked & { accept: string };

/** @throws {DataError} for more than the server takes */
export function preparePredict(
  served: Served,
  wish: Wish,
  limits: CaseLimits,
): Omit<Prepared<never, Cases>, "request"> {
  const { cases, top } = wish;
  const columns = served.about.classNames!.length + top;
  expectWithin(cases.set, cases.rows, columns, limits);
  return { value: cases, key: `${top} ${kindOfCases(cases)}`, size: cases.rows.length * columns };
}

/** Probabilities and decisions of several requests of one kind, with reasons where `top` is above 0. */
export async function predictRequests(
  served: Served,
  file: ServedFile & CaseLimits,
  group: readonly Prepared<Wish, Cases>[],
): Promise<Answer[]> {
  const joined = joinCases(group.map(({ value }) => value));
  const [{ request }] = group;
  const { predictions, moved } = await predictInSlices(served, joined, request.top, file.maxSteps);
  let from = 0;
  return group.map(({ value: { set, rows, notes }, request: { accept } }) => {
    const own = slice(predictions, from, from + rows.length);
    const reasons = moved.slice(from, from + rows.length);
    from += rows.length;
    if (accept === NPY_TYPE) return npyAnswer(own.probabilities, rows.length);
    const frame = { ...file, ids: Array.from(rows, (n) => set.ids[n]), notes };
    return request.top === 0 ? predictedAnswer(frame, served, own) : explainedAnswer(frame, served, own, reasons);
  });
}

async function predictInSlices(served: Served, cases: Cases, top: number, mostSteps: number) {
  const C = served.about.classNames!.length;
  const N = cases.rows.length;
  const predictions: Predictions = {
    classNames: served.about.classNames!,
    scores: new Float64Array(N * C),
    probabilities: new Float64Array(N * C),
    decisions: new Int32Array(N),
  };
  const moved: ReasonsOf[] = [];
  let from = 0;
  for (const end of sliceEnds(cases.set, cases.rows, mostSteps)) {
    const some = { ...cases, rows: cases.rows.subarray(from, end) };
    const explained = top > 0 ? await served.explain!(some, top) : undefined;
    const own = explained ?? (await served.predict!(some));
    predictions.scores.set(own.scores, from * C);
    predictions.probabilities.set(own.probabilities, from * C);
    predictions.decisions.set(own.decisions, from);
    moved.push(...(explained?.moved ?? []));
    from = end;
  }
  return { predictions, moved };
}

function slice({ classNames, scores, probabilities, decisions }: Predictions, from: number, to: number): Predictions {
  const C = classNames.length;
  return {
    classNames,
    scores: scores.subarray(from * C, to * C),
    probabilities: probabilities.slice(from * C, to * C),
    decisions: decisions.subarray(from, to),
  };
}
