import type { Random } from "../random.js";
import { CATEGORIES } from "./categories.js";
import { between, logNormal } from "./draws.js";
import { outingGap } from "./habits.js";
import { steal, strike, type World } from "./theft.js";
import { DAY, type Draft } from "./transaction.js";

const SKIMMING_DAYS = 6;
const COPIED_SHARE = 0.3;
const MOST_CARDS = 6;

/**
 * A terminal is skimmed for some days; part of the cards used there are copied, and each copy buys one to
 * three things elsewhere 2 to 16 days later. Empty when all copied cards would be used after the last day.
 */
export function terminalFraud(random: Random, world: World): Draft[] {
  const { honest, days } = world;
  let first = honest[random.integer(honest.length)];
  while (first.online || first.abroad) first = honest[random.integer(honest.length)];
  const last = first.time + SKIMMING_DAYS * DAY;
  const seen = new Set<number>();
  const drafts: Draft[] = [];
  let copied = 0;
  for (const { merchant, time, customer } of honest) {
    if (merchant !== first.merchant || time < first.time || time > last || seen.has(customer)) continue;
    seen.add(customer);
    if (copied === MOST_CARDS || random.uniform() >= COPIED_SHARE) continue;
    copied++;
    const day = Math.floor(time / DAY) + between(random, 2, 16);
    if (day >= days - 1) continue;
    const victim = world.customers[customer];
    const scale = logNormal(random, 1.3, 0.3);
    let at = day * DAY + (strike(random, world, 1).time % DAY);
    for (let left = between(random, 1, 3); left > 0; left--) {
      const { category } = honest[random.integer(honest.length)];
      const { median, sigma } = CATEGORIES[category];
      drafts.push(
        steal(random, victim, category, at, logNormal(random, scale * median, sigma), "terminal", 0.3),
      );
      at += outingGap(random);
    }
  }
  return drafts;
}
