import { commonNgrams, fitNgrams, ngramRows } from "../../features/baselines/ngrams.js";
import { cutAll } from "../../sequences/set/windowed-set.js";
import type { FeatureSet } from "./feature-set.js";

/** Tf-idf of the n-grams of tokens: all of them as sparse rows, and as a table those that most cases have. */
export const ngrams: FeatureSet = {
  role: "baseline",
  phrase: "the n-grams",
  needs: "tokens",
  build(context) {
    const parts = context.tokens ?? context;
    const [train, test] = [cutAll(parts.train), cutAll(parts.test)];
    const fitted = fitNgrams(train);
    const sparse = { train: ngramRows(train, fitted), test: ngramRows(test, fitted) };
    return {
      train: commonNgrams(sparse.train, fitted),
      test: commonNgrams(sparse.test, fitted),
      sparse,
    };
  },
};
