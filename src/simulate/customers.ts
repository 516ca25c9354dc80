import { type Random, randomStream } from "../random.js";
import { CATEGORIES, categoryIndex } from "./categories.js";
import { logNormal, weighted } from "./draws.js";
import { LIFESTYLES } from "./lifestyles.js";
import { drawMerchant, ONLINE_HOME, REGIONS } from "./merchants.js";
import { STREAM } from "./streams.js";

/** One customer: everything that stays the same over the whole simulation, and the dates of what changes. */
export interface Customer {
  index: number;
  lifestyle: number;
  region: number;
  /** Mean number of outings a day. */
  outings: number;
  /** Probability that one more purchase follows in the same outing. */
  persistence: number;
  /** Relative demand for each category. */
  tastes: number[];
  /** Median amount for each category. */
  medians: number[];
  /** How many times likelier a step of the usual routes is than it would be by taste alone. */
  routine: number;
  /** Shifts the peaks of the day, hours. */
  hourShift: number;
  /** Probability of going to a favourite merchant where there is one. */
  loyalty: number;
  /** Shops on the net that are in another country, as a share of purchases on the net. */
  foreignShops: number;
  favourites: Favourites;
  subscriptions: Subscription[];
  /** Day of the month, 1 to 28. */
  salaryDay: number;
  /** First day of the card, 0 for those held all along. */
  firstDay: number;
  /** Day of a house move, undefined for most. */
  moveDay: number | undefined;
  /** Favourites and region after the house move. */
  afterMove: { region: number; favourites: Favourites };
  trips: { first: number; last: number; hourShift: number }[];
}

/** The merchants a customer likes, for each category: in the street and on the net. */
export interface Favourites {
  street: number[][];
  net: number[][];
}

export interface Subscription {
  category: number;
  merchant: number;
  amount: number;
  /** Day of the month, 1 to 28, and second of that day. */
  day: number;
  second: number;
}

const NEW_CARD_SHARE = 0.08;
const MOVE_SHARE = 0.08;
const TRIPS_PER_DAY = 0.0045;
const SUBSCRIBED = ["digital", "digital", "entertainment", "transport", "health", "household"].map(categoryIndex);

/** Draws customer number `index`; depends on the seed and the index alone. */
export function drawCustomer(seed: number, index: number, days: number): Customer {
  const random = randomStream(seed, STREAM.customer, index);
  const lifestyle = weighted(
    random,
    LIFESTYLES.map((style) => style.weight),
  );
  const region = random.integer(REGIONS);
  const scale = logNormal(random, 1, 0.4);
  const tastes = CATEGORIES.map(
    ({ name, weight }) => weight * (LIFESTYLES[lifestyle].tastes[name] ?? 1) * logNormal(random, 1, 0.4),
  );
  const medians = CATEGORIES.map(({ median }) => median * scale * logNormal(random, 1, 0.25));
  const isNew = random.uniform() < NEW_CARD_SHARE;
  const moves = random.uniform() < MOVE_SHARE;
  const newRegion = (region + 1 + random.integer(REGIONS - 1)) % REGIONS;
  const favourites = drawFavourites(random, region);
  return {
    index,
    lifestyle,
    region,
    outings: Math.min(2.5, logNormal(random, 0.72, 0.35)),
    persistence: 0.3 + 0.25 * random.uniform(),
    tastes,
    medians,
    routine: logNormal(random, 45, 0.4),
    hourShift: 0.8 * random.normal(),
    loyalty: 0.8 + 0.17 * random.uniform(),
    foreignShops: 0.05 + 0.25 * random.uniform() * random.uniform(),
    favourites,
    subscriptions: drawSubscriptions(random, favourites, scale),
    salaryDay: weighted(random, [3, 2, 2]) * 13 + 1 + random.integer(2),
    firstDay: isNew ? Math.floor(days * (0.1 + 0.6 * random.uniform())) : 0,
    moveDay: moves ? Math.floor(days * (0.1 + 0.8 * random.uniform())) : undefined,
    afterMove: { region: newRegion, favourites: drawFavourites(random, newRegion, favourites.net) },
    trips: drawTrips(random, days),
  };
}

function drawFavourites(random: Random, region: number, net?: number[][]): Favourites {
  const pick = (category: number, place: number) =>
    Array.from({ length: 1 + random.integer(3) }, () => drawMerchant(random, category, place));
  return {
    street: CATEGORIES.map((_, category) => pick(category, region)),
    net: net ?? CATEGORIES.map((_, category) => pick(category, ONLINE_HOME)),
  };
}

function drawSubscriptions(random: Random, favourites: Favourites, scale: number): Subscription[] {
  return Array.from({ length: random.integer(5) }, () => {
    const category = SUBSCRIBED[random.integer(SUBSCRIBED.length)];
    const merchants = favourites.net[category];
    return {
      category,
      merchant: merchants[random.integer(merchants.length)],
      amount: logNormal(random, 14 * scale, 0.7),
      day: 1 + random.integer(28),
      second: Math.floor(logNormal(random, 3.5, 0.6) * 3600) % 86_400, // billing runs at night
    };
  });
}

function drawTrips(random: Random, days: number): Customer["trips"] {
  const trips: Customer["trips"] = [];
  for (let day = 0; day < days; day++) {
    if (random.uniform() >= TRIPS_PER_DAY) continue;
    const last = day + 2 + random.integer(9);
    trips.push({ first: day, last, hourShift: Math.round(4 * random.normal()) });
    day = last;
  }
  return trips;
}
