import { connect } from "node:net";
import { join } from "node:path";
import { loadEngine } from "../../src/engine/load.js";
import type { FitFileOptions } from "../../src/features/fit-file.js";
import { fitFile } from "../../src/features/fit-file.js";
import { loadModel } from "../../src/features/model-file.js";
import { openLogs } from "../../src/serve/http/logs.js";
import { modelPlaces } from "../../src/serve/models.js";
import { type ServeOptions, serveOptionsSchema } from "../../src/serve/options.js";
import { listen } from "../../src/serve/server.js";
import { openService } from "../../src/serve/service.js";
import { folderWith, longCsv, wideCsv } from "../cli/run.js";

/** Models as a server loads them, trained for a moment. */
export async function fitModels() {
  const engine = await loadEngine();
  const folder = folderWith({ "waves.csv": wideCsv(), "cards.csv": longCsv(), "runs.csv": runsCsv() });
  const fit = async (name: string, options: FitFileOptions) => {
    const path = join(folder, `${name}.undertone`);
    await fitFile(engine, join(folder, `${name}.csv`), path, {
      units: 3,
      train: { updates: 4 },
      threads: 0,
      ...options,
    });
    return { path, model: await loadModel(path) };
  };
  return {
    engine,
    folder,
    /** One channel, one sequence per row. */
    waves: await fit("waves", { reading: { label: "label" } }),
    /** Windows of events with times, numbers and categories. */
    cards: await fit("cards", { reading: { entity: "customer", time: "time", label: "fraud", window: 5 } }),
    /** Two channels, one of them categories; an entity is a case. */
    runs: await fit("runs", { reading: { entity: "run" } }),
    /** Another model in place of a file. */
    async replace(path: string) {
      await fitFile(engine, join(folder, "waves.csv"), path, {
        units: 3,
        train: { updates: 4, seed: 7 },
        threads: 0,
        reading: { label: "label" },
      });
    },
  };
}

/** One step a row: runs of two to six steps with a number and a mode. */
function runsCsv(): string {
  const rows = ["run,heat,mode"];
  for (let n = 0; n < 13; n++)
    for (let t = 0; t < 2 + (n % 5); t++)
      rows.push(
        `r${n},${n % 4 === 1 && t === 1 ? "" : Math.cos(n + 0.4 * t).toFixed(3)},${["on", "off", "idle"][(n + t) % 3]}`,
      );
  return `${rows.join("\n")}\n`;
}

/** A server in this process, and what it logs. */
export async function startServer(paths: readonly string[], given: Partial<ServeOptions> = {}, tokens?: string) {
  const options = serveOptionsSchema.parse({ port: 0, threads: 1, ...given });
  const lines: Record<string, unknown>[] = [];
  const logs = openLogs("info", { write: (line) => void lines.push(JSON.parse(line)) });
  const service = await openService(modelPlaces(paths), options, tokens, logs);
  const { url, stop } = await listen(service).catch(async (error) => {
    await service.close();
    throw error;
  });
  const post = (path: string, body: string | Uint8Array, headers: Record<string, string> = {}) =>
    fetch(url + path, {
      method: "POST",
      body: body as BodyInit,
      headers: { "content-type": "application/json", ...headers },
    });
  return { url, stop, service, lines, post };
}

/** Sends bytes as they are, and gives all that comes back. @param pause milliseconds between the pieces */
export function sendRaw(
  url: string,
  pieces: readonly (string | Uint8Array)[],
  pause = 0,
  end = false,
): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    let text = "";
    socket.setEncoding("latin1");
    socket.on("data", (data) => {
      text += data;
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve(text));
    (async () => {
      for (const piece of pieces) {
        if (socket.destroyed) break;
        socket.write(piece);
        await new Promise((next) => setTimeout(next, pause));
      }
      if (end) socket.destroy();
    })();
  });
}
