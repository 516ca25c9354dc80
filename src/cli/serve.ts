import { Command, Option } from "commander";
import { parseOptions } from "../options.js";
import { logLevels, openLogs } from "../serve/http/logs.js";
import { modelPlaces } from "../serve/models.js";
import { serveOptionsSchema } from "../serve/options.js";
import { listen } from "../serve/server.js";
import { openService, type Service } from "../serve/service.js";
import { addSchemaFlags, pickOptions } from "./schema-flags.js";
import { openTerminal, print } from "./terminal.js";

const HELP = `
Examples:
  undertone serve ecg.undertone
  undertone serve cards.undertone fraud=models/v7.undertone --port 9000
  UNDERTONE_TOKENS=shop=$(openssl rand -hex 24) undertone serve cards.undertone --host 0.0.0.0 --rate-limit 200

  curl http://127.0.0.1:8080/v1/models
  curl -H 'content-type: application/json' -d '{"sequences": [[0.1, 0.8, null, 0.7]]}' \\
    http://127.0.0.1:8080/v1/models/ecg/encode
A browser shows a page to try the models at http://127.0.0.1:8080. The client for programs: import "undertone/client".
/openapi.json describes all addresses, /metrics is for Prometheus, /health and /ready for whoever starts the server.

A model is called as its file, or NAME=FILE names it. A replaced file is served within a second, or at SIGHUP; requests on
their way are answered by the version that they met. SIGTERM and Ctrl-C stop: requests on their way are answered first.
Requests are scored on --threads threads. While all are busy, requests gather and are scored in one call; the answer to
a request does not depend on the others, bit for bit. Tokens come from the environment, because a command line is seen
by every user of the machine: UNDERTONE_TOKENS has one or several between commas, TOKEN or NAME=TOKEN.
Standard output has one line of JSON per request, without values of data.`;

/** Milliseconds between two looks at the files. */
const WATCH = 1000;

/** `undertone serve MODEL...` */
export function serveCommand(): Command {
  const command = new Command("serve")
    .description("answer requests over HTTP: features, probabilities and reasons, by trained models")
    .argument("<models...>", "model files, from undertone fit; NAME=FILE gives one another name");
  addSchemaFlags(command, serveOptionsSchema)
    .addOption(new Option("--no-watch", "do not look for replaced files; SIGHUP still reloads"))
    .addOption(
      new Option("--log-level <name>", "which requests are logged: all, those refused, those that we failed at, none")
        .choices(logLevels)
        .default("info"),
    )
    .option("--json", "print the address as one JSON object before the log")
    .option("--quiet", "do not print the address");
  return command.addHelpText("after", HELP).action(runServe);
}

interface Flags extends Record<string, unknown> {
  watch: boolean;
  logLevel: (typeof logLevels)[number];
  json?: boolean;
  quiet?: boolean;
}

async function runServe(paths: string[], flags: Flags): Promise<void> {
  const options = parseOptions(serveOptionsSchema, pickOptions(flags, serveOptionsSchema), "serve");
  const terminal = openTerminal(flags);
  const logs = openLogs(flags.logLevel);
  const service = await openService(modelPlaces(paths), options, process.env.UNDERTONE_TOKENS, logs);
  const stopped = untilStopped();
  const reloads = reloadWhenTold(service, flags.watch);
  try {
    const { url, stop } = await listen(service);
    if (flags.json) print(JSON.stringify({ url, models: service.models.names() }));
    else terminal.say(`${service.models.names().join(", ")}: ${url}`);
    if (!service.auth.needed) terminal.say("note: no token is needed (UNDERTONE_TOKENS is not set).");
    const name = await stopped;
    terminal.say(`${name}: answering what has come ...`);
    const cut = await stop();
    if (cut > 0) terminal.warn(`${cut} connections were cut off after ${options.grace} s.`);
  } catch (error) {
    await service.close();
    throw error;
  } finally {
    reloads.end();
  }
}

/** Resolves at the first signal that asks to stop; the second one ends the process at once. */
function untilStopped(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const name of ["SIGTERM", "SIGINT"] as const) process.once(name, () => resolve(name));
  });
}

/** Reloads at SIGHUP, and where a file was replaced. */
function reloadWhenTold(service: Service, watch: boolean): { end(): void } {
  const onHangUp = () => void service.reload(true);
  process.on("SIGHUP", onHangUp);
  const timer = watch ? setInterval(() => void service.reload(false), WATCH) : undefined;
  return {
    end() {
      process.off("SIGHUP", onHangUp);
      clearInterval(timer);
    },
  };
}
