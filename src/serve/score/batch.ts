import { detailOf, kindOf, PROBLEM_TYPE, type ProblemKind, problemOf, RequestError } from "../problems.js";
import type { Operation } from "../schemas.js";
import { type Answer, jsonAnswer, type ServedFile } from "./answers.js";
import { encodeRequests, prepareEncode } from "./encode-requests.js";
import { answerInGroups, type Prepared } from "./groups.js";
import type { CaseLimits } from "./limits.js";
import { predictRequests, preparePredict } from "./predict-requests.js";
import { type Asked, type Body, readRequest } from "./requests.js";
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
type Read = Asked & { id: string; accept: string; place: number };

/**
 * Answers requests of one model and operation with as few calls of the engine as they allow. The answer to a request is
 * the same, bit for bit, whatever else is in the batch; what is wrong with one does not touch the others.
 */
export async function answerBatch(
  served: Served,
  file: ServedFile & CaseLimits,
  operation: Operation,
  requests: readonly BatchRequest[],
): Promise<BatchAnswer[]> {
  const answers: BatchAnswer[] = new Array(requests.length);
  const done = ({ place }: Read, answer: Answer) => {
    answers[place] = answer;
  };
  const failed = ({ place, id }: Pick<Read, "place" | "id">, error: unknown) => {
    answers[place] = refusal(id, error);
  };
  /** Reads and prepares all that can be. */
  const prepareAll = async <P>(prepare: (read: Read) => Omit<Prepared<never, P>, "request">) => {
    const prepared: Prepared<Read, P>[] = [];
    for (const [place, request] of requests.entries())
      try {
        expectAble(served, file, operation);
        const { id, accept } = request;
        const read = { ...(await readRequest(operation, request, served)), id, accept, place };
        prepared.push({ request: read, ...prepare(read) });
      } catch (error) {
        failed({ place, id: request.id }, error);
      }
    return prepared;
  };
  if (operation === "encode") {
    const prepared = await prepareAll((read) => prepareEncode(served, read, file));
    await answerInGroups(prepared, (group) => encodeRequests(served, file, group), done, failed);
  } else {
    const prepared = await prepareAll((read) => preparePredict(served, read, file));
    await answerInGroups(prepared, (group) => predictRequests(served, file, group), done, failed);
  }
  return answers;
}

/** @throws {RequestError} if the model cannot do that */
function expectAble({ about }: Served, { name }: ServedFile, operation: Operation): void {
  if (about.can.includes(operation)) return;
  const why = about.kind === "encoder" ? "has no classifier, so it only encodes" : "is a predictor";
  throw new RequestError(
    "not-found",
    `${operation}: the model "${name}" ${why}. Ask it for one of these: ${about.can.join(", ")}.`,
  );
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
