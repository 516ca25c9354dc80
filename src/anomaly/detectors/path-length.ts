/** Euler's constant. */
const GAMMA = 0.5772156649015329;

/**
 * Mean length of the path to a row in a tree that isolates each of `rows` rows by random splits: that of an unsuccessful
 * search in a binary search tree (Liu, Ting and Zhou, Isolation Forest, ICDM 2008, equation 1), with the harmonic number
 * as ln + Euler's constant, as in scikit-learn.
 * @param rows from 0 up
 */
export function averagePathLength(rows: number): number {
  if (rows <= 1) return 0;
  if (rows === 2) return 1;
  return 2 * (Math.log(rows - 1) + GAMMA) - (2 * (rows - 1)) / rows;
}
