import type { ReadOut } from "../../features/read-outs/read-outs.js";
import { countOf, type SequenceSet } from "../../sequences/set/sequence-set.js";
import type { FeatureTable } from "../../table/feature-table.js";
import { detailOf, kindOf, PROBLEM_TYPE, type ProblemKind, problemOf, RequestError } from "../problems.js";
import type { Operation } from "../schemas.js";
import {
  type Answer,
  encodedAnswer,
  explainedAnswer,
  jsonAnswer,
  npyAnswer,
  predictedAnswer,
  type ServedFile,
} from "./answers.js";
import { encodeInSlices, expectSteps } from "./encode-slices.js";
import { joinSets, kindOfSet, wantedSet } from "./merge.js";
import { type Asked, type Body, NPY_TYPE, readRequest } from "./requests.js";
import type { Served } from "./served.js";

/** One request of a batch. */
export interface BatchRequest extends Body {
  id: string;
  /** The type of the answer. */
  accept: string;
}

/** An answer, and of a refusal its kind and, where it is our fault, what was thrown. */
export type BatchAnswer = Answer & { problem?: ProblemKind; failure?: string };

/** A request that could be read. */
interface Read extends Asked {
  request: BatchRequest;
  place: number;
}

/**
 * Answers requests of one model and operation with as few calls of the engine as they allow. The answer to a request is
 * the same, bit for bit, whatever else is in the batch; what is wrong with one does not touch the others.
 */
export async function answerBatch(
  served: Served,
  file: ServedFile & { maxSteps: number },
  operation: Operation,
  requests: readonly BatchRequest[],
): Promise<BatchAnswer[]> {
  const answers: BatchAnswer[] = new Array(requests.length);
  const refuse = ({ id }: BatchRequest, place: number, error: unknown) => {
    answers[place] = refusal(id, error);
  };
  const read: Read[] = [];
  for (const [place, request] of requests.entries())
    try {
      expectAble(served, file, operation);
      read.push({ request, place, ...(await readRequest(operation, request, served)) });
    } catch (error) {
      refuse(request, place, error);
    }
  if (operation !== "encode") {
    for (const each of read)
      try {
        answers[each.place] = await answerOne(served, file, operation, each);
      } catch (error) {
        refuse(each.request, each.place, error);
      }
    return answers;
  }
  const groups = new Map<string, (Read & { set: SequenceSet })[]>();
  for (const each of read)
    try {
      const set = wantedSet(each.cases, served.channels);
      expectSteps(set, file.maxSteps);
      const key = `${each.readOut} ${kindOfSet(set)}`;
      const group = groups.get(key);
      if (group) group.push({ ...each, set });
      else groups.set(key, [{ ...each, set }]);
    } catch (error) {
      refuse(each.request, each.place, error);
    }
  for (const group of groups.values()) await encodeGroup(group);
  return answers;

  /** One call for all; where that fails, one for each, so that only those fail whose fault it is. */
  async function encodeGroup(group: (Read & { set: SequenceSet })[]): Promise<void> {
    const { readOut } = group[0];
    try {
      const joined = joinSets(group.map(({ set }) => set));
      const table = await encodeInSlices(joined, file.maxSteps, (slice) => served.encode!(slice, readOut));
      let row = 0;
      for (const { set, request, place, cases } of group) {
        const own = rowsOf(table, row, row + countOf(set));
        row += countOf(set);
        answers[place] = encoded(file, readOut, own, { request, cases, ids: set.ids });
      }
    } catch (error) {
      if (group.length === 1) refuse(group[0].request, group[0].place, error);
      else for (const each of group) await encodeGroup([each]);
    }
  }
}

/** @throws {RequestError} if the model cannot do that */
function expectAble({ about }: Served, { name }: ServedFile, operation: Operation): void {
  if (about.can.includes(operation)) return;
  throw new RequestError(
    "not-found",
    `${operation}: the model "${name}" ${about.kind === "encoder" ? "has no classifier, so it only encodes" : `can only ${about.can.join(", ")}`}. Ask it for one of these: ${about.can.join(", ")}.`,
  );
}

function encoded(
  file: ServedFile,
  readOut: ReadOut,
  table: FeatureTable,
  { request, cases, ids }: { request: BatchRequest; cases: Asked["cases"]; ids: readonly string[] },
): Answer {
  if (request.accept === NPY_TYPE) return npyAnswer(table.values, table.rows);
  return encodedAnswer({ ...file, ids, notes: cases.notes }, readOut, table);
}

async function answerOne(
  served: Served,
  file: ServedFile,
  operation: "predict" | "explain",
  { request, cases, top }: Read,
): Promise<Answer> {
  const predictions = await served.predict!(cases);
  const ids = Array.from(cases.rows, (n) => cases.set.ids[n]);
  if (request.accept === NPY_TYPE && operation === "predict") return npyAnswer(predictions.probabilities, ids.length);
  const frame = { ...file, ids, notes: cases.notes };
  if (operation === "predict") return predictedAnswer(frame, served, predictions);
  return explainedAnswer(frame, predictions, await served.explain!(cases, top));
}

function rowsOf({ values, names }: FeatureTable, from: number, to: number): FeatureTable {
  const C = names.length;
  return { values: values.subarray(from * C, to * C), names, rows: to - from };
}

/** What a client is told, and for the log what failed on our side. */
export function refusal(id: string, error: unknown): BatchAnswer {
  const kind = kindOf(error);
  const problem = problemOf(kind, detailOf(error), id);
  const answer = jsonAnswer(problem, 0, problem.status, PROBLEM_TYPE);
  return {
    ...answer,
    problem: kind,
    ...(kind === "our-fault" && { failure: String((error as Error).stack ?? error) }),
  };
}
