import { CATEGORIES, categoryIndex } from "./categories.js";

/** A way of living: when people go out, what they like, and in which order they buy. */
export interface Lifestyle {
  name: string;
  /** Relative number of customers. */
  weight: number;
  /** Peaks of the day, as [hour, standard deviation in hours, weight]. */
  weekday: readonly Peak[];
  weekend: readonly Peak[];
  /** Multiplies the weight of a category. */
  tastes: Readonly<Record<string, number>>;
  /** Usual ways through a day; each neighbouring pair is a step that these people take far more often. */
  routes: readonly string[];
}

export type Peak = readonly [hour: number, sd: number, weight: number];

export const LIFESTYLES: readonly Lifestyle[] = [
  {
    name: "commuter",
    weight: 4,
    weekday: [
      [8, 0.8, 3],
      [12.6, 0.7, 3],
      [18, 1.2, 4],
      [21.5, 1.5, 1.5],
    ],
    weekend: [
      [11, 1.8, 4],
      [16, 2, 3],
      [20, 2, 2],
    ],
    tastes: { transport: 1.8, coffee: 1.7, restaurant: 1.2 },
    routes: [
      "transport coffee restaurant grocery digital",
      "fuel coffee",
      "clothing restaurant entertainment cash",
      "health grocery",
      "travel electronics online_retail digital transport",
      "household fuel",
    ],
  },
  {
    name: "family",
    weight: 4,
    weekday: [
      [9.5, 1.3, 3],
      [16.5, 1.4, 4],
      [20.5, 1.2, 2],
    ],
    weekend: [
      [10.5, 1.5, 5],
      [15, 1.8, 4],
      [20, 1.5, 1],
    ],
    tastes: { grocery: 1.5, household: 1.8, clothing: 1.4, health: 1.4 },
    routes: [
      "fuel grocery household clothing",
      "health coffee grocery cash",
      "clothing restaurant entertainment",
      "digital online_retail electronics",
      "electronics travel transport",
    ],
  },
  {
    name: "student",
    weight: 3,
    weekday: [
      [12, 1.8, 3],
      [17.5, 2, 3],
      [22.5, 2.2, 4],
    ],
    weekend: [
      [14, 2, 3],
      [20, 2, 3],
      [24.5, 1.8, 3],
    ],
    tastes: { digital: 1.8, entertainment: 1.7, transport: 1.4, fuel: 0.3 },
    routes: [
      "coffee digital online_retail restaurant",
      "cash entertainment restaurant transport",
      "grocery coffee",
      "electronics digital clothing cash",
      "travel transport grocery health",
    ],
  },
  {
    name: "night_worker",
    weight: 2,
    weekday: [
      [2, 2, 3],
      [6.5, 1.2, 3],
      [17, 2.2, 4],
    ],
    weekend: [
      [1, 2.5, 2],
      [14, 2.5, 3],
      [20, 2.2, 3],
    ],
    tastes: { fuel: 1.6, coffee: 1.3, digital: 1.3, cash: 1.3 },
    routes: [
      "coffee fuel cash grocery",
      "restaurant digital entertainment online_retail",
      "transport grocery health household",
      "clothing electronics travel coffee",
    ],
  },
  {
    name: "retired",
    weight: 3,
    weekday: [
      [10, 1.4, 5],
      [14.5, 1.6, 3],
      [18, 1.5, 1],
    ],
    weekend: [
      [10.5, 1.6, 4],
      [15, 2, 3],
    ],
    tastes: { health: 2.2, grocery: 1.4, cash: 1.6, digital: 0.5, travel: 1.3 },
    routes: [
      "cash grocery health coffee restaurant",
      "household clothing cash",
      "online_retail digital travel entertainment",
      "transport fuel electronics grocery",
    ],
  },
];

/** `ROUTE_STEPS[lifestyle][from][to]`: whether a route of the lifestyle goes from one category to the other. */
export const ROUTE_STEPS: readonly (readonly (readonly boolean[])[])[] = LIFESTYLES.map((lifestyle) => {
  const steps = CATEGORIES.map(() => CATEGORIES.map(() => false));
  for (const route of lifestyle.routes) {
    const stops = route.split(" ").map(categoryIndex);
    for (let i = 1; i < stops.length; i++) steps[stops[i - 1]][stops[i]] = true;
  }
  return steps;
});
