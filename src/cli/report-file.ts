import type { Comparison } from "../evaluate/comparison/comparison.js";
import { writeFileAtomically } from "../files/write-file.js";
import { renderReport } from "../report/report.js";

/** Writes the HTML page of a comparison, with this command line as the way to make it again. */
export async function writeReport(path: string, comparison: Comparison): Promise<void> {
  const command = ["undertone", ...process.argv.slice(2)];
  await writeFileAtomically(path, renderReport(comparison, { command }));
}
