import type { TableFormat } from "../source/format.js";
import { namedColumns } from "../source/options.js";

/** Apache Arrow IPC, as files (Feather version 2) and streams. The code that reads it is loaded when a file is. */
export const arrow: TableFormat = {
  name: "arrow",
  extensions: [".arrow", ".arrows", ".feather"],
  layouts: ["wide", "long"],
  open: async (file, options) => (await import("./arrow/table.js")).openArrow(file, namedColumns(options)),
};
