#!/usr/bin/env node
import pc from "picocolors";
import { run } from "./run.js";

// Files that are still to be written do not depend on who reads what is printed.
process.stdout.on("error", ({ code, message }: NodeJS.ErrnoException) => {
  if (code === "EPIPE" || process.exitCode === 1) return; // the reader of the pipe has enough
  process.stderr.write(`${pc.red("UndertoneError")}: Cannot write to standard output: ${message}.\n`);
  process.exitCode = 1;
});
process.stderr.on("error", () => {}); // nowhere left to say it

const code = await run();
if (code !== 0) process.exitCode = code; // what could not be printed stays an error
