import { type Random, randomStream } from "../random.js";
import { CATEGORIES, categoryIndex } from "./categories.js";
import { between, logNormal, weighted } from "./draws.js";
import { nextCategory, outingGap } from "./habits.js";
import { STREAM } from "./streams.js";
import { terminalFraud } from "./terminals.js";
import { steal, strike, type World } from "./theft.js";
import { DAY, type Draft, type FraudScenario, HOUR, MINUTE } from "./transaction.js";

/** Frauds as a share of the honest purchases, by scenario; .77 % in all, some of them never reported. */
export const FRAUD_SHARES: Readonly<Record<FraudScenario, number>> = {
  card_testing: 0.0019,
  changed_order: 0.0023,
  takeover: 0.0016,
  terminal: 0.0013,
  blind: 0.0006,
};

/** All fraudulent purchases: for each scenario as many episodes as reach its share, and at least one. */
export function fraudulentPurchases(seed: number, world: World): Draft[] {
  const frauds: Draft[] = [];
  for (const [key, scenario] of (Object.keys(FRAUD_SHARES) as FraudScenario[]).entries()) {
    const random = randomStream(seed, STREAM.frauds, key);
    const quota = Math.max(1, Math.round(FRAUD_SHARES[scenario] * world.honest.length));
    const committed: Draft[] = [];
    while (committed.length < quota) committed.push(...EPISODES[scenario](random, world));
    for (const fraud of committed) frauds.push(fraud);
  }
  return frauds;
}

const EPISODES: Readonly<Record<FraudScenario, (random: Random, world: World) => Draft[]>> = {
  card_testing: cardTesting,
  changed_order: changedOrder,
  takeover,
  terminal: terminalFraud,
  blind,
};

const TESTS = ["digital", "online_retail", "transport", "entertainment"].map(categoryIndex);
const LOOT = ["online_retail", "electronics", "travel", "cash", "clothing", "digital", "grocery"].map(
  categoryIndex,
);
const TAKEOVER = ["digital", "online_retail", "entertainment", "clothing", "electronics", "travel"].map(
  categoryIndex,
);

/** Three to six tiny payments minutes apart, each a little larger; an hour or so later one to three large. */
function cardTesting(random: Random, world: World): Draft[] {
  const { victim, time: start } = strike(random, world, 1);
  const drafts: Draft[] = [];
  let time = start;
  let amount = 0.5 + logNormal(random, 1, 0.5);
  for (let left = between(random, 3, 6); left > 0; left--) {
    const category = TESTS[weighted(random, [5, 4, 1, 1])];
    drafts.push(steal(random, victim, category, time, amount, "card_testing", 0.4));
    amount *= logNormal(random, 1.35, 0.35);
    time += Math.max(15, logNormal(random, 2.5 * MINUTE, 0.9));
  }
  time += logNormal(random, 40 * MINUTE, 0.9);
  for (let left = between(random, 1, 3); left > 0; left--) {
    const category = LOOT[weighted(random, [4, 3, 1.5, 1.5, 2, 1, 2])];
    const large = logNormal(random, 2 * CATEGORIES[category].median, 0.6);
    drafts.push(steal(random, victim, category, time, large, "card_testing", 0.3));
    time += outingGap(random);
  }
  return drafts;
}

/** A stolen card: four to seven purchases that walk the owner's routes backwards, at somebody else's hours. */
function changedOrder(random: Random, world: World): Draft[] {
  const { victim, time: start, today } = strike(random, world, 1);
  const drafts: Draft[] = [];
  const scale = logNormal(random, 1.15, 0.3);
  let time = start;
  let category = weighted(random, victim.tastes);
  for (let left = between(random, 4, 7); left > 0; left--) {
    category = nextCategory(random, victim, category, time, today, "backward");
    const { median, sigma } = CATEGORIES[category];
    drafts.push(
      steal(random, victim, category, time, logNormal(random, scale * median, sigma), "changed_order", 0.35),
    );
    time += 1.4 * outingGap(random);
  }
  return drafts;
}

/** Five to nine purchases on the net over four to twelve days, between the owner's own, growing slowly. */
function takeover(random: Random, world: World): Draft[] {
  const span = 4 + 8 * random.uniform();
  const { victim, time: start } = strike(random, world, span);
  const count = between(random, 5, 9);
  const growth = 1.1 + 0.25 * random.uniform();
  return Array.from({ length: count }, (_, i) => {
    const drift = i / (count - 1);
    const category = TAKEOVER[weighted(random, [3 - 2 * drift, 4, 1.5, 1.5, 0.5 + 2 * drift, 0.3 + drift])];
    const amount = logNormal(random, 0.7 * growth ** i * victim.medians[category], 0.6);
    const time = start + drift * span * DAY + 2 * HOUR * random.normal();
    return steal(random, victim, category, time, amount, "takeover", 0.6);
  });
}

/** One purchase like anybody's: nothing in the record gives it away. */
function blind(random: Random, world: World): Draft[] {
  const { victim, time } = strike(random, world, 1);
  const model = world.honest[random.integer(world.honest.length)];
  return [steal(random, victim, model.category, time, model.amount, "blind", 0.4)];
}
