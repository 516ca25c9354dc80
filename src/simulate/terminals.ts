import type { Random } from "../random.js";
import { CATEGORIES } from "./categories.js";
import { between, logNormal } from "./draws.js";
import { outingGap } from "./habits.js";
import { steal, strikeOn, type World } from "./theft.js";
import { DAY, type Draft } from "./transaction.js";

const SKIMMING_DAYS = 10;
const COPIED_SHARE = 0.35;
const MOST_CARDS = 6;
/** Thieves prefer busy shops: the busiest of this number. */
const CANDIDATES = 12;

/**
 * A terminal in a busy shop is skimmed for some days; part of the cards used there are copied, and each copy
 * buys two to four things elsewhere 2 to 16 days later. May be empty: no card copied, or all used too late.
 */
export function terminalFraud(random: Random, world: World): Draft[] {
  const drafts: Draft[] = [];
  let copied = 0;
  for (const [customer, lastVisit] of visitors(random, world)) {
    if (copied === MOST_CARDS || random.uniform() >= COPIED_SHARE) continue;
    copied++;
    const day = Math.floor(lastVisit / DAY) + between(random, 2, 16);
    if (day >= world.days - 1) continue;
    const victim = world.customers[customer];
    const theft = strikeOn(random, world, { scenario: "terminal", familiar: 0.25, victim, day });
    const scale = logNormal(random, 1.8, 0.3);
    let time = theft.start;
    for (let left = between(random, 2, 4); left > 0; left--) {
      const { category } = world.honest[random.integer(world.honest.length)];
      const { median, sigma } = CATEGORIES[category];
      drafts.push(steal(random, theft, category, time, logNormal(random, scale * median, sigma)));
      time += outingGap(random);
    }
  }
  return drafts;
}

/** Who used the skimmed terminal while it was skimmed, and when each did so last. */
function visitors(random: Random, { honest }: World): Map<number, number> {
  let busiest = new Map<number, number>();
  for (let left = CANDIDATES; left > 0; left--) {
    let from = random.integer(honest.length);
    const first = honest[from];
    if (first.online || first.abroad) continue;
    while (from > 0 && honest[from - 1].time === first.time) from--;
    const end = first.time + SKIMMING_DAYS * DAY;
    const last = new Map<number, number>();
    for (let k = from; k < honest.length && honest[k].time < end; k++)
      if (honest[k].merchant === first.merchant) last.set(honest[k].customer, honest[k].time);
    if (last.size > busiest.size) busiest = last;
  }
  return busiest;
}
