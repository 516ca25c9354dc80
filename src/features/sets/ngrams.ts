import { z } from "zod";
import { pack, unpack } from "../../classify/base/packed.js";
import { cutAll } from "../../sequences/set/windowed-set.js";
import {
  commonNgrams,
  type FittedNgrams,
  fitNgrams,
  ngramBuckets,
  ngramColumns,
  ngramRows,
} from "../baselines/ngrams.js";
import type { FeatureSet } from "./feature-set.js";

/** Tf-idf of the n-grams of tokens: all of them as sparse rows, and as a table those that most cases have. */
export const ngrams: FeatureSet<FittedNgrams> = {
  role: "baseline",
  phrase: "the n-grams",
  needs: "tokens",
  state: z.object({ buckets: z.string(), idf: z.string(), common: z.string() }).transform(unpackNgrams),
  pack: (fitted) => ({
    buckets: pack("int32", ngramBuckets(fitted)),
    idf: pack("float64", fitted.idf),
    common: pack("int32", fitted.common),
  }),
  fit: ({ cases }) => ({ state: fitNgrams(cutAll(cases.tokens ?? cases.set)) }),
  features({ state }, { set, tokens }) {
    const sparse = ngramRows(cutAll(tokens ?? set), state);
    return { table: commonNgrams(sparse, state), sparse };
  },
};

function unpackNgrams(
  packed: { buckets: string; idf: string; common: string },
  context: z.RefinementCtx,
): FittedNgrams {
  try {
    const columns = ngramColumns(unpack("int32", packed.buckets));
    const idf = unpack("float64", packed.idf);
    const common = unpack("int32", packed.common);
    if (columns.reduce((count, column) => count + (column >= 0 ? 1 : 0), 0) !== idf.length)
      throw new Error("another number of buckets than of columns");
    if (common.some((column, k) => !(column > (common[k - 1] ?? -1) && column < idf.length)))
      throw new Error("common columns that are none");
    return { columns, idf, common };
  } catch (error) {
    context.addIssue({ code: "custom", message: (error as Error).message });
    return z.NEVER;
  }
}
