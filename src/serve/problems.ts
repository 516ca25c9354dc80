import type { Problem } from "../client/answers.js";
import { ArtefactError, DataError, EngineError, OptionError, ShapeError, UndertoneError } from "../errors.js";

/** What can be wrong with a request, or with us: a status of HTTP and a title. */
const KINDS = {
  "not-json": [400, "The body is no JSON"],
  "bad-request": [400, "The request cannot be understood"],
  unauthorized: [401, "A token is needed"],
  "not-found": [404, "There is nothing here"],
  "wrong-method": [405, "This address takes another method"],
  "not-acceptable": [406, "No answer of that type"],
  "too-slow": [408, "The body took too long"],
  "too-large": [413, "The body is too large"],
  "wrong-type": [415, "The body is of another type"],
  "bad-data": [422, "The data do not fit the model"],
  "too-many": [429, "Too many requests"],
  "our-fault": [500, "The server failed"],
  busy: [503, "The server is busy"],
  "took-too-long": [503, "The answer took too long"],
  stopping: [503, "The server is stopping"],
} as const satisfies Record<string, readonly [status: number, title: string]>;

export type ProblemKind = keyof typeof KINDS;
export const problemKinds = Object.keys(KINDS) as ProblemKind[];

export const PROBLEM_TYPE = "application/problem+json";

/** A request that is refused, or that we failed at: what the client is told. */
export class RequestError extends UndertoneError {
  constructor(
    readonly kind: ProblemKind,
    message: string,
    /** More headers of the answer. */
    readonly headers: Readonly<Record<string, string>> = {},
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
  get status(): number {
    return KINDS[this.kind][0];
  }
}

/** What went wrong, in the words of RFC 9457. */
export function problemOf(kind: ProblemKind, detail: string, requestId: string): Problem {
  const [status, title] = KINDS[kind];
  return { type: `urn:undertone:problem:${kind}`, title, status, detail, requestId };
}

/** The kind of what was thrown while a request was answered; what is not the request's fault is ours. */
export function kindOf(error: unknown): ProblemKind {
  if (error instanceof RequestError) return error.kind;
  if (error instanceof ArtefactError || error instanceof EngineError) return "our-fault";
  if (error instanceof DataError || error instanceof ShapeError) return "bad-data";
  return error instanceof OptionError ? "bad-request" : "our-fault";
}

/** What the client is told of it. Details of our own faults are for the log alone. */
export function detailOf(error: unknown): string {
  const { message } = error as Error;
  if (kindOf(error) !== "our-fault") return message;
  return "Something failed that should not. The log of the server has the cause under this request id.";
}
