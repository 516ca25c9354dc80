import type { Reply } from "./background.js";
import { follow, isDismissed, type Phase } from "./crew.js";
import type { FollowerReply } from "./followers.js";
import { countShared, sharedSeen } from "./shared-bytes.js";
import type { Failure } from "./thread.js";
import type { HireFollowers } from "./threads.js";

/** How a leading worker talks to the thread that called. */
export interface Line {
  progress(progress: unknown): void;
  /** Resolves once it was dealt with. */
  ask(question: unknown): Promise<void>;
  muster: HireFollowers;
  /** Lets messages arrive. @throws the signal's reason once it is aborted */
  pause(): Promise<void>;
  signal: AbortSignal;
}

/** A task has a way to lead it and one to follow in it, each by the `kind` of its message. */
export interface Tasks {
  lead: Record<string, (message: never, line: Line) => Promise<unknown>>;
  follow: Record<string, (message: never) => Promise<readonly Phase[]>>;
}

type Message =
  | { kind: "abort" | "answered" | "end" }
  | { kind: "follow"; control: Int32Array; port: MessagePort }
  | { kind: string };

/** The side of a worker: takes messages from now on, which says that its modules have loaded. */
export async function serve({ lead, follow: followers }: Tasks): Promise<void> {
  const port = await parent();
  let controller = new AbortController();
  let answered = () => {};

  const leadTask = async (message: Message): Promise<Reply<unknown, unknown>> => {
    controller = new AbortController();
    const { signal } = controller;
    const line: Line = {
      signal,
      progress: (progress) => port.post({ kind: "progress", progress }),
      ask(question) {
        const answer = new Promise<void>((resolve) => {
          answered = resolve;
        });
        port.post({ kind: "ask", question });
        return answer;
      },
      muster: (control, ports) => port.post({ kind: "muster", control, ports }, ports),
      async pause() {
        await new Promise((resolve) => setTimeout(resolve, 0));
        signal.throwIfAborted();
      },
    };
    try {
      const result = await lead[message.kind](message as never, line);
      return { kind: "done", result, held: sharedSeen() };
    } catch (error) {
      const held = sharedSeen();
      return signal.aborted ? { kind: "aborted", held } : { kind: "failed", held, ...failureOf(error) };
    }
  };

  const followTask = async ({ control, port: introduction }: Extract<Message, { control: unknown }>) => {
    try {
      if (!isDismissed(control)) {
        const message = await firstMessage(introduction);
        countShared(message);
        if (!isDismissed(control)) follow(control, await followers[message.kind](message as never));
      }
      return { kind: "left", held: sharedSeen() } satisfies FollowerReply;
    } catch (error) {
      return { kind: "failed", held: sharedSeen(), ...failureOf(error) } satisfies FollowerReply;
    } finally {
      introduction.close();
    }
  };

  port.listen(async (message) => {
    if (message.kind === "abort") return controller.abort();
    if (message.kind === "answered") return answered();
    if (message.kind === "end") return port.close();
    countShared(message);
    const reply = await ("port" in message ? followTask(message) : leadTask(message));
    try {
      port.post(reply);
    } catch (error) {
      port.post({ kind: "failed", held: sharedSeen(), ...failureOf(error) }); // a result that cannot be sent
    }
  });
  port.post({ kind: "ready" });
}

function firstMessage(port: MessagePort): Promise<{ kind: string }> {
  return new Promise((resolve, reject) => {
    port.onmessage = ({ data }) => resolve(data);
    port.onmessageerror = () => reject(new Error("The task of a follower could not be read."));
  });
}

function failureOf(error: unknown): Failure {
  return error instanceof Error
    ? { name: error.name, message: error.message }
    : { name: "Error", message: String(error) };
}

/** The line to the thread that started this one. */
async function parent(): Promise<{
  post(message: unknown, transfer?: MessagePort[]): void;
  listen(listener: (message: Message) => void): void;
  /** Then nothing keeps the worker, and it ends. */
  close(): void;
}> {
  if (typeof process !== "undefined" && process.versions?.node) {
    const { parentPort } = await import("node:worker_threads");
    return {
      post: (message, transfer = []) => parentPort!.postMessage(message, transfer as never),
      listen: (listener) => void parentPort!.on("message", listener),
      close: () => parentPort!.close(),
    };
  }
  return {
    post: (message, transfer = []) => self.postMessage(message, { transfer }),
    listen(listener) {
      self.onmessage = ({ data }) => listener(data);
    },
    close: () => self.close(),
  };
}
