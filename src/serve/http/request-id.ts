import { randomUUID } from "node:crypto";

const SOUND = /^[\w.:-]{1,64}$/;

/** What logs and answers call a request: the client's own name for it, where it is short and plain, else a new one. */
export function requestIdOf(header: string | string[] | undefined): string {
  return typeof header === "string" && SOUND.test(header) ? header : randomUUID();
}
