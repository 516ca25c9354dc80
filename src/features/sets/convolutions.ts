import type { z } from "zod";
import { defaultThreads } from "../../engine/threads/threads.js";
import { countOf } from "../../sequences/set/sequence-set.js";
import { cutAll } from "../../sequences/set/windowed-set.js";
import { convolveOnThreads } from "../baselines/convolve-on-threads.js";
import { fitRandomConvolutions, randomConvolutionsSchema } from "../baselines/random-convolutions.js";
import { awaitTableOfPieces } from "../baselines/table-of-pieces.js";
import type { FeatureSet } from "./feature-set.js";

/** Above this many training rows ridge takes minutes with ten thousand columns. */
const MANY_ROWS = 3000;
const COLUMNS = { few: 9996, many: 1512 };

export const convolutions: FeatureSet<z.infer<typeof randomConvolutionsSchema>> = {
  role: "baseline",
  phrase: "random convolutions",
  state: randomConvolutionsSchema,
  fit({ train, seed }) {
    const features = countOf(train) > MANY_ROWS ? COLUMNS.many : COLUMNS.few;
    return { state: fitRandomConvolutions(cutAll(train), { features, seed }) };
  },
  async features({ state }, { set }, { threads }) {
    const most = threads ?? (await defaultThreads());
    return { table: await awaitTableOfPieces(set, (piece) => convolveOnThreads(state, piece, most)) };
  },
};
