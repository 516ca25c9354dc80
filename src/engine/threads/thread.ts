import { EngineError, errorFrom } from "../../errors.js";

/** A worker whose modules have loaded, in Node or in a browser. */
export interface Thread {
  post(message: unknown, transfer?: Transferable[]): void;
  /** One listener at a time. */
  listen(listener: ThreadListener | undefined): void;
  /** A thread at work keeps the process alive, an idle one does not. */
  busy(yes: boolean): void;
  /** Asks it to end by itself. It takes messages once its modules have loaded, so it cannot end before. */
  end(): void;
  readonly ended: boolean;
  /** Tasks it was hired for. */
  tasks: number;
  /** Bytes of shared memory of its tasks; at most so much is still alive. */
  held: number;
}

export interface ThreadListener {
  message(reply: never): void;
  /** Called once at most; no message comes after it. */
  ended(error: EngineError): void;
}

/** Limits of a worker's heap; those of Node. */
export interface ThreadLimits {
  maxOldGenerationSizeMb?: number;
}

/** What went wrong in a worker, as a message. */
export interface Failure {
  name: string;
  message: string;
}

/**
 * Resolves when the modules of the thread have loaded. Nothing ends it before: a worker of Node that is ended while its
 * modules load leaves their files open, and V8 was seen to abort there.
 * @throws {EngineError} if it cannot start
 */
export function startThread(entry: URL, limits?: ThreadLimits): Promise<Thread> {
  return typeof process !== "undefined" && process.versions?.node ? startInNode(entry, limits) : startInBrowser(entry);
}

async function startInNode(entry: URL, limits?: ThreadLimits): Promise<Thread> {
  const { Worker } = await import("node:worker_threads");
  return new Promise((resolve, reject) => {
    const worker = start(() => new Worker(entry, { resourceLimits: limits }));
    const life = watch(resolve, reject, {
      post: (message, transfer = []) => worker.postMessage(message, transfer as never),
      busy: (yes) => (yes ? worker.ref() : worker.unref()),
    });
    worker.on("message", life.message);
    worker.on("messageerror", life.failed);
    worker.on("error", life.failed);
    worker.on("exit", (code) => life.failed(new Error(`exit code ${code}`)));
  });
}

function startInBrowser(entry: URL): Promise<Thread> {
  return new Promise((resolve, reject) => {
    const worker = start(() => new Worker(entry, { type: "module" }));
    const life = watch(resolve, reject, {
      post: (message, transfer = []) => worker.postMessage(message, transfer),
      busy() {},
    });
    worker.onmessage = ({ data }) => life.message(data);
    worker.onmessageerror = () => life.failed(new Error("a message could not be read"));
    worker.onerror = ({ message }) => life.failed(new Error(message || "its script cannot be loaded"));
  });
}

function start<W>(make: () => W): W {
  try {
    return make();
  } catch (error) {
    throw startError(error as Error);
  }
}

/** From the first message, which says that the modules have loaded, to the end. */
function watch(
  resolve: (thread: Thread) => void,
  reject: (error: EngineError) => void,
  { post, busy }: Pick<Thread, "post" | "busy">,
): { message(reply: unknown): void; failed(error: Error): void } {
  let ready = false;
  let ended = false;
  let listener: ThreadListener | undefined;
  const thread: Thread = {
    post,
    busy,
    listen(next) {
      listener = next;
    },
    end: () => post({ kind: "end" }),
    get ended() {
      return ended;
    },
    tasks: 0,
    held: 0,
  };
  return {
    message(reply) {
      if (ready) return listener?.message(reply as never);
      ready = true;
      resolve(thread);
    },
    failed(error) {
      if (ended) return;
      ended = true;
      if (ready) listener?.ended(endError(error));
      else reject(startError(error));
    },
  };
}

function startError(cause: Error): EngineError {
  if (isOutOfMemory(cause)) return outOfMemory(cause);
  const remedy = /EMFILE|too many open files/.test(`${(cause as NodeJS.ErrnoException).code} ${cause.message}`)
    ? "The process has too many open files: raise its limit (ulimit -n), or use fewer `threads`."
    : 'Install the package again (in a clone: "npm run setup"), or use `threads: 0`, which starts none.';
  return new EngineError(`A worker thread cannot start: ${cause.message}. ${remedy}`, { cause });
}

function endError(cause: Error): EngineError {
  if (isOutOfMemory(cause)) return outOfMemory(cause);
  return new EngineError(
    `A worker thread ended in the middle of its work: ${cause.message}. The work is lost; other work gets another thread. ` +
      "Try again, or use `threads: 0`, which starts none.",
    { cause },
  );
}

/** The error of a worker, on this side. */
export function errorOf({ name, message }: Failure): Error {
  const error = errorFrom(name, message);
  return name === "RangeError" && isOutOfMemory(error) ? outOfMemory(error) : error;
}

/** Errors of a heap, of an array and of WebAssembly. */
function isOutOfMemory(error: Error): boolean {
  if ((error as NodeJS.ErrnoException).code === "ERR_WORKER_OUT_OF_MEMORY") return true;
  return /allocation failed|could not allocate/i.test(error.message);
}

function outOfMemory(cause: Error): EngineError {
  return new EngineError(
    `A worker thread ran out of memory: ${cause.message.replace(/\.$/, "")}. Use fewer \`threads\`, a smaller batch or ` +
      "shorter windows, or give Node a larger heap (--max-old-space-size).",
    { cause },
  );
}
