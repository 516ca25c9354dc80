import type { Random } from "../random.js";
import { CATEGORIES } from "./categories.js";
import { type Circumstances, circumstancesOf } from "./circumstances.js";
import type { Customer } from "./customers.js";
import { drawMerchant, placeOf } from "./merchants.js";
import { DAY, type Draft, type FraudScenario } from "./transaction.js";

/** What a fraudster's purchases are drawn against. */
export interface World {
  customers: readonly Customer[];
  days: number;
  /** All honest purchases, sorted by time. */
  honest: readonly Draft[];
}

/**
 * Chooses the victim and the moment: any customer whose card exists and lasts `span` days more, on any day, at
 * the time of day of some honest purchase of anybody.
 */
export function strike(random: Random, world: World, span: number) {
  const latest = world.days - span;
  let victim = world.customers[random.integer(world.customers.length)];
  while (victim.firstDay >= latest) victim = world.customers[random.integer(world.customers.length)];
  const day = victim.firstDay + Math.floor((latest - victim.firstDay) * random.uniform());
  const timeOfDay = (world.honest[random.integer(world.honest.length)].time + DAY) % DAY;
  const time = day * DAY + timeOfDay;
  // Salary days and the like are the owner's affair: a day 0 of the month never is one.
  const today: Circumstances = circumstancesOf(victim, day, 0);
  return { victim, time, today };
}

/** One stolen purchase; `familiar` is the probability of a shop that the owner likes too. */
export function steal(
  random: Random,
  victim: Customer,
  category: number,
  time: number,
  amount: number,
  scenario: FraudScenario,
  familiar: number,
): Draft {
  const share = CATEGORIES[category].online;
  const online = random.uniform() < (scenario === "takeover" ? Math.max(share, 0.8) : share);
  const abroad = random.uniform() < (online ? 0.15 : 0.07);
  const favourites = victim.favourites[online ? "net" : "street"][category];
  const merchant =
    !abroad && random.uniform() < familiar
      ? favourites[random.integer(favourites.length)]
      : drawMerchant(random, category, placeOf(victim.region, online, abroad));
  return { time, customer: victim.index, category, amount, online, abroad, merchant, scenario };
}
