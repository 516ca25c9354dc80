// @ts-check
// Rows whose classifiers, read-outs and convolutions are fitted on noisy copies of the training series: the encoder's,
// and all others', so that what copies give and what the encoder gives can be told apart.
import { countOf, kNearestNeighbours, noisyCopies, randomForest, ridgeClassifier } from "../../dist/index.js";
import { openSheet } from "./sheet.mjs";
import { convolutionTables, encoderOf, MANY_ROWS, partOf, rawTables, wideTables } from "./tables.mjs";

/** Noise that the recipe robust trains with, whatever noise the test part has. */
const STDDEV = 0.5;
/** Copies of a series; fewer where there would be too many rows for ridge. */
const COPIES = 4;

/**
 * @param {import("./sheet.mjs").Sheet} sheet gets the rows, their names end in " copies"
 * @param {import("./tables.mjs").Parts} parts
 * @param {import("./rows.mjs").Setting} setting
 * @param {import("./tables.mjs").Model} robust the recipe's encoder, trained on the training part as it is
 */
export async function copiesRows(sheet, { train, test }, { engine, seed, threads }, robust) {
  const copies = Math.max(1, Math.min(COPIES, Math.floor(MANY_ROWS / countOf(train))));
  const parts = { train: noisyCopies(train, { stddev: STDDEV, copies, seed }), test };
  const { figures, timed, judge, average } = openSheet(parts.train, test, false);
  const raw = rawTables(parts);
  await judge("raw copies", ridgeClassifier(), raw);
  await judge("raw knn copies", kNearestNeighbours(), raw);
  await judge("raw forest copies", randomForest({ seed }), raw);
  const convolutions = await timed("convolutions copies", () => convolutionTables(parts, seed));
  await judge("convolutions copies", ridgeClassifier(), convolutions);
  const control = await encoderOf(engine, train, { learn: false, recipe: "robust", seed, threads });
  for (const [name, encoder] of Object.entries({ robust, "robust-untrained": control })) {
    const wide = await timed(`${name} copies`, () => wideTables(engine, encoder, parts, { seed, threads }));
    for (const readOut of /** @type {const} */ (["narrow", "levels"]))
      await judge(`${name} ${readOut} copies`, ridgeClassifier(), partOf(wide, readOut));
  }
  for (const name of ["robust", "robust-untrained"])
    average(`average(${name}, convolutions) copies`, `${name} levels copies`, "convolutions copies");
  Object.assign(sheet.figures.accuracy, figures.accuracy);
  Object.assign(sheet.figures.seconds, figures.seconds);
}
