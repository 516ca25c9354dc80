import { countOf, type KeptColumn } from "../sequences/set/sequence-set.js";
import { lastSteps, type Sequences } from "../sequences/set/windowed-set.js";
import type { About } from "./about.js";
import type { CasesToScore } from "./cases.js";
import type { Reasons } from "./explain.js";
import type { Predictor, Scored } from "./predictor.js";
import type { Surprise } from "./surprises.js";

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

/** The columns that moved the scores most, each with what it added to the score; "" and NaN where a table has fewer. */
function reasonColumns(reasons: readonly Reasons[], k: number): KeptColumn[] {
  return Array.from({ length: k }, (_, at): KeptColumn[] => [
    { name: `reason_${at + 1}`, kind: "texts", values: reasons.map((each) => each.contributions[at]?.name ?? "") },
    {
      name: `reason_${at + 1}_by`,
      kind: "numbers",
      values: Float64Array.from(reasons, (each) => each.contributions[at]?.contribution ?? Number.NaN),
    },
  ]).flat();
}

/** The values that surprised the network most, as `channel@-STEPS`, each with its error. */
function surpriseColumns(surprises: readonly Surprise[][], k: number): KeptColumn[] {
  const place = (each: Surprise | undefined) =>
    each ? `${each.channel}@${each.step === 0 ? "" : "-"}${each.step}` : "";
  return Array.from({ length: k }, (_, at): KeptColumn[] => [
    { name: `surprise_${at + 1}`, kind: "texts", values: surprises.map((own) => place(own[at])) },
    {
      name: `surprise_${at + 1}_by`,
      kind: "numbers",
      values: Float64Array.from(surprises, (own) => own[at]?.error ?? Number.NaN),
    },
  ]).flat();
}

/** Names of the columns that a row of scores adds to those of the data. */
export function namesOfScores(about: About, explain = 0): string[] {
  const none = new Float64Array();
  const columns = scoreColumns(about, { scores: none, probabilities: none, decisions: new Int32Array() });
  return [...columns, ...reasonColumns([], explain), ...surpriseColumns([], explain)].map(({ name }) => name);
}

/** Scores, with what stands behind them in a row: the columns and values that moved them, where they are wanted. */
export async function scoreWithReasons(
  predictor: Predictor,
  cases: CasesToScore,
  k: number | undefined,
): Promise<{ scored: Scored; reasons: KeptColumn[] }> {
  if (k === undefined) return { scored: await predictor.score(cases), reasons: [] };
  const surprises = cases.set.windows ? await predictor.surprises(cases, k) : undefined;
  const { reasons, ...scored } = await predictor.explain(cases, k);
  return { scored, reasons: [...reasonColumns(reasons, k), ...(surprises ? surpriseColumns(surprises, k) : [])] };
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
