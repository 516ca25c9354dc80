import { OptionError } from "../../errors.js";

/** Checks of one classifier's settings; each throws an OptionError that names the setting. */
export function optionChecks(classifier: string) {
  const refuse = (name: string, value: unknown, expected: string): never => {
    throw new OptionError(`${classifier}: ${name} is ${value}, expected ${expected}.`);
  };
  return {
    refuse,
    whole(name: string, value: number, least: number, most = 2 ** 31 - 1): void {
      if (Number.isInteger(value) && value >= least && value <= most) return;
      refuse(name, value, `a whole number from ${least} ${most < 2 ** 31 - 1 ? `to ${most}` : "up"}`);
    },
    /** Not negative; with `open` not 0 either. */
    positive(name: string, value: number, open: boolean): void {
      if (value < Number.POSITIVE_INFINITY && (open ? value > 0 : value >= 0)) return;
      refuse(name, value, open ? "a number above 0" : "a number from 0 up");
    },
    oneOf(name: string, value: unknown, allowed: readonly unknown[]): void {
      if (!allowed.includes(value)) refuse(name, value, allowed.join(", "));
    },
  };
}
