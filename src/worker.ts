// The entry of every worker thread: leads or follows what a message asks for.
import type { Reply } from "./engine/threads/background.js";
import { follow } from "./engine/threads/crew.js";
import { type EncodeMessage, followEncoding, leadEncoding } from "./features/encode.js";
import { followTraining, type Line, leadTraining, type TrainMessage } from "./train/background.js";

type Message = TrainMessage | EncodeMessage | { kind: "abort" } | { kind: "answered" };

let controller = new AbortController();
let answered = () => {};

async function handle(message: Message, reply: (reply: Reply<unknown, unknown>) => void): Promise<void> {
  switch (message.kind) {
    case "abort":
      return controller.abort();
    case "answered":
      return answered();
    case "train-follow":
      return follow(message.control, await followTraining(message));
    case "encode-follow":
      return follow(message.control, await followEncoding(message));
  }
  controller = new AbortController();
  const { signal } = controller;
  const line: Line = {
    signal,
    progress: (progress) => reply({ kind: "progress", progress }),
    ask(question) {
      const answer = new Promise<void>((resolve) => {
        answered = resolve;
      });
      reply({ kind: "ask", question });
      return answer;
    },
  };
  try {
    const result =
      message.kind === "train" ? await leadTraining(message, line) : await leadEncoding(message, line.progress);
    reply({ kind: "done", result });
  } catch (error) {
    if (signal.aborted) reply({ kind: "aborted" });
    else reply({ kind: "failed", name: (error as Error).name, message: (error as Error).message });
  }
}

if (typeof process !== "undefined" && process.versions?.node) {
  const { parentPort } = await import("node:worker_threads");
  parentPort!.on("message", (message: Message) => {
    handle(message, (answer) => parentPort!.postMessage(answer)).catch((error: Error) => {
      throw error; // to the "error" event of whoever started this thread
    });
  });
} else {
  self.onmessage = ({ data }) => handle(data as Message, (answer) => self.postMessage(answer));
}
