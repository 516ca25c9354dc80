import { randomStream } from "../../src/random.js";

const DAY = 86_400;

/** Events of customers at terminals over 60 days; at terminal t0 every second one from day 10 on is a fraud. */
export function eventsCsv({ customers = 12, events = 40, seed = 3, until = Number.POSITIVE_INFINITY } = {}): string {
  const random = randomStream(seed);
  const rows: string[] = [];
  for (let c = 0; c < customers; c++)
    for (let k = 0; k < events; k++) {
      const time = Math.floor(60 * DAY * random.uniform());
      const terminal = random.integer(10);
      const fraud = terminal === 0 && time > 10 * DAY && random.uniform() < 0.6 ? 1 : 0;
      const amount = (5 + 20 * random.uniform()).toFixed(2);
      if (time <= until) rows.push([time, `c${c}`, `t${terminal}`, amount, ["a", "b"][k % 2], fraud].join());
    }
  return `time,customer,terminal,amount,kind,fraud\n${rows.join("\n")}\n`;
}
