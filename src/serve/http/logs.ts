import pino from "pino";
import type { Reloaded } from "../models.js";
import type { Course } from "./course.js";

/** What the server tells on standard output, a line of JSON each. No line holds a value of anybody's data. */
export interface Logs {
  request(course: Course, ended: { method: string; status: number; seconds: number }): void;
  reloaded(files: readonly Reloaded[]): void;
  threadEnded(error: Error): void;
  say(message: string): void;
  /** Writes what is still in memory. */
  close(): void;
}

export const logLevels = ["info", "warn", "error", "silent"] as const;

/** @param level info: every request; warn: refusals and what should be looked at; error: our own faults */
export function openLogs(level: (typeof logLevels)[number], stream?: pino.DestinationStream): Logs {
  const file = stream ? undefined : pino.destination({ dest: 1, sync: false, minLength: 4096 });
  const log = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, stream ?? file!);
  const flushing = file && setInterval(() => file.flush(), 500).unref();
  return {
    request({ id, route, client, model, bytes, cases, problem, failure }, { method, status, seconds }) {
      const line = {
        request: id,
        ...{ method, route, model, client, status },
        ms: Math.round(1e6 * seconds) / 1e3,
        ...{ bytes, cases, problem, failure },
      };
      if (status >= 500) log.error(line, "request");
      else if (status >= 400) log.warn(line, "request");
      else log.info(line, "request");
    },
    reloaded(files) {
      for (const { name, version, failed } of files)
        if (failed === undefined)
          log.warn({ model: name, version }, "the file was replaced; its new version is served");
        else log.error({ model: name, reason: failed }, "the file was replaced by one that cannot be served");
    },
    threadEnded: (error) => log.error({ reason: error.message }, "a thread that scores ended; another one starts"),
    say: (message) => log.info(message),
    close() {
      clearInterval(flushing);
      file?.flushSync();
    },
  };
}
