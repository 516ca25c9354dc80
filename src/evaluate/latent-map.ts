import type { FeaturePair } from "../features/sets/feature-set.js";
import { randomStream, STREAMS } from "../random.js";
import { selectRows } from "../table/feature-table.js";
import { fitPca, transformPca } from "../table/pca.js";
import type { LatentMap } from "./comparison/comparison.js";

const MOST_POINTS = 2000;
/** Training rows that the components are taken from. */
const MOST_ROWS = 2000;

export interface MapOptions {
  features: string;
  resample: number;
  /** [test cases], and how they are called */
  labels: Int32Array;
  ids: readonly string[];
  classCount: number;
  seed: number;
}

/** Test cases along the first two principal components of the training part's standardised columns. */
export function latentMap(
  { train, test }: FeaturePair,
  { features, resample, labels, ids, classCount, seed }: MapOptions,
): LatentMap | undefined {
  const drawn = randomStream(seed, STREAMS.mapComponents).shuffle(Int32Array.from({ length: train.rows }, (_, n) => n));
  const some = selectRows(train, drawn.subarray(0, MOST_ROWS));
  if (some.rows < 2 || isConstant(some.values, some.names.length)) return undefined;
  const pca = fitPca(some, 2, { standardise: true });
  const shown = drawCases(labels, classCount, seed);
  const placed = transformPca(pca, selectRows(test, shown));
  const K = placed.names.length;
  const share = (k: number) => (pca.variances[k] ?? 0) / pca.totalVariance;
  return {
    features,
    resample,
    part: "test",
    explained: [share(0), share(1)],
    points: Array.from(shown, (n, row) => ({
      x: round(placed.values[row * K]),
      y: K > 1 ? round(placed.values[row * K + 1]) : 0,
      label: labels[n],
      id: ids[n],
    })),
  };
}

function isConstant(values: Float32Array, columns: number): boolean {
  return values.every((value, k) => value === values[k % columns]);
}

/** At most MOST_POINTS cases, ascending: every class an equal share, and what small ones leave goes to the others. */
function drawCases(labels: Int32Array, classCount: number, seed: number): Int32Array {
  const byClass = Array.from({ length: classCount }, (): number[] => []);
  labels.forEach((label, n) => {
    byClass[label].push(n);
  });
  byClass.sort((a, b) => a.length - b.length);
  const chosen: number[] = [];
  byClass.forEach((members, c) => {
    const quota = Math.floor((MOST_POINTS - chosen.length) / (classCount - c));
    chosen.push(...randomStream(seed, STREAMS.mapCases, c).shuffle(members).slice(0, quota));
  });
  return Int32Array.from(chosen).sort();
}

function round(value: number): number {
  return Number(value.toPrecision(5));
}
