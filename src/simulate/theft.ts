import type { Random } from "../random.js";
import { CATEGORIES } from "./categories.js";
import { type Circumstances, circumstancesOf } from "./circumstances.js";
import type { Customer } from "./customers.js";
import { drawMerchant, placeOf } from "./merchants.js";
import { DAY, type Draft, type FraudScenario, HOUR } from "./transaction.js";

/** Share of frauds that begin between midnight and six, beyond those that do so by copying others. */
const NIGHT_SHARE = 0.2;

/** What a fraudster's purchases are drawn against. */
export interface World {
  customers: readonly Customer[];
  days: number;
  /** All honest purchases, sorted by time. */
  honest: readonly Draft[];
}

/** A stolen card in use. */
export interface Theft {
  scenario: FraudScenario;
  victim: Customer;
  /** The owner's day on which it began; what only the owner does (salary day) is left out. */
  today: Circumstances;
  /** Seconds since the first midnight. */
  start: number;
  /** Probability of a shop that the owner likes too. */
  familiar: number;
}

/** A theft from any customer whose card exists and lasts `span` days more, on any of those days. */
export function strike(
  random: Random,
  world: World,
  { scenario, familiar, span = 1 }: { scenario: FraudScenario; familiar: number; span?: number },
): Theft {
  const latest = world.days - span;
  let victim = world.customers[random.integer(world.customers.length)];
  while (victim.firstDay >= latest) victim = world.customers[random.integer(world.customers.length)];
  const day = victim.firstDay + Math.floor((latest - victim.firstDay) * random.uniform());
  return strikeOn(random, world, { scenario, familiar, victim, day });
}

/** A theft from this customer on this day, at the hour of some honest purchase of anybody, or at night. */
export function strikeOn(
  random: Random,
  world: World,
  { day, ...theft }: Pick<Theft, "scenario" | "familiar" | "victim"> & { day: number },
): Theft {
  const timeOfDay =
    random.uniform() < NIGHT_SHARE
      ? 6 * HOUR * random.uniform()
      : world.honest[random.integer(world.honest.length)].time % DAY;
  const today = circumstancesOf(theft.victim, day, 0); // no salary day falls on a day 0
  return { ...theft, today, start: day * DAY + timeOfDay };
}

/** One stolen purchase. */
export function steal(
  random: Random,
  { scenario, victim, today, familiar }: Theft,
  category: number,
  time: number,
  amount: number,
): Draft {
  const share = CATEGORIES[category].online;
  const online = random.uniform() < (scenario === "takeover" ? Math.max(share, 0.8) : share);
  const abroad = random.uniform() < (online ? 0.28 : 0.1);
  const favourites = today.favourites[online ? "net" : "street"][category];
  const merchant =
    !abroad && random.uniform() < familiar
      ? favourites[random.integer(favourites.length)]
      : drawMerchant(random, category, placeOf(today.region, online, abroad));
  return { time, customer: victim.index, category, amount, online, abroad, merchant, scenario };
}
