import { EngineError } from "../../errors.js";

/** What one thread does with one item of a run. Which thread takes which item must not matter. */
export type Command = (item: number) => void;

/** Threads that work together: one leads, the others follow. */
export interface Crew {
  /** Has every item of 0 .. count - 1 done by somebody; returns when all are. */
  run(command: number, count: number): void;
  /** Lets the followers go. */
  dismiss(): void;
}

// Places in the control block. TASK holds command, count and the next item in one number, so that a follower that
// comes late can never mistake an item of one run for an item of another.
const TASK = 0;
const DONE = 1;
const GENERATION = 2;
const FAILED = 3;
const DISMISSED = -1;
const ITEM_BITS = 12;
const MOST_ITEMS = 2 ** ITEM_BITS - 64; // room for the questions of followers that find nothing left
const ITEM_MASK = 2 ** ITEM_BITS - 1;

/**
 * Looks at shared memory before a thread goes to sleep: some 100 microseconds, longer than what the leader does alone
 * between two commands. Waking up takes tens of them; looking for longer costs where threads share a core.
 */
const SPINS = 8000;

/** A control block that leader and followers share. */
export function createControl(): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(4 * 64));
}

/** A crew of one. */
export function soloCrew(commands: readonly Command[]): Crew {
  return {
    run(command, count) {
      for (let item = 0; item < count; item++) commands[command](item);
    },
    dismiss() {},
  };
}

/** The leader's side; it works too. Must not be called where Atomics.wait is forbidden (a browser's main thread). */
export function leadCrew(control: Int32Array, commands: readonly Command[]): Crew {
  const summon = (generation: number) => {
    Atomics.store(control, GENERATION, generation);
    Atomics.notify(control, GENERATION);
  };
  return {
    run(command, count) {
      if (count > MOST_ITEMS) {
        for (let item = 0; item < count; item++) commands[command](item);
        return;
      }
      Atomics.store(control, DONE, 0);
      Atomics.store(control, TASK, (command << (2 * ITEM_BITS)) | (count << ITEM_BITS));
      if (count > 1) summon((Atomics.load(control, GENERATION) + 1) & 0x3fffffff);
      while (takeItem(control, commands));
      waitWhile(control, DONE, (done) => done < count);
      if (Atomics.load(control, FAILED))
        throw new EngineError(
          "A worker thread failed; its own error is above. Use `threads: 1` to see it whole.",
        );
    },
    dismiss: () => summon(DISMISSED),
  };
}

/** A follower's side: works until it is dismissed. */
export function follow(control: Int32Array, commands: readonly Command[]): void {
  for (;;) {
    const generation = Atomics.load(control, GENERATION);
    if (generation === DISMISSED) return;
    try {
      while (takeItem(control, commands));
    } catch (error) {
      console.error(error);
      Atomics.store(control, FAILED, 1);
      Atomics.add(control, DONE, 1);
      Atomics.notify(control, DONE);
    }
    waitWhile(control, GENERATION, (now) => now === generation);
  }
}

/** Does the next item; false when there is none. */
function takeItem(control: Int32Array, commands: readonly Command[]): boolean {
  const task = Atomics.add(control, TASK, 1);
  const item = task & ITEM_MASK;
  const count = (task >> ITEM_BITS) & ITEM_MASK;
  if (item >= count) return false;
  commands[task >> (2 * ITEM_BITS)](item);
  if (Atomics.add(control, DONE, 1) + 1 === count) Atomics.notify(control, DONE);
  return true;
}

function waitWhile(control: Int32Array, place: number, holds: (value: number) => boolean): void {
  for (let spin = 0; spin < SPINS; spin++) if (!holds(Atomics.load(control, place))) return;
  for (;;) {
    const value = Atomics.load(control, place);
    if (!holds(value)) return;
    Atomics.wait(control, place, value);
  }
}
