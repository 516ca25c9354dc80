/** Whether hostile tests take their long form: `npm run test:hostile`. */
export const HOSTILE = process.env.HOSTILE === "1";

/** The number for `npm test`, or the one for `npm run test:hostile`: tries of a test, its time limit. */
export const size = (short: number, long: number): number => (HOSTILE ? long : short);

/** Prints what a long form measured, one line for each test; docs/reliability.md quotes it. */
export function report(name: string, figures: Record<string, number | string>): void {
  if (!HOSTILE) return;
  const told = Object.entries(figures).map(([what, value]) => `${what} ${value}`);
  process.stdout.write(`${name}: ${told.join(", ")}\n`);
}
