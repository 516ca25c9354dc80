import { countOf, type StaticColumns } from "../../sequences/set/sequence-set.js";
import { type Sequences, staticsOf } from "../../sequences/set/windowed-set.js";
import type { FeatureTable } from "../../table/feature-table.js";
import { both, type FeatureSet } from "./feature-set.js";

/**
 * The static columns of each case. A missing number is the mean of the training part, and a column tells that it was
 * missing; of categories each is a column.
 */
export const statics: FeatureSet = {
  role: "baseline",
  phrase: "the static columns",
  needs: "statics",
  build(context) {
    const fitted = fitStatics(context.train);
    return both(context, (set) => staticFeatures(set, fitted));
  },
};

interface FittedStatics {
  columns: StaticColumns;
  /** Of numeric columns. */
  means: readonly number[];
  /** Whether the training part lacks some. */
  lacks: readonly boolean[];
}

function fitStatics(train: Sequences): FittedStatics {
  const columns = staticsOf(train)!;
  const held = columns.names.map((_, s) =>
    columns.values.filter((value, k) => k % columns.names.length === s && !Number.isNaN(value)),
  );
  return {
    columns,
    means: held.map((values) => (values.length === 0 ? 0 : values.reduce((a, b) => a + b, 0) / values.length)),
    lacks: held.map((values) => values.length < countOf(train)),
  };
}

function staticFeatures(set: Sequences, { columns, means, lacks }: FittedStatics): FeatureTable {
  const N = countOf(set);
  const own = staticsOf(set)!.values;
  const S = columns.names.length;
  const made = columns.names.flatMap((name, s): { name: string; of(value: number): number }[] => {
    const vocabulary = columns.vocabularies?.[s];
    if (vocabulary)
      return vocabulary.map((word, code) => ({ name: `${name}=${word}`, of: (value) => Number(value === code) }));
    return [
      { name, of: (value) => (Number.isNaN(value) ? means[s] : value) },
      ...(lacks[s] ? [{ name: `${name}_missing`, of: (value: number) => Number(Number.isNaN(value)) }] : []),
    ];
  });
  const places = columns.names.flatMap((_, s) => {
    const width = columns.vocabularies?.[s]?.length ?? (lacks[s] ? 2 : 1);
    return new Array<number>(width).fill(s);
  });
  const values = new Float32Array(N * made.length);
  for (let n = 0; n < N; n++)
    made.forEach(({ of }, c) => {
      values[n * made.length + c] = of(own[n * S + places[c]]);
    });
  return { values, names: made.map(({ name }) => name), rows: N };
}
