import pc from "picocolors";
import type { ReadProgress } from "../read/source/watch.js";
import { inFlags } from "./schema-flags.js";

/** Where a command writes: results to standard output, everything else to standard error. */
export interface Terminal {
  /** A line for the user beside the result; silent with --quiet. */
  say(text: string): void;
  /** Something to watch out for; silent with --quiet. */
  warn(text: string): void;
  /** One line that is overwritten; without a terminal it is printed at most every ten seconds. @param begins a new stage: shown at once */
  progress(text: string, begins?: boolean): void;
  /** Ends the progress line. */
  done(): void;
}

export function openTerminal({ quiet = false }: { quiet?: boolean }): Terminal {
  const { stderr } = process;
  let open = false;
  let last = 0;
  const clear = () => {
    if (open) stderr.write("\r\x1b[K");
    open = false;
  };
  const line = (text: string) => {
    clear();
    stderr.write(`${text}\n`);
  };
  return {
    say: (text) => quiet || line(text),
    warn: (text) => quiet || line(`${pc.yellow("note:")} ${inFlags(text)}`),
    progress(text, begins = false) {
      if (quiet) return;
      const now = Date.now();
      if (stderr.isTTY) {
        if (now - last < 80 && !begins) return;
        stderr.write(`\r\x1b[K${text.slice(0, (stderr.columns ?? 100) - 1)}`);
        open = true;
      } else {
        if (now - last < 10_000) return;
        stderr.write(`${text}\n`);
      }
      last = now;
    },
    done: clear,
  } as Terminal;
}

/** Writes the text to standard output, with a newline at its end. */
export function print(text: string): void {
  process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
}

/** Seconds before a line that is not overwritten: most work is done by then. */
const QUIET = 10;

/** Tells how far work is, with the time left once it can be guessed. @param what rows, or what is done */
export function tellShare(terminal: Terminal): (what: string, share: number | undefined, begins?: boolean) => void {
  const started = performance.now();
  return (what, share, begins) => {
    const seconds = (performance.now() - started) / 1000;
    if (!process.stderr.isTTY && seconds < QUIET) return;
    const left =
      share !== undefined && share > 0.02 && share < 1 ? `, ${duration(seconds / share - seconds)} left` : "";
    terminal.progress(`${what}${share === undefined ? "" : ` ${Math.round(100 * share)} %`}${left}`, begins);
  };
}

/** Tells how far reading is. @param next what comes after the last row */
export function tellReading(terminal: Terminal, next: string): (progress: ReadProgress) => void {
  const tell = tellShare(terminal);
  return ({ rows, share }) =>
    share === 1 ? tell(`${rows} rows read, ${next}`, undefined, true) : tell(`${rows} rows read,`, share);
}

/** Seconds below which nobody wonders how long it takes. */
const WORTH_TELLING = 20;

/** Hooks of a comparison, or of what chooses as one does: how long it will take, how far it is. */
export function tellComparison(terminal: Terminal) {
  const started = performance.now();
  return {
    onEstimate(seconds: number) {
      if (seconds > WORTH_TELLING) terminal.say(`This takes about ${roughly(seconds)}.`);
    },
    onProgress(step: string, done: number, left?: number) {
      const seconds = (performance.now() - started) / 1000;
      const rest = left === undefined ? "" : `, about ${duration(left)} left`;
      terminal.progress(`${step}  ${Math.round(100 * done)} %  ${duration(seconds)}${rest}`);
    },
  };
}

/** Seconds as text for people. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "?";
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  return `${Math.floor(seconds / 60)} min ${String(Math.round(seconds % 60)).padStart(2, "0")} s`;
}

/** An estimate of seconds as text for people. */
export function roughly(seconds: number): string {
  if (seconds < 60) return `${10 * Math.ceil(seconds / 10)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${(minutes / 60).toFixed(1)} h`;
}

/** Thrown after Ctrl-C, when all results are saved. */
export class Interrupted extends Error {
  readonly exitCode = 130;
}

/**
 * A signal that Ctrl-C (or SIGTERM) aborts; the second Ctrl-C ends the process at once.
 * @param what printed when it happens
 */
export function onInterrupt(what: string): { signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const handler = (name: NodeJS.Signals) => {
    if (controller.signal.aborted) {
      release();
      process.kill(process.pid, name); // exit() would wait for a thread that waits for a pipe
      return;
    }
    process.stderr.write(`\n${what}\n`);
    controller.abort(new Interrupted("Interrupted."));
  };
  const release = () => {
    process.off("SIGINT", handler);
    process.off("SIGTERM", handler);
  };
  process.on("SIGINT", handler);
  process.on("SIGTERM", handler);
  return { signal: controller.signal, release };
}
