import { fitRandomConvolutions, transformRandomConvolutions } from "../../features/baselines/random-convolutions.js";
import { tableOfPieces } from "../../features/baselines/table-of-pieces.js";
import { countOf } from "../../sequences/set/sequence-set.js";
import { cutAll } from "../../sequences/set/windowed-set.js";
import { both, type FeatureSet } from "./feature-set.js";

/** Above this many training rows ridge takes minutes with ten thousand columns. */
const MANY_ROWS = 3000;
const COLUMNS = { few: 9996, many: 1512 };

export const convolutions: FeatureSet = {
  role: "baseline",
  phrase: "random convolutions",
  build(context) {
    const features = countOf(context.train) > MANY_ROWS ? COLUMNS.many : COLUMNS.few;
    const state = fitRandomConvolutions(cutAll(context.train), { features, seed: context.seed });
    return both(context, (set) => tableOfPieces(set, (piece) => transformRandomConvolutions(state, piece)));
  },
};
