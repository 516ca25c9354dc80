import type { TableFormat } from "../source/format.js";
import type { SourceFile } from "../source/source-file.js";

/** Apache Parquet. The code that reads it is loaded when a file is. */
export const parquet: TableFormat = {
  name: "parquet",
  extensions: [".parquet"],
  layouts: ["wide", "long"],
  open: async (file: SourceFile) => (await import("./parquet-table.js")).openParquet(file),
};
