import { DataError } from "../../errors.js";

/** A long table of events, one entry each per event, in the order of time. */
export interface EventColumns {
  /** Seconds, never falling. */
  times: Float64Array;
  /** Whose event it is: customer, card, machine. */
  entities: ArrayLike<string | number>;
  amounts: ArrayLike<number>;
  /** Whom it meets: terminal, merchant. */
  secondEntities?: ArrayLike<string | number>;
  /** What kind it is, such as the branch of a merchant. */
  categories?: ArrayLike<string | number>;
  /** 1 positive, 0 negative, -1 never known. */
  labels?: ArrayLike<number>;
}

/** A column of names as numbers from 0, in the order in which names first appear. */
export interface Codes {
  codes: Int32Array;
  count: number;
}

export function codesOf(column: ArrayLike<string | number>): Codes {
  const known = new Map<string | number, number>();
  const codes = new Int32Array(column.length);
  for (let i = 0; i < column.length; i++) {
    let code = known.get(column[i]);
    if (code === undefined) known.set(column[i], (code = known.size));
    codes[i] = code;
  }
  return { codes, count: known.size };
}

/** @throws {DataError} that names the first event that is wrong */
export function expectEvents(where: string, events: EventColumns): void {
  const { times, amounts, labels } = events;
  const N = times.length;
  for (const [name, column] of Object.entries(events) as [string, ArrayLike<unknown> | undefined][])
    if (column && column.length !== N)
      throw new DataError(`${where}: got ${column.length} ${name} for ${N} times, expected one for each event.`);
  for (let i = 0; i < N; i++) {
    if (!Number.isFinite(times[i]))
      throw new DataError(`${where}: the time of event ${i} is ${times[i]}, expected seconds.`);
    if (i > 0 && times[i] < times[i - 1])
      throw new DataError(
        `${where}: event ${i} is ${times[i - 1] - times[i]} s earlier than the one before it, expected times that never fall: an event must see only what came before. Sort the events by time.`,
      );
    if (!Number.isFinite(amounts[i]))
      throw new DataError(
        `${where}: the amount of event ${i} is ${amounts[i]}, expected a number. Leave such events out, or give them an amount of 0.`,
      );
    if (labels && labels[i] !== 0 && labels[i] !== 1 && labels[i] !== -1)
      throw new DataError(
        `${where}: the label of event ${i} is ${labels[i]}, expected 1 (positive), 0 (negative) or -1 (never known).`,
      );
  }
}
