import { OptionError } from "../../errors.js";

/** Most numbers of a set that is made of another: 8 GB. */
const MOST_VALUES = 2 ** 31;

/**
 * Looks at the size of a set before memory is asked for.
 * @param asks what was asked for, with its name and number
 * @throws {OptionError} if it has more numbers than any machine of ours would hold
 */
export function expectRoom(asks: string, steps: number, channels: number, advice: string): void {
  const values = steps * channels;
  if (values > MOST_VALUES)
    throw new OptionError(
      `${asks} makes ${steps} steps of ${channels} channels, ${(values / 2.5e8).toPrecision(3)} GB of numbers, expected at most ${(MOST_VALUES / 2.5e8).toPrecision(2)} GB. ${advice}`,
    );
}
