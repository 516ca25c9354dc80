export type Options = Record<string, unknown>;
export interface Case {
  /** Calls it with these options beside those it needs. */
  call(options: Options): unknown;
  /** An option that it has. */
  knows: string;
  /** Values that it refuses, by option. */
  refuses?: [Options, string][];
}
// biome-ignore lint/suspicious/noExplicitAny: the point is to give what the types refuse
export type Any = any;
