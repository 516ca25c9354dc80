import type { Cases, Encoded, Explained, ModelInfo, Predicted, Problem } from "./answers.js";

export type * from "./answers.js";

export interface ClientOptions {
  /** sent as a bearer token */
  token?: string;
  /** tries after the first, while the server is busy (429, 503) or cannot be reached; default 2 */
  retries?: number;
  /** milliseconds for one try; default 30,000 */
  timeout?: number;
  /** default: the global one */
  fetch?: typeof fetch;
}

export interface CallOptions {
  signal?: AbortSignal;
  /** how logs of the server call the request */
  requestId?: string;
}

/** Calls of one server. */
export interface Client {
  models(options?: CallOptions): Promise<ModelInfo[]>;
  model(name: string, options?: CallOptions): Promise<ModelInfo>;
  /** The features of every case. */
  encode(model: string, cases: Cases & { readOut?: string }, options?: CallOptions): Promise<Encoded>;
  /** Probabilities and the decision of every case. */
  predict(model: string, cases: Cases, options?: CallOptions): Promise<Predicted>;
  /** The same, and the `top` columns that moved each score most. */
  explain(model: string, cases: Cases & { top?: number }, options?: CallOptions): Promise<Explained>;
}

/** The server refused, or failed: its status and its reason. */
export class ServerError extends Error {
  override readonly name = "ServerError";
  constructor(
    readonly status: number,
    readonly problem: Problem,
    options?: { cause?: unknown },
  ) {
    super(`${status} ${problem.title}: ${problem.detail}`, options);
  }
}

const OPTIONS = ["token", "retries", "timeout", "fetch"];
const BUSY = [429, 503];
const FIRST_WAIT = 200; // milliseconds, doubled with each try

/**
 * Opens a client of `undertone serve`, in Node or in a browser. It holds no connection of its own.
 * @param url of the server, such as http://127.0.0.1:8080
 * @throws {TypeError} if it is no URL, or for an option that there is not
 */
export function openClient(url: string, options: ClientOptions = {}): Client {
  for (const name of Object.keys(options))
    if (!OPTIONS.includes(name))
      throw new TypeError(`openClient: there is no option "${name}". There are: ${OPTIONS.join(", ")}.`);
  const base = new URL(url.endsWith("/") ? url : `${url}/`);
  const call = <Answer>(path: string, body: unknown, own: CallOptions = {}) =>
    callServer<Answer>(new URL(path, base), body, { ...options, ...own });
  const of = (model: string, what = "") => `v1/models/${encodeURIComponent(model)}${what}`;
  return {
    models: async (own) => (await call<{ models: ModelInfo[] }>("v1/models", undefined, own)).models,
    model: (name, own) => call(of(name), undefined, own),
    encode: (model, cases, own) => call(of(model, "/encode"), cases, own),
    predict: (model, cases, own) => call(of(model, "/predict"), cases, own),
    explain: (model, cases, own) => call(of(model, "/explain"), cases, own),
  };
}

/** @throws {ServerError} for an answer that is none; whatever fetch throws where the last try reaches no server */
async function callServer<Answer>(url: URL, body: unknown, options: ClientOptions & CallOptions): Promise<Answer> {
  const { retries = 2, signal } = options;
  const json = body === undefined ? undefined : JSON.stringify(body);
  for (let left = retries, wait = FIRST_WAIT; ; left--, wait *= 2) {
    let pause = wait;
    try {
      const response = await tryOnce(url, json, options);
      if (response.ok) return (await response.json()) as Answer;
      if (left <= 0 || !BUSY.includes(response.status)) throw await refusal(response);
      pause = Math.max(wait, 1000 * Number(response.headers.get("retry-after") ?? 0));
      await response.body?.cancel();
    } catch (error) {
      if (error instanceof ServerError || signal?.aborted || left <= 0) throw error;
    }
    await sleep(pause, signal);
  }
}

async function tryOnce(url: URL, json: string | undefined, options: ClientOptions & CallOptions): Promise<Response> {
  const { token, timeout = 30_000, fetch: send = globalThis.fetch, signal, requestId } = options;
  const limit = AbortSignal.timeout(timeout);
  return send(url, {
    method: json === undefined ? "GET" : "POST",
    body: json,
    headers: {
      accept: "application/json",
      ...(json !== undefined && { "content-type": "application/json" }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(requestId !== undefined && { "x-request-id": requestId }),
    },
    signal: signal ? AbortSignal.any([signal, limit]) : limit,
  });
}

async function refusal(response: Response): Promise<ServerError> {
  const { status } = response;
  const text = await response.text();
  try {
    return new ServerError(status, JSON.parse(text) as Problem);
  } catch {
    // something else than the server answered: a proxy
    const requestId = response.headers.get("x-request-id") ?? "";
    return new ServerError(status, {
      type: "about:blank",
      title: response.statusText || "No answer of undertone serve",
      status,
      detail: text.slice(0, 200),
      requestId,
    });
  }
}

function sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal!.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", stop, { once: true });
  });
}
