import type { HttpBindings } from "@hono/node-server";
import type { ProblemKind } from "../problems.js";

/** One request from its head to the last byte of its answer: what logs and counters are told. */
export interface Course {
  readonly id: string;
  readonly route: string;
  /** The name of the token. */
  client?: string;
  /** Of those that are served. */
  model?: string;
  /** Of the body, unpacked. */
  bytes?: number;
  cases?: number;
  problem?: ProblemKind;
  /** What was thrown, where it is our fault. */
  failure?: string;
  readonly started: number;
  readonly outgoing: HttpBindings["outgoing"];
  /** Whether the connection is to end with the answer. */
  last(): boolean;
}
