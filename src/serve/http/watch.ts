import type { HttpBindings } from "@hono/node-server";
import type { Course } from "./course.js";
import type { Logs } from "./logs.js";
import type { Metrics } from "./metrics.js";

/** Counts and logs a request when the last byte of its answer is written, or its connection is cut. */
export function watchRequest(
  service: { metrics: Metrics; logs: Logs; state: string },
  route: string,
  id: string,
  { incoming, outgoing }: HttpBindings,
): Course {
  const { metrics, logs } = service;
  const last = () => service.state === "stopping";
  const course: Course = { id, route, started: performance.now(), outgoing, last };
  let told = false;
  const tell = (cut: boolean) => {
    if (told) return;
    told = true;
    const seconds = (performance.now() - course.started) / 1000;
    const status = cut ? 499 : outgoing.statusCode; // as nginx calls it
    metrics.ended({ route, model: course.model ?? "", status, seconds, cases: cut ? 0 : (course.cases ?? 0) });
    if (course.problem && !cut) metrics.problem(course.problem);
    logs.request(course, { method: incoming.method ?? "", status, seconds });
  };
  outgoing.once("finish", () => tell(false));
  outgoing.once("close", () => tell(!outgoing.writableFinished));
  return course;
}
