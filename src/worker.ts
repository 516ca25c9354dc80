// The entry of every worker thread: leads or follows what a message asks for.
import { follow } from "./engine/crew.js";
import { type EncodeFollowMessage, followEncode } from "./evaluate/speed-encode.js";
import { followTraining, leadTraining, type TrainMessage } from "./model/background.js";

const waiting = new Map<string, () => void>();
const receive = (kind: string) => new Promise<void>((resolve) => void waiting.set(kind, resolve));

async function handle(
  message: TrainMessage | EncodeFollowMessage,
  reply: (message: unknown) => void,
): Promise<void> {
  if (message.kind === "train") await leadTraining(message, reply, receive);
  else if (message.kind === "train-follow") follow(message.control, await followTraining(message));
  else if (message.kind === "speed-encode-follow") follow(message.control, await followEncode(message));
  else waiting.get(message.kind)?.();
}

if (typeof process !== "undefined" && process.versions?.node) {
  const { parentPort } = await import("node:worker_threads");
  parentPort!.on("message", (message: TrainMessage) => {
    handle(message, (answer) => parentPort!.postMessage(answer)).catch((error: Error) => {
      throw error; // to the "error" event of whoever started this thread
    });
  });
} else {
  self.onmessage = ({ data }) => handle(data as TrainMessage, (answer) => self.postMessage(answer));
}
