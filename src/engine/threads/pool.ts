import type { Thread } from "./thread.js";

/** A wish for a thread. */
export interface Request {
  /** Rejects if the thread cannot start. */
  thread: Promise<Thread>;
  /** Takes the wish back; false if the thread was hired already. */
  withdraw(): boolean;
}

/** Threads of one calling thread: hired for a task, given back after it. */
export interface Pool {
  /** An idle thread, or a new one. */
  request(): Request;
  /** After its task, whatever came of it. One that ended is forgotten. */
  giveBack(thread: Thread): void;
  /** For a thread that failed: it is not hired again. */
  retire(thread: Thread): void;
}

/** Then a thread is replaced: its small heap is hardly ever collected, and keeps the shared memory of its tasks alive. */
const MOST_TASKS = 64;
const MOST_BYTES = 64 * 2 ** 20;

/** @param start resolves when the thread is ready */
export function createPool(start: () => Promise<Thread>): Pool {
  const idle: Thread[] = [];
  const waiting: { hired(thread: Thread): void; failed(error: Error): void }[] = [];
  /** At least as many as are waited for. A thread whose wish was withdrawn serves the next one. */
  let starting = 0;

  const place = (thread: Thread) => {
    const request = waiting.shift();
    if (request) return hire(thread, request.hired);
    thread.listen({ message() {}, ended: () => idle.splice(idle.indexOf(thread), 1) });
    thread.busy(false);
    idle.push(thread);
  };
  const hire = (thread: Thread, hired: (thread: Thread) => void) => {
    thread.listen(undefined);
    thread.busy(true);
    thread.tasks++;
    hired(thread);
  };
  const retire = (thread: Thread) => {
    thread.listen(undefined);
    thread.busy(false);
    if (!thread.ended) thread.end();
  };
  const startOne = async () => {
    starting++;
    try {
      const thread = await start();
      starting--;
      place(thread);
    } catch (error) {
      starting--;
      waiting.shift()?.failed(error as Error);
    }
  };

  return {
    request() {
      let withdraw = () => false;
      const thread = new Promise<Thread>((hired, failed) => {
        const found = idle.pop();
        if (found) return hire(found, hired);
        const request = { hired, failed };
        waiting.push(request);
        withdraw = () => {
          const at = waiting.indexOf(request);
          if (at >= 0) waiting.splice(at, 1);
          return at >= 0;
        };
        if (starting < waiting.length) startOne();
      });
      return { thread, withdraw: () => withdraw() };
    },
    giveBack(thread) {
      if (thread.ended || thread.tasks >= MOST_TASKS || thread.held >= MOST_BYTES) retire(thread);
      else place(thread);
    },
    retire,
  };
}
