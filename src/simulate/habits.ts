import { type Random, randomStream } from "../random.js";
import { CATEGORIES } from "./categories.js";
import { type Circumstances, circumstancesOf } from "./circumstances.js";
import type { Customer } from "./customers.js";
import { logNormal, poisson, weighted } from "./draws.js";
import { LIFESTYLES, type Peak, ROUTE_STEPS } from "./lifestyles.js";
import { drawMerchant, placeOf } from "./merchants.js";
import { STREAM } from "./streams.js";
import { DAY, type Draft, HOUR, MINUTE } from "./transaction.js";

/** Everything a customer buys out of habit, day by day, look-alike days included; not sorted. */
export function habitualPurchases(
  seed: number,
  customer: Customer,
  days: number,
  calendar: (day: number) => { dayOfMonth: number; weekend: boolean },
): Draft[] {
  const random = randomStream(seed, STREAM.habits, customer.index);
  const drafts: Draft[] = [];
  let previous = weighted(random, customer.tastes);
  for (let day = customer.firstDay; day < days; day++) {
    const { dayOfMonth, weekend } = calendar(day);
    const today = circumstancesOf(customer, day, dayOfMonth);
    for (const subscription of customer.subscriptions) {
      if (subscription.day !== dayOfMonth) continue;
      const { category, merchant, amount, second } = subscription;
      const time = day * DAY + second;
      const kind = { online: true, abroad: false, scenario: "none" } as const;
      drafts.push({ time, customer: customer.index, category, merchant, amount, ...kind });
    }
    const { weekday: work, weekend: rest } = LIFESTYLES[customer.lifestyle];
    const peaks = weekend ? rest : work;
    const count = poisson(random, customer.outings * today.outings);
    const starts = Array.from(
      { length: count },
      () => day * DAY + (drawHour(random, peaks) + today.hourShift) * HOUR,
    ).sort((a, b) => a - b);
    for (const start of starts) {
      let time = start;
      do {
        previous = nextCategory(random, customer, previous, time, today, "forward");
        const amounts = today.amounts * (weekend && CATEGORIES[previous].name === "grocery" ? 1.8 : 1);
        drafts.push(purchase(random, customer, previous, time, today, amounts));
        time += outingGap(random);
      } while (random.uniform() < customer.persistence);
    }
  }
  return drafts;
}

/** An hour around one of the peaks; may lie before 0 or after 24. */
function drawHour(random: Random, peaks: readonly Peak[]): number {
  const weights = peaks.map(([, , weight]) => weight);
  const [hour, sd] = peaks[weighted(random, weights)];
  return hour + sd * random.normal();
}

/** Seconds between two purchases of one outing. */
export function outingGap(random: Random): number {
  return Math.max(MINUTE, logNormal(random, 22 * MINUTE, 0.9));
}

/**
 * The next category after `previous`: taste times time of day, and `routine` times likelier where a route of
 * the lifestyle leads there. "backward" walks the same routes against their direction.
 */
export function nextCategory(
  random: Random,
  customer: Customer,
  previous: number,
  time: number,
  today: Circumstances,
  direction: "forward" | "backward",
): number {
  const steps = ROUTE_STEPS[customer.lifestyle];
  const daypart = Math.floor((((time % DAY) + DAY) % DAY) / (6 * HOUR));
  const routine = Math.max(1, customer.routine * today.routine);
  const weights = CATEGORIES.map(({ dayparts }, next) => {
    const usual = direction === "forward" ? steps[previous][next] : steps[next][previous];
    return customer.tastes[next] * (today.tastes.get(next) ?? 1) * dayparts[daypart] * (usual ? routine : 1);
  });
  return weighted(random, weights);
}

/** One purchase of the customer's own size, at a favourite merchant or at another of the same street. */
export function purchase(
  random: Random,
  customer: Customer,
  category: number,
  time: number,
  today: Circumstances,
  amounts = today.amounts,
): Draft {
  const { sigma, online: onlineShare } = CATEGORIES[category];
  const online = random.uniform() < onlineShare;
  const abroad = online ? random.uniform() < customer.foreignShops : today.away;
  const amount = logNormal(random, customer.medians[category] * amounts, sigma);
  const favourites = today.favourites[online ? "net" : "street"][category];
  const merchant =
    !abroad && random.uniform() < today.loyalty
      ? favourites[random.integer(favourites.length)]
      : drawMerchant(random, category, placeOf(today.region, online, abroad));
  return { time, customer: customer.index, category, amount, online, abroad, merchant, scenario: today.scenario };
}
