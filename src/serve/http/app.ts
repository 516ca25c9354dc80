import type { IncomingHttpHeaders } from "node:http";
import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { type Context, Hono } from "hono";
import type { ModelInfo } from "../../client/answers.js";
import { OptionError } from "../../errors.js";
import { RequestError } from "../problems.js";
import { type Operation, operations } from "../schemas.js";
import { bodyTypes, JSON_TYPE, NPY_TYPE } from "../score/requests.js";
import type { Service } from "../service.js";
import { CutOff, readBody } from "./body.js";
import type { Course } from "./course.js";
import { openApi } from "./openapi.js";
import { PAGE } from "./page.js";
import { requestIdOf } from "./request-id.js";
import { refuse, send } from "./send.js";
import { watchRequest } from "./watch.js";

type Env = { Bindings: HttpBindings };
type Asked = Context<Env>;
type Handle = (c: Asked, course: Course) => Response | Promise<Response>;

/** The addresses of the server. */
export function createApp(service: Service): Hono<Env> {
  const { models, auth, metrics } = service;
  const app = new Hono<Env>({ strict: false });
  const description = JSON.stringify(openApi(auth.needed));
  const get = (path: string, route: string, handle: Handle) => app.get(path, timed(service, route, handle));
  const known = (handle: Handle) => forKnown(service, handle);
  const json = (course: Course, value: object) => send(course, 200, JSON_TYPE, JSON.stringify(value));

  get("/", "page", (_, course) =>
    send(course, 200, "text/html; charset=utf-8", PAGE.html, { "content-security-policy": PAGE.policy }),
  );
  get("/health", "health", (_, course) => send(course, 200, "text/plain", "ok\n"));
  get("/ready", "ready", (_, course) => {
    if (service.isReady()) return send(course, 200, "text/plain", "ready\n");
    throw new RequestError(
      "stopping",
      "ready: got no thread that scores, or the server is stopping; expected neither.",
      { "retry-after": "1" },
    );
  });
  get("/openapi.json", "openapi", (_, course) => send(course, 200, JSON_TYPE, description));
  get(
    "/metrics",
    "metrics",
    known(async (_, course) => send(course, 200, metrics.type, await metrics.text())),
  );
  get(
    "/v1/models",
    "models",
    known((_, course) => json(course, { models: models.names().map(models.info) })),
  );
  get(
    "/v1/models/:name",
    "model",
    known((c, course) => json(course, infoOf(models, c, course))),
  );
  for (const operation of operations)
    app.post(
      `/v1/models/:name/${operation}`,
      timed(
        service,
        operation,
        known((c, course) => answer(service, c, course, operation)),
      ),
    );
  addRefusals(service, app);
  return app;
}

/** Addresses with another method, and what is no address. */
function addRefusals(service: Service, app: Hono<Env>): void {
  const gets = ["/", "/health", "/ready", "/openapi.json", "/metrics", "/v1/models", "/v1/models/:name"];
  const posts = operations.map((operation) => `/v1/models/:name/${operation}`);
  const refuseMethod = (allow: string) =>
    timed(service, "none", (c) => {
      throw new RequestError("wrong-method", `${c.req.path}: got ${c.req.method}, expected ${allow}.`, { allow });
    });
  for (const path of gets) app.all(path, refuseMethod("GET"));
  for (const path of posts) app.all(path, refuseMethod("POST"));
  app.notFound(
    timed(service, "none", (c) => {
      throw new RequestError(
        "not-found",
        `${c.req.path.slice(0, 100)}: there is nothing here. /openapi.json describes the addresses, /v1/models lists the models.`,
      );
    }),
  );
}

/** Counts and logs a request; what is thrown becomes a problem. */
function timed(service: Service, route: string, handle: Handle) {
  return async (c: Asked): Promise<Response> => {
    const course = watchRequest(service, route, requestIdOf(c.env.incoming.headers["x-request-id"]), c.env);
    try {
      return await handle(c, course);
    } catch (error) {
      if (error instanceof CutOff) return RESPONSE_ALREADY_SENT; // to nobody
      return refuse(course, error);
    }
  };
}

/** For those who may ask, as often as they may. */
function forKnown({ auth, limit }: Service, handle: Handle): Handle {
  return (c, course) => {
    const { headers, socket } = c.env.incoming;
    course.client = auth.clientOf(headers.authorization);
    limit(course.client ?? socket.remoteAddress ?? "");
    return handle(c, course);
  };
}

/** @throws {RequestError} if there is no such model */
function infoOf(models: Service["models"], c: Asked, course: Course): ModelInfo {
  try {
    const info = models.info(c.req.param("name")!);
    course.model = info.name;
    return info;
  } catch (error) {
    if (error instanceof OptionError) throw new RequestError("not-found", error.message);
    throw error;
  }
}

async function answer(service: Service, c: Asked, course: Course, operation: Operation): Promise<Response> {
  const { options, room, models } = service;
  const { name } = infoOf(models, c, course);
  const { incoming } = c.env;
  const { type, accept } = typesOf(incoming.headers);
  const limits = { most: options.maxBody, time: 1000 * options.bodyTimeout };
  const bytes = await readBody(incoming, limits, room);
  course.bytes = bytes.length;
  const request = { bytes, type, accept, query: c.req.query(), id: course.id };
  const answering = service.answer(name, operation, request).finally(() => room.give(bytes.length));
  const answered = await withinTime(answering, options.timeout);
  course.cases = answered.cases;
  course.problem = answered.problem;
  course.failure = answered.failure;
  return send(course, answered.status, answered.type, answered.bytes);
}

/** @throws {RequestError} for a body, or a wish for an answer, of a type that there is not */
function typesOf(headers: IncomingHttpHeaders): { type: string; accept: string } {
  const type = (headers["content-type"] ?? JSON_TYPE).split(";")[0].trim().toLowerCase();
  if (!bodyTypes.includes(type))
    throw new RequestError(
      "wrong-type",
      `content-type: got "${type.slice(0, 60)}", expected ${bodyTypes.join(", ")}. A body is JSON, an Arrow stream or a NumPy array.`,
      { accept: bodyTypes.join(", ") },
    );
  const wishes = (headers.accept ?? "*/*").split(",").map((wish) => wish.split(";")[0].trim().toLowerCase());
  if (wishes.includes(NPY_TYPE)) return { type, accept: NPY_TYPE };
  if (wishes.some((wish) => ["*/*", "application/*", JSON_TYPE, ""].includes(wish))) return { type, accept: JSON_TYPE };
  throw new RequestError(
    "not-acceptable",
    `accept: got "${headers.accept!.slice(0, 60)}", expected ${JSON_TYPE} or ${NPY_TYPE}. Answers have no other type.`,
  );
}

/** @throws {RequestError} if it takes longer */
async function withinTime<Result>(work: Promise<Result>, seconds: number): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () =>
        reject(
          new RequestError(
            "took-too-long",
            `request: not answered within ${seconds} s. Send fewer cases per request, or ask again when the server is less busy.`,
            { "retry-after": "1" },
          ),
        ),
      1000 * seconds,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
