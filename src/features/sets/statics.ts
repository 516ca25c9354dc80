import { z } from "zod";
import { countOf } from "../../sequences/set/sequence-set.js";
import { type Sequences, staticsOf } from "../../sequences/set/windowed-set.js";
import type { FeatureTable } from "../../table/feature-table.js";
import type { FeatureSet } from "./feature-set.js";

const staticsState = z.object({
  names: z.array(z.string()),
  /** [columns] null for a numeric one. */
  vocabularies: z.array(z.array(z.string()).nullable()),
  /** [columns] of numeric ones. */
  means: z.array(z.number()),
  /** [columns] whether the training part lacks some. */
  lacks: z.array(z.boolean()),
});
type StaticsState = z.infer<typeof staticsState>;

/**
 * The static columns of each case. A missing number is the mean of the training part, and a column tells that it was
 * missing; of categories each is a column.
 */
export const statics: FeatureSet<StaticsState> = {
  role: "baseline",
  phrase: "the static columns",
  needs: "statics",
  state: staticsState,
  fit: ({ train }) => ({ state: fitStatics(train) }),
  features: ({ state }, { set }) => ({ table: staticFeatures(set, state) }),
};

function fitStatics(train: Sequences): StaticsState {
  const { names, values, vocabularies } = staticsOf(train)!;
  const held = names.map((_, s) => values.filter((value, k) => k % names.length === s && !Number.isNaN(value)));
  return {
    names: [...names],
    vocabularies: names.map((_, s) => (vocabularies?.[s] ? [...vocabularies[s]] : null)),
    means: held.map((values) => (values.length === 0 ? 0 : values.reduce((a, b) => a + b, 0) / values.length)),
    lacks: held.map((values) => values.length < countOf(train)),
  };
}

function staticFeatures(set: Sequences, { names, vocabularies, means, lacks }: StaticsState): FeatureTable {
  const N = countOf(set);
  const own = staticsOf(set)!.values;
  const S = names.length;
  const made = names.flatMap((name, s): { name: string; of(value: number): number }[] => {
    const vocabulary = vocabularies[s];
    if (vocabulary)
      return vocabulary.map((word, code) => ({ name: `${name}=${word}`, of: (value) => Number(value === code) }));
    return [
      { name, of: (value) => (Number.isNaN(value) ? means[s] : value) },
      ...(lacks[s] ? [{ name: `${name}_missing`, of: (value: number) => Number(Number.isNaN(value)) }] : []),
    ];
  });
  const places = names.flatMap((_, s) => {
    const width = vocabularies[s]?.length ?? (lacks[s] ? 2 : 1);
    return new Array<number>(width).fill(s);
  });
  const values = new Float32Array(N * made.length);
  for (let n = 0; n < N; n++)
    made.forEach(({ of }, c) => {
      values[n * made.length + c] = of(own[n * S + places[c]]);
    });
  return { values, names: made.map(({ name }) => name), rows: N };
}
