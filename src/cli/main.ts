#!/usr/bin/env node
import { Command, CommanderError } from "commander";
import pc from "picocolors";
import { UndertoneError } from "../errors.js";
import { VERSION } from "../version.js";
import { benchCommand } from "./bench.js";
import { compareCommand } from "./compare.js";
import { demoCommand } from "./demo.js";
import { encodeCommand } from "./encode.js";
import { fitCommand } from "./fit.js";
import { inspectCommand } from "./inspect.js";
import { inFlags } from "./schema-flags.js";
import { Interrupted } from "./terminal.js";

const HELP = `
DATA is a file (.csv, .ts, .tsv, .arff, .npy, each possibly .gz) or a folder with NAME_TRAIN and NAME_TEST.
Start with: undertone demo, then undertone inspect DATA and undertone compare DATA.
Exit codes: 0 done, 1 failed, 2 wrong options, 130 interrupted.`;

const program = new Command("undertone")
  .description("LSTM autoencoders that turn raw sequences into better classifier input, and show whether they help")
  .version(VERSION)
  .showHelpAfterError("(--help lists the options)")
  .addHelpText("after", HELP);
for (const command of [
  demoCommand(),
  inspectCommand(),
  fitCommand(),
  encodeCommand(),
  compareCommand(),
  benchCommand(),
])
  program.addCommand(command.exitOverride().showHelpAfterError("(--help lists the options)"));

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0); // the reader of the pipe closed it
  throw error;
});

try {
  await program.exitOverride().parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else if (error instanceof Interrupted) process.exitCode = error.exitCode;
  else if (error instanceof UndertoneError) {
    process.stderr.write(`${pc.red(error.name)}: ${inFlags(error.message)}\n`);
    process.exitCode = error.exitCode;
  } else {
    process.stderr.write(`${pc.red("This is a bug in undertone, please report it:")} ${(error as Error).stack}\n`);
    process.exitCode = 1;
  }
}
