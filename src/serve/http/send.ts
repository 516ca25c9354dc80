import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { detailOf, kindOf, PROBLEM_TYPE, problemOf, RequestError } from "../problems.js";
import type { Course } from "./course.js";

/**
 * Writes an answer with the id of its request. It is written past the objects of the web: a Response and its Headers
 * take longer than all else that the framework does.
 */
export function send(
  { id, outgoing, last }: Course,
  status: number,
  type: string,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): Response {
  if (!outgoing.headersSent && !outgoing.destroyed) {
    outgoing.writeHead(status, {
      "content-type": type,
      "content-length": Buffer.byteLength(body),
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      "x-request-id": id,
      ...(last() && { connection: "close" }),
      ...headers,
    });
    outgoing.end(body);
  }
  return RESPONSE_ALREADY_SENT;
}

/** What was thrown, as the client is told. */
export function refuse(course: Course, error: unknown): Response {
  const kind = kindOf(error);
  const problem = problemOf(kind, detailOf(error), course.id);
  course.problem = kind;
  if (kind === "our-fault") course.failure = String((error as Error).stack ?? error);
  const headers = error instanceof RequestError ? error.headers : {};
  return send(course, problem.status, PROBLEM_TYPE, JSON.stringify(problem), headers);
}
