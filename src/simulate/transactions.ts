import { OptionError } from "../errors.js";
import { expectOptions } from "../options.js";
import { randomStream } from "../random.js";
import { CATEGORIES } from "./categories.js";
import { type Customer, drawCustomer } from "./customers.js";
import { fraudulentPurchases } from "./frauds.js";
import { habitualPurchases } from "./habits.js";
import { honestBursts } from "./look-alikes.js";
import { merchantId } from "./merchants.js";
import { STREAM } from "./streams.js";
import { DAY, type Draft, FRAUD_SCENARIOS, type Scenario, type Transaction } from "./transaction.js";

/** The first midnight, UTC: a Monday. */
const FIRST_DAY = Date.UTC(2024, 0, 1);
/** Customers: fewer leave no room for every kind of fraud; more would not fit into memory. */
export const CUSTOMERS = { fewest: 20, most: 50_000 };
const FEWEST_DAYS = 30;
/** Of what nobody reports: small test payments go unnoticed more often than the rest. */
const UNREPORTED = { tests: 0.15, others: 0.05, testsBelow: 5 };

export interface SimulationOptions {
  /** Number of customers, 20 to 50,000. */
  customers?: number;
  /** Number of days from 1 January 2024 on, at least 30. */
  days?: number;
  /** Integer; the same seed gives the same transactions, to the byte. */
  seed?: number;
}

/**
 * Simulates the card transactions of many customers, honest and fraudulent; docs/simulation.md describes what is
 * in it. The frauds show in the order of a customer's events, hardly in any single one.
 *
 * @returns sorted by time, about 1.4 transactions per customer and day, 0.7 % of them labelled fraud
 * @throws {OptionError} if an option is not an integer or too small for every kind of fraud to take place
 */
export function simulateTransactions(options: SimulationOptions = {}): Transaction[] {
  expectOptions("simulateTransactions", options, ["customers", "days", "seed"]);
  const { customers = 400, days = 120, seed = 1 } = options;
  expectInteger("customers", customers, CUSTOMERS.fewest);
  if (customers > CUSTOMERS.most)
    throw new OptionError(
      `simulateTransactions: customers is ${customers}, expected at most ${CUSTOMERS.most}: all transactions are in memory.`,
    );
  expectInteger("days", days, FEWEST_DAYS);
  expectInteger("seed", seed, Number.MIN_SAFE_INTEGER);
  const end = days * DAY;
  const isInside = ({ time }: Draft) => time >= 0 && time < end;
  const people = Array.from({ length: customers }, (_, index) => drawCustomer(seed, index, days));
  const honest = people
    .flatMap((customer) => [
      ...habitualPurchases(seed, customer, days, calendar),
      ...honestBursts(seed, customer, days),
    ])
    .filter(isInside)
    .sort(byTime);
  const frauds = fraudulentPurchases(seed, { customers: people, days, honest });
  const drafts = separate([...honest, ...frauds]).filter(isInside);
  return record(seed, people, drafts);
}

/** Rounds down to whole seconds and moves purchases of one customer apart where they share one; sorted. */
export function separate(drafts: readonly Draft[]): Draft[] {
  const lastTime = new Map<number, number>();
  return drafts
    .slice()
    .sort(byTime)
    .map((draft) => {
      const time = Math.max(Math.floor(draft.time), (lastTime.get(draft.customer) ?? -1) + 1);
      lastTime.set(draft.customer, time);
      return { ...draft, time };
    })
    .sort(byTime);
}

/** Numbers the purchases, follows which merchants each customer knows, and labels what was reported. */
function record(seed: number, people: readonly Customer[], drafts: readonly Draft[]): Transaction[] {
  const random = randomStream(seed, STREAM.labels);
  const known = people.map(knownBefore);
  const idWidth = Math.max(7, String(drafts.length).length);
  const customerWidth = Math.max(4, String(people.length).length);
  return drafts.map((draft, index) => {
    const merchants = known[draft.customer];
    const isNew = !merchants.has(draft.merchant);
    merchants.add(draft.merchant);
    const amount = Math.max(0.5, Math.round(draft.amount * 100) / 100);
    const unreported = isTest(draft.scenario, amount) ? UNREPORTED.tests : UNREPORTED.others;
    return {
      transaction_id: `T${String(index + 1).padStart(idWidth, "0")}`,
      time: new Date(FIRST_DAY + draft.time * 1000).toISOString().replace(".000Z", "Z"),
      customer_id: `C${String(draft.customer + 1).padStart(customerWidth, "0")}`,
      category: CATEGORIES[draft.category].name,
      amount,
      online: draft.online ? 1 : 0,
      abroad: draft.abroad ? 1 : 0,
      new_merchant: isNew ? 1 : 0,
      merchant_id: merchantId(draft.merchant),
      fraud: isFraud(draft.scenario) && random.uniform() >= unreported ? 1 : 0,
      scenario: draft.scenario,
    };
  });
}

/** Merchants used before the first day: none on a new card, else the favourites. */
function knownBefore({ firstDay, favourites }: Customer): Set<number> {
  return new Set(firstDay > 0 ? [] : [...favourites.street, ...favourites.net].flat());
}

/** Whether a scenario is a fraud, reported or not. */
export function isFraud(scenario: Scenario): boolean {
  return (FRAUD_SCENARIOS as readonly Scenario[]).includes(scenario);
}

function isTest(scenario: Scenario, amount: number): boolean {
  return scenario === "card_testing" && amount < UNREPORTED.testsBelow;
}

function byTime(a: Draft, b: Draft): number {
  return a.time - b.time || a.customer - b.customer;
}

function calendar(day: number): { dayOfMonth: number; weekend: boolean } {
  const date = new Date(FIRST_DAY + day * DAY * 1000);
  return { dayOfMonth: date.getUTCDate(), weekend: date.getUTCDay() % 6 === 0 };
}

function expectInteger(name: string, got: number, least: number): void {
  if (Number.isSafeInteger(got) && got >= least) return;
  throw new OptionError(
    `simulateTransactions: ${name} is ${got}; expected a whole number${least > 0 ? ` of at least ${least}` : ""}. ` +
      (least > 0
        ? "Fewer leave no room for every kind of fraud; leave the option out for the default."
        : "A seed names the stream of random numbers; take 1, 2, 3 and so on."),
  );
}
