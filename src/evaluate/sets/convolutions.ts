import { defaultThreads } from "../../engine/threads/threads.js";
import { convolveOnThreads } from "../../features/baselines/convolve-on-threads.js";
import { fitRandomConvolutions } from "../../features/baselines/random-convolutions.js";
import { awaitTableOfPieces } from "../../features/baselines/table-of-pieces.js";
import { countOf } from "../../sequences/set/sequence-set.js";
import { cutAll, type Sequences } from "../../sequences/set/windowed-set.js";
import type { FeatureSet } from "./feature-set.js";

/** Above this many training rows ridge takes minutes with ten thousand columns. */
const MANY_ROWS = 3000;
const COLUMNS = { few: 9996, many: 1512 };

export const convolutions: FeatureSet = {
  role: "baseline",
  phrase: "random convolutions",
  async build(context) {
    const { train, test, seed, fit } = context;
    const features = countOf(train) > MANY_ROWS ? COLUMNS.many : COLUMNS.few;
    const state = fitRandomConvolutions(cutAll(train), { features, seed });
    const threads = fit.threads ?? (await defaultThreads());
    const of = (set: Sequences) => awaitTableOfPieces(set, (piece) => convolveOnThreads(state, piece, threads));
    return { train: await of(train), test: await of(test) };
  },
};
