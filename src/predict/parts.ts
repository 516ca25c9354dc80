import type { FittedSet } from "../features/sets/feature-set.js";
import type { About } from "./about.js";
import type { Member } from "./members.js";

/** What a predictor is made of, as plain data. */
export interface PredictorParts {
  about: About;
  /** By the name of the set. */
  sets: ReadonlyMap<string, FittedSet>;
  members: readonly Member[];
}
