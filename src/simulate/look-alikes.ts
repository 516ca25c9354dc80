import { type Random, randomStream } from "../random.js";
import { CATEGORIES, categoryIndex } from "./categories.js";
import { type Circumstances, circumstancesOf } from "./circumstances.js";
import type { Customer } from "./customers.js";
import { between, logNormal, weighted } from "./draws.js";
import { drawMerchant, placeOf } from "./merchants.js";
import { STREAM } from "./streams.js";
import { DAY, type Draft, HOUR, MINUTE } from "./transaction.js";

const MICRO_BURSTS_PER_DAY = 0.0022;
const GIFT_SPREES_PER_DAY = 0.002;

const TINY = ["digital", "online_retail", "transport", "entertainment"].map(categoryIndex);
const GIFTS = ["online_retail", "clothing", "electronics", "household", "entertainment", "travel"].map(categoryIndex);

/** Honest runs of purchases that resemble card testing (micro-payments) or a stolen card (presents). */
export function honestBursts(seed: number, customer: Customer, days: number): Draft[] {
  const random = randomStream(seed, STREAM.lookAlikes, customer.index);
  const drafts: Draft[] = [];
  for (let day = customer.firstDay; day < days; day++) {
    const today = circumstancesOf(customer, day, 0); // only for the place: no salary day falls on a day 0
    if (random.uniform() < MICRO_BURSTS_PER_DAY) drafts.push(...microBurst(random, customer, day, today));
    if (random.uniform() < GIFT_SPREES_PER_DAY) drafts.push(...giftSpree(random, customer, day, today));
  }
  return drafts;
}

/** Three to seven tiny payments within minutes (a game, a fair, parking); a large one follows every third. */
function microBurst(random: Random, customer: Customer, day: number, today: Circumstances): Draft[] {
  const drafts: Draft[] = [];
  let time = day * DAY + burstHour(random) * HOUR;
  const category = TINY[weighted(random, [5, 3, 1, 1])];
  const count = between(random, 3, 7);
  const known = random.uniform() < 0.55;
  for (let i = 0; i < count; i++) {
    const amount = 0.5 + logNormal(random, 2, 0.7);
    const here = random.uniform() < 0.75 ? category : TINY[random.integer(2)];
    drafts.push(burstDraft(random, customer, { ...today, scenario: "micro_burst" }, here, time, amount, known));
    time += Math.max(15, logNormal(random, 2 * MINUTE, 0.9));
  }
  if (random.uniform() < 0.35) {
    time += logNormal(random, 25 * MINUTE, 0.8);
    const large = GIFTS[weighted(random, [3, 1, 3, 1, 1, 2])];
    const amount = logNormal(random, 2.2 * customer.medians[large], 0.6);
    drafts.push(burstDraft(random, customer, { ...today, scenario: "micro_burst" }, large, time, amount, known));
  }
  return drafts;
}

/** Three to six presents in one go, in no habitual order and often at shops never used before. */
function giftSpree(random: Random, customer: Customer, day: number, today: Circumstances): Draft[] {
  const drafts: Draft[] = [];
  let time = day * DAY + burstHour(random) * HOUR;
  const count = between(random, 3, 6);
  for (let i = 0; i < count; i++) {
    const category = GIFTS[weighted(random, [5, 3, 2, 2, 1, 1])];
    const amount = logNormal(random, 1.3 * customer.medians[category], CATEGORIES[category].sigma);
    drafts.push(
      burstDraft(
        random,
        customer,
        { ...today, scenario: "gift_spree" },
        category,
        time,
        amount,
        random.uniform() < 0.4,
      ),
    );
    time += Math.max(MINUTE, logNormal(random, 16 * MINUTE, 0.9));
  }
  return drafts;
}

/** Bursts start around the clock, with most of them in the evening. */
function burstHour(random: Random): number {
  return random.uniform() < 0.7 ? 18.5 + 3 * random.normal() : 24 * random.uniform();
}

function burstDraft(
  random: Random,
  customer: Customer,
  { away, favourites, region, scenario }: Circumstances,
  category: number,
  time: number,
  amount: number,
  known: boolean,
): Draft {
  const online = random.uniform() < Math.max(CATEGORIES[category].online, 0.35);
  const abroad = online ? random.uniform() < customer.foreignShops : away;
  const liked = favourites[online ? "net" : "street"][category];
  const merchant =
    known && !abroad
      ? liked[random.integer(liked.length)]
      : drawMerchant(random, category, placeOf(region, online, abroad));
  return { time, customer: customer.index, category, amount, online, abroad, merchant, scenario };
}
