// Stands in for a thread that scores: answers each body with itself, and ends where one says so.
import { parentPort as port } from "node:worker_threads";

const parentPort = /** @type {import("node:worker_threads").MessagePort} */ (port);

const text = new TextDecoder();
let models = 0;
parentPort.on("message", (message) => {
  if (message.kind === "load") {
    models++;
    if (message.file.where === "no model")
      return parentPort.postMessage({ kind: "failed", call: message.call, name: "ArtefactError", message: "no model" });
    parentPort.postMessage({ kind: "loaded", call: message.call, about: { models } });
  }
  if (message.kind === "score") {
    const { bytes, ends } = message.bodies;
    if (text.decode(bytes).includes("die")) process.exit(3);
    const heads = message.heads.map(() => ({ status: 200, type: message.key, cases: message.heads.length }));
    parentPort.postMessage({ kind: "scored", call: message.call, answers: { bytes, ends }, heads });
  }
  if (message.kind === "end") parentPort.close();
});
parentPort.postMessage({ kind: "ready" });
