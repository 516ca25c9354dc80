import type { TableFormat } from "../source/format.js";
import { namedColumns } from "../source/options.js";

/** Apache Parquet. The code that reads it is loaded when a file is. */
export const parquet: TableFormat = {
  name: "parquet",
  extensions: [".parquet"],
  layouts: ["wide", "long"],
  open: async (file, options) => (await import("./parquet/table.js")).openParquet(file, namedColumns(options)),
};
