import { likeliest } from "../classify/base/classifier.js";
import type { Engine } from "../engine/engine.js";
import { ArtefactError } from "../errors.js";
import { meanOf } from "../evaluate/comparison/predictions.js";
import { parseExpression, partsOf } from "../features/sets/expression.js";
import { expectOptions } from "../options.js";
import type { FeatureTable } from "../table/feature-table.js";
import type { About } from "./about.js";
import { probabilitiesBy } from "./calibrate.js";
import { type CasesToScore, casesOf } from "./cases.js";
import { openReasons, type Reasons } from "./explain.js";
import { blocksOf, type MemberRows, openFeatures, rowsFor } from "./member-rows.js";
import { averageScores, loadMember, probabilitiesOf } from "./members.js";
import type { PredictorParts } from "./parts.js";
import { readParts, writeParts } from "./predictor-bytes.js";
import { predictingModel, type Surprise, surprisesOf } from "./surprises.js";

/** What a predictor says of some cases. */
export interface Scored {
  /** [rows, classes], the mean of the classifiers' scores; each row adds up to 1. Thresholds are on this scale. */
  scores: Float64Array;
  /** [rows, classes], the scores as probabilities, by the calibration; without one the scores. */
  probabilities: Float64Array;
  /** [rows], the class by the frozen threshold; where there is none, the one of the largest score. */
  decisions: Int32Array;
}

/** Scores with what moved them. */
export interface Explained extends Scored {
  /** [rows] */
  reasons: Reasons[];
}

/** A classifier with all that makes its input: from raw sequences to probabilities and decisions. */
export interface Predictor {
  /** What it was fitted on, how it was chosen, and by what it decides. */
  about: About;
  /**
   * A case's scores do not depend on the other cases, except where aggregates look at its past.
   * @throws {DataError} {OptionError} for cases of other channels than those of the training part
   */
  score(cases: CasesToScore): Promise<Scored>;
  /** [rows], class indices; see `Scored.decisions`. */
  predict(cases: CasesToScore): Promise<Int32Array>;
  /** [rows, classes], row-major; see `Scored.probabilities`. */
  predictProba(cases: CasesToScore): Promise<Float64Array>;
  /**
   * The scores, and the columns that moved them most: exact for linear classifiers, TreeSHAP for trees; see
   * `explainClassifier`.
   * @param k most columns per case
   * @throws {OptionError} for nearest neighbours, sparse n-grams, or averages whose classifiers have several units
   */
  explain(cases: CasesToScore, k: number): Promise<Explained>;
  /**
   * The values of each case that its network did not expect from the steps before, the most surprising first; undefined
   * where no feature set has a network that predicts the next step (`surprise` has one).
   */
  surprises(cases: CasesToScore, k: number): Promise<Surprise[][] | undefined>;
  /** The bytes of its file, with a checksum. */
  toBytes(): Uint8Array;
}

/**
 * Reads the bytes of a predictor and checks everything in it, its checksum first.
 * @param where names the file in errors
 * @param options.threads for random convolutions and encoders; default: one per core
 * @throws {ArtefactError} if it was cut short, is damaged, is newer than this library or is no predictor
 */
export function decodePredictor(
  engine: Engine,
  bytes: Uint8Array,
  where: string,
  options: { threads?: number } = {},
): Predictor {
  expectOptions("decodePredictor", options, ["threads"]);
  const parts = readParts(bytes, where);
  try {
    return openPredictor(engine, parts, options.threads);
  } catch (error) {
    if (error instanceof ArtefactError) error.message = `${where}: the predictor is damaged. ${error.message}`;
    throw error;
  }
}

/**
 * @param threads for random convolutions and encoders; default: one per core
 * @throws {ArtefactError} for a member that is no classifier
 */
export function openPredictor(engine: Engine, parts: PredictorParts, threads?: number): Predictor {
  const { about, sets } = parts;
  const expression = parseExpression(about.features);
  const members = parts.members.map((member) => ({ ...member, ...loadMember(member) }));
  const toProbabilities = probabilitiesBy(about);
  const keyOf = (part: string, classifier: string) => JSON.stringify([part, classifier]);
  /** @param look gets what each member reads of the cases */
  const scoreRows = async (given: CasesToScore, look?: (m: number, rows: MemberRows) => void): Promise<Scored> => {
    const found = new Map<string, Float64Array>(); // scores of each part and classifier
    const cases = casesOf(about, given);
    const featuresOf = openFeatures(sets, cases, { engine, threads });
    for (const [p, part] of partsOf(expression).entries()) {
      const blocks = await blocksOf(part, featuresOf);
      for (let k = 0; k < about.classifiers.length; k++) {
        const m = p * about.classifiers.length + k; // in this order they are fitted
        const { features, classifier, blocks: scale } = members[m];
        const { rows } = rowsFor(part, classifier, blocks, scale);
        look?.(m, rows);
        found.set(keyOf(features, classifier), probabilitiesOf(members[m], rows));
      }
    }
    const byClassifier = about.classifiers.map((classifier) =>
      averageScores(expression, (part) => found.get(keyOf(part, classifier))!),
    );
    const scores = byClassifier.length === 1 ? byClassifier[0] : meanOf(byClassifier);
    return { scores, probabilities: toProbabilities(scores), decisions: decide(about, scores) };
  };
  let reasonsOf: ReturnType<typeof openReasons> | undefined;
  return {
    about,
    score: (cases) => scoreRows(cases),
    async explain(cases, k) {
      reasonsOf ??= openReasons(expression, parts.members, about.classifiers.length);
      const tables: FeatureTable[] = [];
      const scored = await scoreRows(cases, (m, rows) => {
        tables[m] = rows.table!;
      });
      const C = about.classNames.length;
      return { ...scored, reasons: reasonsOf(tables, likeliest(scored.scores, C), k) };
    },
    predict: async (cases) => (await scoreRows(cases)).decisions,
    predictProba: async (cases) => (await scoreRows(cases)).probabilities,
    async surprises(cases, k) {
      const model = predictingModel(sets);
      return model && surprisesOf(engine, model, casesOf(about, cases).set, k, threads);
    },
    toBytes: () => writeParts(parts),
  };
}

/**
 * The class of each row: of two classes the second from the threshold on.
 * @param threshold default: the frozen one
 */
export function decide(
  { classNames, threshold: frozen }: Pick<About, "classNames" | "threshold">,
  scores: Float64Array,
  threshold = frozen && (frozen.value ?? Number.POSITIVE_INFINITY),
): Int32Array {
  const C = classNames.length;
  if (C > 2 || threshold === undefined) return likeliest(scores, C);
  return Int32Array.from({ length: scores.length / 2 }, (_, n) => (scores[2 * n + 1] >= threshold ? 1 : 0));
}
