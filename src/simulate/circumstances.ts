import { categoryIndex } from "./categories.js";
import type { Customer, Favourites } from "./customers.js";
import type { LookAlikeScenario } from "./transaction.js";

/** What is special about one day of one customer. */
export interface Circumstances {
  scenario: "none" | LookAlikeScenario;
  away: boolean;
  /** Multiplies the number of outings and the amounts. */
  outings: number;
  amounts: number;
  /** Multiplies `Customer.routine`: below 1, the usual order matters less. */
  routine: number;
  /** Hours. */
  hourShift: number;
  loyalty: number;
  region: number;
  favourites: Favourites;
  /** Multiplies the demand for single categories, by index. */
  tastes: ReadonlyMap<number, number>;
}

const NO_TASTES: ReadonlyMap<number, number> = new Map();
const TRAVEL_TASTES: ReadonlyMap<number, number> = new Map([
  [categoryIndex("restaurant"), 2.5],
  [categoryIndex("travel"), 5],
  [categoryIndex("cash"), 2.5],
  [categoryIndex("transport"), 1.6],
  [categoryIndex("clothing"), 1.8],
  [categoryIndex("electronics"), 1.5],
  [categoryIndex("entertainment"), 1.6],
  [categoryIndex("household"), 0.3],
]);
const SPREE_TASTES: ReadonlyMap<number, number> = new Map([
  [categoryIndex("electronics"), 2.2],
  [categoryIndex("clothing"), 2],
  [categoryIndex("online_retail"), 1.7],
  [categoryIndex("cash"), 2],
  [categoryIndex("travel"), 1.8],
]);
const MOVE_TASTES: ReadonlyMap<number, number> = new Map([
  [categoryIndex("household"), 4],
  [categoryIndex("electronics"), 2],
]);
/** Days during which a new card or a new home still shows. */
const SETTLING = 21;

/** The circumstances of a day; travel hides a salary day, which hides a move, which hides a new card. */
export function circumstancesOf(customer: Customer, day: number, dayOfMonth: number): Circumstances {
  const moved = customer.moveDay !== undefined && day >= customer.moveDay;
  const usual: Circumstances = {
    scenario: "none",
    away: false,
    outings: 1,
    amounts: 1,
    routine: 1,
    hourShift: customer.hourShift,
    loyalty: customer.loyalty,
    region: moved ? customer.afterMove.region : customer.region,
    favourites: moved ? customer.afterMove.favourites : customer.favourites,
    tastes: NO_TASTES,
  };
  const trip = customer.trips.find(({ first, last }) => day >= first && day <= last);
  if (trip) {
    const hourShift = customer.hourShift + trip.hourShift;
    const tastes = TRAVEL_TASTES;
    const away = { away: true, outings: 1.7, amounts: 1.3, routine: 0.25, loyalty: 0.2 };
    return { ...usual, ...away, scenario: "travel", hourShift, tastes };
  }
  const sinceSalary = dayOfMonth - customer.salaryDay;
  if (sinceSalary >= 0 && sinceSalary < 2)
    return { ...usual, scenario: "salary", outings: 1.7, amounts: 1.35, routine: 0.6, tastes: SPREE_TASTES };
  if (moved && day < customer.moveDay! + SETTLING)
    return { ...usual, scenario: "house_move", outings: 1.3, amounts: 1.2, routine: 0.5, tastes: MOVE_TASTES };
  if (customer.firstDay > 0 && day < customer.firstDay + SETTLING) return { ...usual, scenario: "new_card" };
  return usual;
}
