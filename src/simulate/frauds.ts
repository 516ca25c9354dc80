import { type Random, randomStream } from "../random.js";
import { CATEGORIES, categoryIndex } from "./categories.js";
import { between, logNormal, weighted } from "./draws.js";
import { nextCategory, outingGap } from "./habits.js";
import { STREAM } from "./streams.js";
import { terminalFraud } from "./terminals.js";
import { steal, strike, type World } from "./theft.js";
import { DAY, type Draft, type FraudScenario, HOUR, MINUTE } from "./transaction.js";

/** Frauds as a share of the honest purchases, by scenario; 0.79 % in all, some of them never reported. */
export const FRAUD_SHARES: Readonly<Record<FraudScenario, number>> = {
  card_testing: 0.0028,
  changed_order: 0.0028,
  takeover: 0.0012,
  terminal: 0.0008,
  blind: 0.0003,
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
const LOOT = ["online_retail", "electronics", "travel", "cash", "clothing", "digital", "grocery"].map(categoryIndex);
const TAKEOVER = ["digital", "online_retail", "entertainment", "clothing", "electronics", "travel"].map(categoryIndex);

/** Four to eight tiny payments minutes apart, slowly growing; half an hour or so later one to four large. */
function cardTesting(random: Random, world: World): Draft[] {
  const theft = strike(random, world, { scenario: "card_testing", familiar: 0.25 });
  const drafts: Draft[] = [];
  let time = theft.start;
  let amount = 0.5 + logNormal(random, 0.6, 0.5);
  for (let left = between(random, 4, 8); left > 0; left--) {
    const category = TESTS[weighted(random, [5, 4, 1, 1])];
    drafts.push(steal(random, theft, category, time, amount));
    amount *= logNormal(random, 1.3, 0.3);
    time += Math.max(15, logNormal(random, 2 * MINUTE, 0.8));
  }
  time += logNormal(random, 25 * MINUTE, 0.8);
  for (let left = between(random, 1, 4); left > 0; left--) {
    const category = LOOT[weighted(random, [4, 3, 1.5, 1.5, 2, 1, 2])];
    const large = logNormal(random, 4 * CATEGORIES[category].median, 0.6);
    drafts.push(steal(random, theft, category, time, large));
    time += outingGap(random);
  }
  return drafts;
}

/** A stolen card: six to ten quick purchases that walk the owner's routes backwards, at others' hours. */
function changedOrder(random: Random, world: World): Draft[] {
  const theft = strike(random, world, { scenario: "changed_order", familiar: 0.25 });
  const { victim, today } = theft;
  const drafts: Draft[] = [];
  const scale = logNormal(random, 2, 0.3);
  let time = theft.start;
  let category = weighted(random, victim.tastes);
  for (let left = between(random, 6, 10); left > 0; left--) {
    category = nextCategory(random, victim, category, time, today, "backward");
    const { median, sigma } = CATEGORIES[category];
    drafts.push(steal(random, theft, category, time, logNormal(random, scale * median, sigma)));
    time += 0.4 * outingGap(random);
  }
  return drafts;
}

/** Five to nine purchases on the net over three to nine days, between the owner's own, growing slowly. */
function takeover(random: Random, world: World): Draft[] {
  const span = 3 + 6 * random.uniform();
  const theft = strike(random, world, { scenario: "takeover", familiar: 0.35, span });
  const count = between(random, 5, 9);
  let size = 1.5;
  const growth = 1.1 + 0.25 * random.uniform();
  return Array.from({ length: count }, (_, i) => {
    const drift = i / (count - 1);
    const category = TAKEOVER[weighted(random, [3 - 2 * drift, 4, 1.5, 1.5, 0.5 + 2 * drift, 0.3 + drift])];
    const amount = logNormal(random, size * theft.victim.medians[category], 0.6);
    size *= growth;
    const time = theft.start + drift * span * DAY + 2 * HOUR * random.normal();
    return steal(random, theft, category, time, amount);
  });
}

/** One purchase of the category and amount of somebody else's: next to nothing gives it away. */
function blind(random: Random, world: World): Draft[] {
  const theft = strike(random, world, { scenario: "blind", familiar: 0.4 });
  const model = world.honest[random.integer(world.honest.length)];
  return [steal(random, theft, model.category, theft.start, model.amount)];
}
