// @ts-check
// Made data for classifiers, the same in integer_data.py: numbers come from a 32-bit xorshift generator and
// stay integers (multiples of 1/1024 as features), so that both languages hold exactly the same values.

/** Marsaglia's xorshift32. @param {number} seed not 0 @returns {() => number} the next 32-bit state, unsigned */
export function xorshift(seed) {
  let state = seed >>> 0;
  return () => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state;
  };
}

/**
 * Rows around `clusters` centres for each class, in the first `informative` columns; the others are noise. One
 * row: its class, its cluster, then its columns from left to right. Noise is the sum of four bytes less 510 (about
 * normal, standard deviation 148), centres are noise too. `rare` of 256 rows are of class 1 and the others of
 * class 0, or classes are drawn evenly where it is 0. `flip` of 256 labels are drawn anew. Where `missing` is
 * above 0, so many of 256 values become NaN, twice as many in rows of the last class.
 *
 * @typedef {{ seed: number, rows: number, columns: number, informative: number, classes: number,
 *   clusters: number, spread: number, rare: number, flip: number, missing: number }} Recipe
 * @param {Recipe} recipe
 */
export function madeTable({ seed, rows, columns, informative, classes, clusters, spread, rare, flip, missing }) {
  const next = xorshift(seed);
  const noise = () => {
    const word = next();
    return (word & 255) + ((word >>> 8) & 255) + ((word >>> 16) & 255) + (word >>> 24) - 510;
  };
  const centres = Array.from({ length: classes * clusters * informative }, noise);
  const labels = new Int32Array(rows);
  const values = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const drawn = next() >>> 8;
    let label = rare > 0 ? ((drawn & 255) < rare ? 1 : 0) : drawn % classes;
    const centre = (label * clusters + ((next() >>> 8) % clusters)) * informative;
    for (let column = 0; column < columns; column++) {
      const own = column < informative ? spread * centres[centre + column] : 0;
      values[row * columns + column] = (own + noise()) / 1024;
    }
    if (missing > 0)
      for (let column = 0; column < columns; column++)
        if (next() >>> 24 < (label === classes - 1 ? 2 * missing : missing))
          values[row * columns + column] = Number.NaN;
    if (next() >>> 24 < flip) label = (next() >>> 8) % classes;
    labels[row] = label;
  }
  return { values, labels, rows, columns, classes };
}
