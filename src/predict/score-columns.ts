import { countOf, type KeptColumn } from "../sequences/set/sequence-set.js";
import { lastSteps, type Sequences } from "../sequences/set/windowed-set.js";
import type { About } from "./about.js";
import type { Scored } from "./predictor.js";

const DAY = 86_400;

/** Scored cases as columns of a file: the decision, of two classes the score that the threshold looks at, and probabilities. */
export function scoreColumns({ classNames }: About, { scores, probabilities, decisions }: Scored): KeptColumn[] {
  const C = classNames.length;
  const column = (values: Float64Array, c: number) => Float64Array.from(decisions, (_, n) => values[n * C + c]);
  return [
    { name: "decision", kind: "texts", values: Array.from(decisions, (c) => classNames[c]) },
    ...(C === 2 ? [{ name: "score", kind: "numbers" as const, values: column(scores, 1) }] : []),
    ...classNames.map((name, c) => ({ name: `p_${name}`, kind: "numbers" as const, values: column(probabilities, c) })),
  ];
}

/** [cases], the day of each case's last step; undefined without times. */
export function daysOf(set: Sequences): Float64Array | undefined {
  const { held, steps } = lastSteps(set);
  const { times } = held;
  return times && Float64Array.from({ length: countOf(set) }, (_, n) => Math.floor(times[steps[n]] / DAY));
}

/**
 * Which cases are alerts where `most` can be looked at a day: those of the largest scores; of equal ones the first.
 * @param scores [N] of the class that is looked for
 * @param days [N]
 */
export function alertsPerDay(scores: Float64Array, days: Float64Array, most: number): Int32Array {
  const byDay = new Map<number, number[]>();
  days.forEach((day, n) => {
    const cases = byDay.get(day);
    if (cases) cases.push(n);
    else byDay.set(day, [n]);
  });
  const alerts = new Int32Array(scores.length);
  for (const cases of byDay.values())
    for (const n of cases.sort((a, b) => scores[b] - scores[a] || a - b).slice(0, most)) alerts[n] = 1;
  return alerts;
}
