// The entry of every thread that scores: takes messages one after another, so that what was asked before a model is
// dropped is still answered with it.
import { parentPort } from "node:worker_threads";
import { loadEngine } from "../../engine/load.js";
import { answerBatch, type BatchAnswer, type BatchRequest, refusal } from "./batch.js";
import { type FromScorer, type LoadedFile, type Packed, pack, type ToScorer, unpack } from "./messages.js";
import { openServed } from "./open-served.js";
import type { Served } from "./served.js";

const port = parentPort!;
const models = new Map<string, { served: Served; file: LoadedFile }>();
let before = Promise.resolve();

port.on("message", (message: ToScorer) => {
  before = before.then(() => take(message));
});
post({ kind: "ready" });

async function take(message: ToScorer): Promise<void> {
  if (message.kind === "load") return load(message);
  if (message.kind === "drop") return void models.delete(message.key);
  if (message.kind === "score") return score(message);
  port.close();
}

async function load({ call, file }: Extract<ToScorer, { kind: "load" }>): Promise<void> {
  try {
    const served = openServed(await loadEngine(), file.bytes, file.where);
    models.set(file.key, { served, file: { ...file, bytes: new Uint8Array() } });
    post({ kind: "loaded", call, about: served.about });
  } catch (error) {
    const { name: kind, message } = error as Error;
    post({ kind: "failed", call, name: kind, message });
  }
}

async function score({ call, key, operation, bodies, heads }: Extract<ToScorer, { kind: "score" }>): Promise<void> {
  const requests = unpack(bodies).map((bytes, k): BatchRequest => ({ ...heads[k], bytes }));
  const { served, file } = models.get(key)!;
  let answers: BatchAnswer[];
  try {
    answers = await answerBatch(served, file, operation, requests);
  } catch (error) {
    answers = requests.map(({ id }) => refusal(id, error));
  }
  const packed = pack(answers.map(({ bytes }) => bytes));
  post({ kind: "scored", call, answers: packed, heads: answers.map(({ bytes, ...head }) => head) }, packed);
}

function post(message: FromScorer, { bytes }: Partial<Packed> = {}): void {
  port.postMessage(message, bytes ? [bytes] : []);
}
