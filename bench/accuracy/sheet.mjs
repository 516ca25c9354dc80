// @ts-check
// The figures of one data set and one seed: who was judged on what, and how long it took.
import { averagePrecision, selectByLeaveOneOut } from "../../dist/index.js";

/** @typedef {import("../../dist/index.js").FeatureTable} Table */
/** @typedef {import("../../dist/index.js").SequenceSet} SequenceSet */
/** @typedef {import("../../dist/index.js").Classifier} Classifier */
/** @typedef {{ train: Table, test: Table }} Pair rows are the series of each part */
/** @typedef {ReturnType<typeof openSheet>} Sheet */

/**
 * @param {SequenceSet} train series without a label (-1) are no training rows
 * @param {SequenceSet} test
 * @param {boolean} rare whether class 1 is rare: average precision beside accuracy
 */
export function openSheet(train, test, rare) {
  const given = /** @type {Int32Array} */ (train.labels);
  const expected = /** @type {Int32Array} */ (test.labels);
  const classes = /** @type {readonly string[]} */ (train.classNames).length;
  const labelled = Int32Array.from(given.keys()).filter((n) => given[n] >= 0);
  const labels = Int32Array.from(labelled, (n) => given[n]);
  /** @type {{ accuracy: Record<string, number>, averagePrecision?: Record<string, number>, seconds: Record<string, number> }} */
  const figures = { accuracy: {}, ...(rare && { averagePrecision: {} }), seconds: {} };
  /** @type {Record<string, Float64Array>} */
  const scores = {};

  /** @param {string} name @param {Float64Array} own [cases, classes] */
  const note = (name, own) => {
    scores[name] = own;
    let hits = 0;
    expected.forEach((label, n) => {
      let best = 0;
      for (let c = 1; c < classes; c++) if (own[n * classes + c] > own[n * classes + best]) best = c;
      if (best === label) hits++;
    });
    figures.accuracy[name] = hits / expected.length;
    if (!figures.averagePrecision) return;
    const ranked = Float64Array.from(expected, (_, n) => own[n * classes + 1]);
    const positive = Array.from(expected, (label) => label === 1);
    figures.averagePrecision[name] = averagePrecision(ranked, positive) ?? 0;
  };

  /** Adds the time of `work` to that of `name`. @template R @param {string} name @param {() => R | Promise<R>} work @returns {Promise<R>} */
  const timed = async (name, work) => {
    const from = performance.now();
    const result = await work();
    figures.seconds[name] = (figures.seconds[name] ?? 0) + (performance.now() - from) / 1000;
    return result;
  };

  return {
    figures,
    timed,
    /** Fits on the labelled training rows. @param {string} name @param {Classifier} classifier @param {Pair} pair */
    async judge(name, classifier, pair) {
      const own = await timed(name, () =>
        classifier.fit(rowsOf(pair.train, labelled), labels, classes).predictProba(pair.test),
      );
      note(name, own);
    },
    /**
     * The row whose training table has the smallest leave-one-out error.
     * @param {string} name @param {Record<string, Table>} trained of each row that was judged, its training part
     */
    select(name, trained) {
      const tables = Object.values(trained).map((table) => rowsOf(table, labelled));
      const { chosen } = selectByLeaveOneOut(tables, labels, classes);
      note(name, scores[Object.keys(trained)[chosen]]);
    },
    /** Rows that were judged, their probabilities added up. @param {string} name @param {string[]} parts */
    average(name, ...parts) {
      note(
        name,
        scores[parts[0]].map((_, k) => parts.reduce((sum, part) => sum + scores[part][k], 0)),
      );
    },
  };
}

/** @param {Table} table @param {Int32Array} rows @returns {Table} */
function rowsOf(table, rows) {
  if (rows.length === table.rows) return table;
  const C = table.names.length;
  const values = new Float32Array(rows.length * C);
  rows.forEach((n, r) => {
    values.set(table.values.subarray(n * C, (n + 1) * C), r * C);
  });
  return { values, names: table.names, rows: rows.length };
}
