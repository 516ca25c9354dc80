import { EngineError } from "../../errors.js";

/** A piece of work that a crew shares out. Every thread has the same phases, in one list of the same order. */
export interface Phase {
  /** The number of items now; only the leader calls it. */
  items(): number;
  /** Does one item. Which thread takes which item must not matter. */
  work(item: number): void;
  /** What the leader does alone, after all items. */
  after?(): void;
}

/** Threads that work together: one leads, the others follow. */
export interface Crew {
  /** Does phase after phase: has every item done by somebody, and returns when all are. */
  run(...phases: readonly Phase[]): void;
  /** Lets the followers go. */
  dismiss(): void;
}

// Places in the control block. TASK holds the place of the phase in the list, its count and the next item in one number,
// so that a follower that comes late can never mistake an item of one phase for an item of another.
const TASK = 0;
const DONE = 1;
const GENERATION = 2;
const FAILED = 3;
const CAUSE = 64; // its length, then its characters
const LONGEST_CAUSE = 959;
const DISMISSED = -1;
const ITEM_BITS = 12;
const MOST_ITEMS = 2 ** ITEM_BITS - 64; // room for the questions of followers that find nothing left
const ITEM_MASK = 2 ** ITEM_BITS - 1;

/**
 * Looks at shared memory before a thread goes to sleep: some 100 microseconds, longer than what the leader does alone
 * between two phases. Waking up takes tens of them; looking for longer costs where threads share a core.
 */
const SPINS = 8000;

/** Memory for several threads, or for one alone. */
export function sharedRoom(threads: number): (bytes: number) => SharedArrayBuffer | ArrayBuffer {
  return (bytes) => (threads > 1 ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes));
}

/** A control block that leader and followers share. */
export function createControl(): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(4 * (CAUSE + 1 + LONGEST_CAUSE)));
}

/** A crew of one. */
export function soloCrew(): Crew {
  return {
    run(...phases) {
      for (const phase of phases) {
        doAll(phase, phase.items());
        phase.after?.();
      }
    },
    dismiss() {},
  };
}

/** The leader's side; it works too. Must not be called where Atomics.wait is forbidden (a browser's main thread). */
export function leadCrew(control: Int32Array, phases: readonly Phase[]): Crew {
  const share = (phase: Phase, count: number) => {
    if (count > MOST_ITEMS) return doAll(phase, count);
    Atomics.store(control, DONE, 0);
    Atomics.store(control, TASK, (phases.indexOf(phase) << (2 * ITEM_BITS)) | (count << ITEM_BITS));
    if (count > 1) summon(control, (Atomics.load(control, GENERATION) + 1) & 0x3fffffff);
    while (takeItem(control, phases));
    waitWhile(control, DONE, (done) => done < count && !hasFailed(control));
    if (hasFailed(control)) throw new EngineError(`Work on several threads stopped. ${causeOf(control)}`);
  };
  return {
    run(...some) {
      for (const phase of some) {
        share(phase, phase.items());
        phase.after?.();
      }
    },
    dismiss: () => dismissCrew(control),
  };
}

/** A follower's side: works until it is dismissed. @throws what an item throws, after the leader was told */
export function follow(control: Int32Array, phases: readonly Phase[]): void {
  for (;;) {
    const generation = Atomics.load(control, GENERATION);
    if (generation === DISMISSED) return;
    try {
      while (takeItem(control, phases));
    } catch (error) {
      failCrew(control, `A worker thread failed: ${(error as Error)?.message ?? error}`);
      throw error;
    }
    waitWhile(control, GENERATION, (now) => now === generation);
  }
}

/** A follower failed or ended: its leader stops waiting for it, and throws. @param cause in a sentence; the first stays */
export function failCrew(control: Int32Array, cause: string): void {
  if (Atomics.compareExchange(control, CAUSE, 0, -1) === 0) {
    const length = Math.min(cause.length, LONGEST_CAUSE);
    for (let k = 0; k < length; k++) control[CAUSE + 1 + k] = cause.charCodeAt(k);
    Atomics.store(control, CAUSE, length);
    Atomics.store(control, FAILED, 1);
  }
  Atomics.add(control, DONE, 1); // so that a leader that is about to wait does not
  Atomics.notify(control, DONE);
}

/** Lets the followers go, whether or not the leader still can. */
export function dismissCrew(control: Int32Array): void {
  summon(control, DISMISSED);
}

export function isDismissed(control: Int32Array): boolean {
  return Atomics.load(control, GENERATION) === DISMISSED;
}

function hasFailed(control: Int32Array): boolean {
  return Atomics.load(control, FAILED) === 1;
}

function causeOf(control: Int32Array): string {
  const characters = control.subarray(CAUSE + 1, CAUSE + 1 + Atomics.load(control, CAUSE));
  return String.fromCharCode(...characters);
}

function summon(control: Int32Array, generation: number): void {
  Atomics.store(control, GENERATION, generation);
  Atomics.notify(control, GENERATION);
}

/** Does the next item; false when there is none. */
function takeItem(control: Int32Array, phases: readonly Phase[]): boolean {
  const task = Atomics.add(control, TASK, 1);
  const item = task & ITEM_MASK;
  const count = (task >> ITEM_BITS) & ITEM_MASK;
  if (item >= count) return false;
  phases[task >> (2 * ITEM_BITS)].work(item);
  if (Atomics.add(control, DONE, 1) + 1 === count) Atomics.notify(control, DONE);
  return true;
}

function doAll(phase: Phase, count: number): void {
  for (let item = 0; item < count; item++) phase.work(item);
}

function waitWhile(control: Int32Array, place: number, holds: (value: number) => boolean): void {
  for (let spin = 0; spin < SPINS; spin++) if (!holds(Atomics.load(control, place))) return;
  for (;;) {
    const value = Atomics.load(control, place);
    if (!holds(value)) return;
    Atomics.wait(control, place, value);
  }
}
