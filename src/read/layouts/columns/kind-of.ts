import type { Channel } from "../../../sequences/set/sequence-set.js";
import type { DataOptions } from "../../source/options.js";

/** What an option says a channel is. */
export function kindOf(name: string, { category, numeric }: DataOptions): Channel["kind"] | undefined {
  if (category?.includes(name)) return "categorical";
  return numeric?.includes(name) ? "numeric" : undefined;
}
