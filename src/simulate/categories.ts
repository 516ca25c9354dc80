/** What is known about a merchant category before any customer is drawn. */
export interface Category {
  name: string;
  /** How often it is bought, relative to the others. */
  weight: number;
  /** Median amount, and the standard deviation of its logarithm from one purchase to the next. */
  median: number;
  sigma: number;
  /** Share of purchases made with the card not present. */
  online: number;
  /** Relative demand by part of the day, six hours each: night, morning, afternoon, evening. */
  dayparts: readonly [number, number, number, number];
}

function category(
  name: string,
  weight: number,
  [median, sigma]: readonly [number, number],
  online: number,
  dayparts: Category["dayparts"],
): Category {
  return { name, weight, median, sigma, online, dayparts };
}

export const CATEGORIES: readonly Category[] = [
  category("grocery", 20, [32, 0.7], 0.06, [0.2, 1, 1.2, 1]),
  category("fuel", 6, [46, 0.4], 0, [0.5, 1.2, 1, 0.8]),
  category("restaurant", 11, [24, 0.7], 0.12, [0.6, 0.5, 1.2, 1.6]),
  category("coffee", 9, [5.5, 0.5], 0, [0.2, 2, 1, 0.3]),
  category("transport", 9, [6.5, 0.8], 0.25, [0.7, 1.6, 1, 0.8]),
  category("clothing", 5, [48, 0.8], 0.3, [0.2, 0.6, 1.3, 1]),
  category("electronics", 3, [95, 1], 0.45, [0.5, 0.6, 1.2, 1.2]),
  category("travel", 2.5, [150, 1], 0.7, [0.6, 1, 1, 1.1]),
  category("online_retail", 10, [34, 1], 1, [0.8, 0.7, 1, 1.5]),
  category("digital", 8, [7, 0.9], 1, [1, 0.6, 0.9, 1.7]),
  category("cash", 5, [70, 0.7], 0, [0.6, 1, 1.1, 0.9]),
  category("health", 4, [22, 0.8], 0.08, [0.1, 1.5, 1.2, 0.4]),
  category("entertainment", 5, [20, 0.8], 0.35, [0.8, 0.3, 1, 1.8]),
  category("household", 4, [42, 0.9], 0.2, [0.2, 1.1, 1.3, 0.7]),
];

/** Index of a category by its name; only for names written in this room. */
export function categoryIndex(name: string): number {
  const index = CATEGORIES.findIndex((candidate) => candidate.name === name);
  if (index < 0) throw new Error(`No category "${name}"`);
  return index;
}
