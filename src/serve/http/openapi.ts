import { z } from "zod";
import { VERSION } from "../../version.js";
import { PROBLEM_TYPE } from "../problems.js";
import {
  encodeBody,
  encodedAnswer,
  explainBody,
  explainedAnswer,
  modelInfo,
  modelsAnswer,
  type Operation,
  predictBody,
  predictedAnswer,
  problem,
} from "../schemas.js";
import { ARROW_TYPES, JSON_TYPE, NPY_TYPE } from "../score/requests.js";

type Json = Record<string, unknown>;

const OPERATIONS: Record<Operation, { summary: string; request: z.ZodType; answer: z.ZodType; query: string[] }> = {
  encode: {
    summary: "The features of every case: what a classifier of yours gets.",
    request: encodeBody,
    answer: encodedAnswer,
    query: ["readOut", "score"],
  },
  predict: {
    summary: "Probabilities and the decision of every case.",
    request: predictBody,
    answer: predictedAnswer,
    query: ["score"],
  },
  explain: {
    summary: "The same, and the columns that moved the score of each case most.",
    request: explainBody,
    answer: explainedAnswer,
    query: ["top", "score"],
  },
};

const EXAMPLES: Record<Operation, Json> = {
  encode: { sequences: [[0.1, 0.8, null, 0.7]], readOut: "last" },
  predict: { sequences: [[0.1, 0.8, null, 0.7]] },
  explain: { sequences: [[0.1, 0.8, null, 0.7]], top: 3 },
};

/** Refusals that every request of cases may get. */
const REFUSALS = [400, 401, 404, 406, 408, 413, 415, 422, 429, 500, 503];

/** The description of the interface, OpenAPI 3.1, made from the schemas of requests and answers. */
export function openApi(withTokens: boolean): Json {
  const security = withTokens ? { security: [{ token: [] }] } : {};
  const operations = (Object.keys(OPERATIONS) as Operation[]).map((name) => [
    `/v1/models/{name}/${name}`,
    { parameters: [NAME], post: { ...post(name), ...security } },
  ]);
  const described = { description: "The answer.", content: { [JSON_TYPE]: {} } };
  const text = { description: "The answer.", content: { "text/plain": { schema: { type: "string" } } } };
  return {
    openapi: "3.1.0",
    info: {
      title: "undertone serve",
      version: VERSION,
      description: "Features, probabilities and reasons for sequences, by models that undertone trained.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/" }],
    paths: {
      "/v1/models": { get: { ...get("The models that are served.", inJson(modelsAnswer), [401, 429]), ...security } },
      "/v1/models/{name}": {
        parameters: [NAME],
        get: { ...get("A model: its channels, columns, classes.", inJson(modelInfo), [401, 404, 429]), ...security },
      },
      ...Object.fromEntries(operations),
      "/health": { get: get("Whether the process lives.", text) },
      "/ready": { get: get("Whether requests are answered: not while the server stops.", text, [503]) },
      "/metrics": { get: { ...get("Counters and times for Prometheus.", text, [401, 429]), ...security } },
      "/openapi.json": { get: get("This description.", described) },
    },
    components: {
      schemas: components(),
      responses: {
        Problem: {
          description: "Refused, or failed: where, got, expected, why, what to do.",
          content: { [PROBLEM_TYPE]: { schema: { $ref: "#/components/schemas/Problem" } } },
        },
      },
      ...(withTokens && { securitySchemes: { token: { type: "http", scheme: "bearer" } } }),
    },
  };
}

function get(summary: string, answer: Json, statuses: readonly number[] = []): Json {
  return { summary, responses: { 200: answer, ...refusals(statuses) } };
}

function inJson(schema: z.ZodType) {
  return {
    description: "The answer.",
    content: { [JSON_TYPE]: { schema: { $ref: `#/components/schemas/${idOf(schema)}` } } } as Json,
  };
}

function refusals(statuses: readonly number[]): Json {
  return Object.fromEntries(statuses.map((status) => [status, { $ref: "#/components/responses/Problem" }]));
}

const NAME = { name: "name", in: "path", required: true, schema: { type: "string" }, description: "of the model" };

function post(name: Operation): Json {
  const { summary, request, answer, query } = OPERATIONS[name];
  const answered = inJson(answer);
  if (name !== "explain") answered.content[NPY_TYPE] = {};
  const { properties } = definitionsOf(request)[idOf(request)] as { properties: Record<string, Json> };
  const binary = { schema: { type: "string", format: "binary" } };
  return {
    operationId: name,
    summary,
    parameters: query.map((key) => ({
      name: key,
      in: "query",
      description: `${properties[key].description}. For bodies that are not JSON${key === "score" ? "; ids stand between commas" : ""}.`,
      schema: key === "score" ? { type: "string" } : { ...properties[key], description: undefined },
    })),
    requestBody: {
      required: true,
      content: {
        [JSON_TYPE]: { schema: { $ref: `#/components/schemas/${idOf(request)}` }, example: EXAMPLES[name] },
        ...Object.fromEntries([...ARROW_TYPES, NPY_TYPE].map((type) => [type, binary])),
      },
    },
    responses: { 200: answered, ...refusals(REFUSALS) },
  };
}

/** All schemas by their ids. */
function components(): Json {
  const all = Object.values(OPERATIONS).flatMap(({ request, answer }) => [request, answer]);
  return Object.assign({}, ...[...all, modelsAnswer, modelInfo, problem].map(definitionsOf)) as Json;
}

/** A schema and all that it refers to, by their ids; references lead to the components. */
function definitionsOf(schema: z.ZodType): Record<string, Json> {
  const { $defs } = z.toJSONSchema(schema, { io: "input" });
  return JSON.parse(JSON.stringify($defs).replaceAll("#/$defs/", "#/components/schemas/")) as Record<string, Json>;
}

const idOf = (schema: z.ZodType) => (schema.meta() as { id: string }).id;
