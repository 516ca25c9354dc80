import { existsSync } from "node:fs";
import { sep } from "node:path";
import type { DuckDBInstance } from "@duckdb/node-api";
import type { OpenedFile } from "./query-rows.js";

/** What DuckDB wrote down of the files that it opened. */
export interface OpenLog {
  opened(): Promise<OpenedFile[]>;
  close(): void;
}

const OPENED = /^\{"fs":"[^"]*","path":"(.*)","op":"OPEN"\}$/s;

/**
 * Has DuckDB write down the files that it opens, however a query comes to them: by a name, a view, a macro or a computed
 * text.
 * @param own the folder of its temporary files, which are left out
 */
export async function logOpens(instance: DuckDBInstance, own: string): Promise<OpenLog> {
  const connection = await instance.connect(); // a question on the connection of the query would end its rows
  await connection.run("call enable_logging('FileSystem')");
  return {
    async opened() {
      const rows = await connection.runAndReadAll(
        "select message, epoch_us(min(timestamp)) from duckdb_logs where type = 'FileSystem' group by message",
      );
      return rows.getRows().flatMap(([message, at]) => {
        const [, path] = OPENED.exec(message as string) ?? [];
        if (path === undefined || path.startsWith(own + sep) || /^[a-z0-9]+:\/\//i.test(path)) return [];
        return [{ path: withoutEscapes(path), at: at as bigint }];
      });
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
