import { type Expression, nameOfExpression, parseExpression } from "../../features/sets/expression.js";
import { featureSets } from "../../features/sets/feature-sets.js";
import type { Difference, Measure } from "../comparison/comparison.js";
import { differenceOf } from "../metrics/bootstrap.js";
import { measureTable } from "../metrics/measures.js";
import { correctedResampledTest, redrawnTest } from "../metrics/resampled-t-test.js";
import { bestValidated, chosenRows, type ScoredRow } from "./chosen-rows.js";

/** All that could be claimed together errs in so many of all comparisons where nothing helps. */
const ERROR = 0.05;

/**
 * The differences that decide, between rows that were chosen on the training part: each offer (what was learned, alone
 * or beside others) and each control (the same with an untrained encoder) against the best baseline. Their level is
 * higher, the more there are. One that lies above is also compared with every other baseline, and with each that has its
 * own classifier: else a bad choice of the baseline's classifier would be taken for a gain of the features.
 */
export function differencesOf(
  rows: readonly ScoredRow[],
  {
    measure,
    resamples,
    redrawn = false,
  }: {
    measure: Measure;
    resamples: readonly Readonly<Record<"train" | "test", { length: number }>>[];
    /** They are a given split and others of its sizes. */
    redrawn?: boolean;
  },
): Difference[] {
  const sizeOf = (part: "train" | "test") => resamples.reduce((sum, each) => sum + each[part].length, 0);
  const testToTrain = sizeOf("test") / sizeOf("train");
  const compare = (question: Difference["question"], a: ScoredRow, b: ScoredRow, level: number): Difference => {
    const [more, less] = measureTable[measure].falls ? [b, a] : [a, b];
    const steps = more.row.byResample.map((value, k) => value - less.row.byResample[k]);
    const finite = steps.filter(Number.isFinite);
    const corrected = redrawn
      ? redrawnTest(
          finite,
          more.draws.drawn.map((value, n) => value - less.draws.drawn[n]),
          level,
        )
      : correctedResampledTest(finite, testToTrain, level);
    return {
      question,
      features: a.row.features,
      classifier: a.row.classifier,
      against: { features: b.row.features, classifier: b.row.classifier },
      ...differenceOf(more.draws, less.draws, level),
      level,
      ...(corrected && { corrected }),
    };
  };
  const chosen = chosenRows(rows);
  const having = (...roles: string[]) => chosen.filter(({ row }) => roles.includes(row.role));
  const baselines = having("baseline");
  const claims = having("latent", "combination", "control");
  const best = baselines.length > 0 ? bestValidated(baselines) : undefined;
  const level = 1 - ERROR / Math.max(1, claims.length);
  const rivalsOf = ({ row: { classifier } }: ScoredRow) =>
    rows
      .filter((each) => each.row.role === "baseline" && each !== best)
      .filter((each) => baselines.includes(each) || each.row.classifier === classifier);
  return claims.flatMap((claim) => {
    const isControl = claim.row.role === "control";
    const twin = isControl ? undefined : twinAmong(chosen, claim.row);
    const found = best ? [compare(isControl ? "control" : "offer", claim, best, level)] : [];
    if (best && isAbove(found[0]))
      for (const other of rivalsOf(claim)) found.push(compare("rival", claim, other, level));
    if (twin) found.push(compare("learning", claim, twin, 1 - ERROR));
    return found;
  });
}

/** Above 0 by the bootstrap over cases and, where there are several resamples, by the test over these, too. */
export function isAbove({ low, corrected }: Pick<Difference, "low" | "corrected">): boolean {
  return low > 0 && (corrected === undefined || corrected.low > 0);
}

/** The control of a claim; of latents whose own has no row, any that stands alone. */
function twinAmong(chosen: readonly ScoredRow[], { features, role }: ScoredRow["row"]): ScoredRow | undefined {
  const own = chosen.find(({ row }) => row.features === twinOf(features));
  if (own || role !== "latent") return own;
  return chosen.find(({ row }) => row.role === "control" && !row.features.includes("+"));
}

/** The same features with the untrained encoder in place of the trained one; undefined if nothing in them is trained. */
export function twinOf(features: string): string | undefined {
  const twin = nameOfExpression(untrainedTwin(parseExpression(features)));
  return twin === features ? undefined : twin;
}

function untrainedTwin(expression: Expression): Expression {
  if (expression.kind !== "set") return { ...expression, parts: expression.parts.map(untrainedTwin) };
  return featureSets[expression.name].role === "latent" ? { ...expression, name: "untrained" } : expression;
}
