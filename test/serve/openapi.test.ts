import { readFileSync } from "node:fs";
import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020 } from "ajv/dist/2020.js";
import { HtmlValidate } from "html-validate";
import { beforeAll, describe, expect, expectTypeOf, test } from "vitest";
import type { z } from "zod";
import type { Encoded, Explained, ModelInfo, Predicted, Problem } from "../../src/client/answers.js";
import { openApi } from "../../src/serve/http/openapi.js";
import { PAGE } from "../../src/serve/http/page.js";
import type { encodedAnswer, explainedAnswer, modelInfo, predictedAnswer, problem } from "../../src/serve/schemas.js";
import { answerBatch } from "../../src/serve/score/batch.js";
import { openServed } from "../../src/serve/score/open-served.js";
import type { Served } from "../../src/serve/score/served.js";
import { fitModels } from "./fixtures.js";

const description = openApi(true);
const ajv = new Ajv2020({ strict: false });
ajv.addSchema(description, "api");
const schemaOf = (name: string) => ajv.getSchema(`api#/components/schemas/${name}`)!;

describe("the description of the interface", () => {
  test("is sound OpenAPI 3.1, with tokens and without", async () => {
    for (const withTokens of [true, false])
      expect(await new Validator().validate(openApi(withTokens))).toEqual({ valid: true });
  });

  test("every reference leads somewhere", () => {
    const references = JSON.stringify(description).matchAll(/"\$ref":"#\/([^"]+)"/g);
    for (const [, path] of references) {
      const found = path.split("/").reduce<unknown>((at, key) => (at as Record<string, unknown>)?.[key], description);
      expect([path, typeof found]).toEqual([path, "object"]);
    }
  });

  test("the types of the client are those of the schemas", () => {
    expectTypeOf<z.infer<typeof encodedAnswer>>().toEqualTypeOf<Encoded>();
    expectTypeOf<z.infer<typeof predictedAnswer>>().toEqualTypeOf<Predicted>();
    expectTypeOf<z.infer<typeof explainedAnswer>>().toExtend<Explained>();
    expectTypeOf<Explained>().toExtend<z.infer<typeof explainedAnswer>>();
    expectTypeOf<z.infer<typeof modelInfo>>().toEqualTypeOf<ModelInfo>();
    expectTypeOf<z.infer<typeof problem>>().toEqualTypeOf<Problem>();
  });
});

describe("bodies and answers", () => {
  const served: Record<string, Served> = {};
  beforeAll(async () => {
    const models = await fitModels();
    for (const name of ["waves", "runs"] as const)
      served[name] = openServed(models.engine, readFileSync(models[name].path), name);
  });
  const answerTo = async (name: string, body: unknown) => {
    const bytes = new TextEncoder().encode(JSON.stringify(body));
    const request = { id: "r", bytes, type: "application/json", accept: "application/json", query: {} };
    const file = { name, version: "v", maxSteps: 100, maxCases: 100 };
    const [answer] = await answerBatch(served[name], file, "encode", [request]);
    return { status: answer.status, body: JSON.parse(new TextDecoder().decode(answer.bytes)) };
  };

  test.each<[string, string, unknown]>([
    ["plain values", "waves", { sequences: [[1, 2, null], [0.5]] }],
    ["objects", "runs", { sequences: [{ id: 3, steps: [{ heat: 1, mode: "on" }, [null, "off"]] }], readOut: "pooled" }],
    ["rows", "runs", { events: [{ run: "a", heat: 1, mode: null }], score: "all" }],
  ])("%s: the schema takes it, and the answer is as described", async (_, name, body) => {
    expect(schemaOf("EncodeRequest")(body)).toBe(true);
    const answer = await answerTo(name, body);
    expect(answer.body.detail).toBeUndefined();
    expect(schemaOf("Encoded")(answer.body)).toBe(true);
  });

  test.each<[unknown]>([
    [[]],
    ["x"],
    [{ sequences: [] }],
    [{ sequences: 3 }],
    [{ sequences: [5] }],
    [{ sequences: [[true]] }],
    [{ sequences: [{ step: [1] }] }],
    [{ sequences: [{ steps: [1], id: null }] }],
    [{ sequences: [{ steps: [1], times: "now" }] }],
    [{ sequences: [{ steps: [1], static: [] }] }],
    [{ sequences: [[1]], readOut: "best" }],
    [{ sequences: [[1]], more: 1 }],
    [{ events: [] }],
    [{ events: [[1]] }],
    [{ events: [{ a: { b: 1 } }] }],
    [{ events: [{ a: 1 }], score: "first" }],
    [{ events: [{ a: 1 }], score: [] }],
  ])("%j: the schema refuses it, and so does the server, in words", async (body) => {
    expect(schemaOf("EncodeRequest")(body)).toBe(false);
    for (const name of ["waves", "runs"]) {
      const answer = await answerTo(name, body);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
      expect(schemaOf("Problem")(answer.body)).toBe(true);
    }
  });
});

test("the page is sound HTML, and its policy allows its own program and style alone", async () => {
  const report = await new HtmlValidate({ extends: ["html-validate:standard"] }).validateString(PAGE.html);
  expect(report.results.flatMap(({ messages }) => messages.map(({ message, line }) => `${line}: ${message}`))).toEqual(
    [],
  );
  expect(PAGE.policy).toMatch(
    /^default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+'; connect-src 'self'/,
  );
  expect(() => new Function(PAGE.html.match(/<script>([\s\S]*)<\/script>/)![1])).not.toThrow();
});
