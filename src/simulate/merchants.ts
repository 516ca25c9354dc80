import type { Random } from "../random.js";
import { CATEGORIES } from "./categories.js";

/**
 * Merchants are numbers. Each category has a street of shops in every home region, one abroad, and shops on
 * the net at home and abroad; a merchant's number encodes its category and place.
 */
export const REGIONS = 6;
const SHOPS_PER_STREET = 60;

/** Where a merchant is: a home region, or one of the three places that all customers share. */
export type Place = number;
const ABROAD: Place = REGIONS;
export const ONLINE_HOME: Place = REGIONS + 1;
const ONLINE_ABROAD: Place = REGIONS + 2;
const PLACES = REGIONS + 3;

/** Draws a merchant; the popularity of the shops of a street falls off as a power of their rank. */
export function drawMerchant(random: Random, category: number, place: Place): number {
  const u = random.uniform();
  const rank = Math.floor(SHOPS_PER_STREET * u * u * Math.sqrt(u)); // not u ** 2.5: pow differs between engines
  return (category * PLACES + place) * SHOPS_PER_STREET + rank;
}

/** Where a purchase takes place, for a customer at home in `region`. */
export function placeOf(region: number, online: boolean, abroad: boolean): Place {
  if (online) return abroad ? ONLINE_ABROAD : ONLINE_HOME;
  return abroad ? ABROAD : region;
}

/** The id written to the CSV. It is scrambled, so that it does not spell out category and place. */
export function merchantId(merchant: number): string {
  const count = CATEGORIES.length * PLACES * SHOPS_PER_STREET; // 7560; 4099 is prime and shares no factor
  return `M${String((merchant * 4099 + 1234) % count).padStart(4, "0")}`;
}
