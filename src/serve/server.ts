import { createServer, type Server } from "node:http";
import { type AddressInfo, Server as NetServer, type Socket } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { UndertoneError } from "../errors.js";
import { createApp } from "./http/app.js";
import { requestIdOf } from "./http/request-id.js";
import { PROBLEM_TYPE, problemOf } from "./problems.js";
import type { Service } from "./service.js";

/** A server that listens. */
export interface Listening {
  /** Such as http://127.0.0.1:8080 */
  url: string;
  /**
   * Takes no new connection, answers what has come, then ends. What is not answered after the grace is cut off.
   * @returns how many connections were cut off
   */
  stop(): Promise<number>;
}

/** Milliseconds between two looks at connections while stopping. */
const LOOK = 20;
/**
 * Milliseconds in which a connection that is kept alive may bring a request more while stopping: it is answered, and the
 * client told that it was the last. Closed at once, the connection of a busy client would be cut with a request on it.
 */
const LAST_CALL = 250;
const MOST_CONNECTIONS = 10_000;

/** @throws {UndertoneError} if the address cannot be listened on */
export async function listen(service: Service): Promise<Listening> {
  const { options } = service;
  const app = createApp(service);
  const listener = getRequestListener((request, env) => app.fetch(request, env), { overrideGlobalObjects: false });
  const server = createServer(
    {
      headersTimeout: 1000 * options.bodyTimeout,
      requestTimeout: 0,
      connectionsCheckingInterval: 1000,
      keepAliveTimeout: 30_000,
    },
    listener,
  );
  server.maxConnections = MOST_CONNECTIONS;
  server.on("clientError", refuseConnection);
  await start(server, options.port, options.host);
  const { address, family, port } = server.address() as AddressInfo;
  return {
    url: `http://${family === "IPv6" ? `[${address}]` : address}:${port}`,
    stop: () => stop(server, service),
  };
}

async function start(server: Server, port: number, host: string): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ port, host, backlog: 1024 }, resolve);
    });
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const why = code === "EADDRINUSE" ? "another program listens there already. Choose another port (`port`)" : message;
    throw new UndertoneError(`${host}:${port}: cannot listen: ${why}.`, { cause });
  }
}

async function stop(server: Server, service: Service): Promise<number> {
  service.state = "stopping";
  // that of HTTP cuts idle connections at once
  const closed = new Promise<void>((resolve) => NetServer.prototype.close.call(server, () => resolve()));
  const since = performance.now();
  const looking = setInterval(() => {
    if (performance.now() - since > LAST_CALL) server.closeIdleConnections();
  }, LOOK);
  let cut = 0;
  let timer: NodeJS.Timeout | undefined;
  const grace = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      server.getConnections((_, count) => {
        cut = count ?? 0;
        server.closeAllConnections();
        resolve();
      });
    }, 1000 * service.options.grace);
  });
  await Promise.race([closed, grace]);
  clearInterval(looking);
  clearTimeout(timer);
  await service.close();
  service.logs.close();
  return cut;
}

/** Answers what is no HTTP, too slow a head, or too large a one. */
function refuseConnection(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable) return void socket.destroy();
  const [status, kind, detail] =
    error.code === "ERR_HTTP_REQUEST_TIMEOUT"
      ? ([408, "too-slow", "request: got a part of its head, expected all of it within the time of a body."] as const)
      : error.code === "HPE_HEADER_OVERFLOW"
        ? ([431, "bad-request", "request: got headers of more than 16 KB, expected fewer."] as const)
        : ([400, "bad-request", "request: got what is no HTTP, expected a request of HTTP 1.1."] as const);
  const id = requestIdOf(undefined);
  const body = JSON.stringify({ ...problemOf(kind, detail, id), status });
  socket.end(
    `HTTP/1.1 ${status} Refused\r\nconnection: close\r\ncontent-type: ${PROBLEM_TYPE}\r\nx-request-id: ${id}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
