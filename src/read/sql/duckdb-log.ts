import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join, sep } from "node:path";
import type { DuckDBInstance } from "@duckdb/node-api";
import { DataError } from "../../errors.js";
import type { OpenedFile } from "./query-rows.js";

/** What DuckDB wrote down of the files that it opened. */
export interface OpenLog {
  /** @throws {DataError} if the query put out the log */
  opened(): Promise<OpenedFile[]>;
  close(): void;
}

/** A line of the log: time, offset of its zone, message with its quotes doubled. */
const ENTRY =
  /,(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?([+-]\d\d)(?::?(\d\d))?,FileSystem,\w+,"((?:[^"]|"")*)"/g;
const OPENED = /^\{"fs":"[^"]*","path":"(.*)","op":"OPEN"\}$/s;

/**
 * Has DuckDB write down the files that it opens, however a query comes to them: by a name, a view, a macro or a computed
 * text.
 * @param own the folder of its temporary files, which are left out
 */
export async function logOpens(instance: DuckDBInstance, own: string): Promise<OpenLog> {
  const connection = await instance.connect(); // a question on the connection of the query would end its rows
  // In memory the log would take room from the query, whose move to a file it writes down: that waits for itself.
  const log = join(own, "log.csv");
  const place = `storage = 'file', storage_path = '${log.replaceAll("'", "''")}', storage_buffer_size = 1`;
  await connection.run(`call enable_logging('FileSystem', ${place})`);
  /** A file of ours that is opened and must then be in the log: a query can empty it, or end it. */
  const mark = async (name: string) => {
    const path = join(own, name);
    await writeFile(path, "");
    await connection.runAndReadAll("select content from read_text($1)", [path]);
    return path;
  };
  const begin = await mark("begin");
  return {
    async opened() {
      const marks = new Set([begin, await mark("end")]);
      const files = new Map<string, bigint>(); // when each was opened first
      for (const [, day, time, part = "", hours, minutes = "00", message] of (await readFile(log, "utf8")).matchAll(
        ENTRY,
      )) {
        const [, path] = OPENED.exec(message.replaceAll('""', '"')) ?? [];
        if (path === undefined) continue;
        marks.delete(withoutEscapes(path));
        if (path.startsWith(own + sep) || /^[a-z0-9]+:\/\//i.test(path) || files.has(path)) continue;
        const at = BigInt(Date.parse(`${day}T${time}${hours}:${minutes}`)) * 1000n + BigInt(part.padEnd(6, "0"));
        files.set(path, at);
      }
      if (marks.size > 0)
        throw new DataError(
          "query: it changes DuckDB's own log, expected that log to be left alone. It tells which files the query reads, so that none of them is written over.",
        );
      return Array.from(files, ([path, at]) => ({ path: withoutEscapes(path), at }));
    },
    close: () => connection.closeSync(),
  };
}

/** DuckDB writes a path into the text of an object without escapes; should it learn to, the file tells. */
function withoutEscapes(path: string): string {
  if (existsSync(path)) return path;
  try {
    const text = JSON.parse(`"${path}"`) as string;
    return existsSync(text) ? text : path;
  } catch {
    return path;
  }
}
