/** Kinds of fraud, named after what gives them away. */
export const FRAUD_SCENARIOS = ["card_testing", "changed_order", "takeover", "terminal", "blind"] as const;

/** Honest behaviour that resembles one of the frauds. */
export const LOOK_ALIKE_SCENARIOS = [
  "travel",
  "salary",
  "house_move",
  "new_card",
  "micro_burst",
  "gift_spree",
] as const;

export type FraudScenario = (typeof FRAUD_SCENARIOS)[number];
export type LookAlikeScenario = (typeof LOOK_ALIKE_SCENARIOS)[number];
export type Scenario = "none" | FraudScenario | LookAlikeScenario;

/** One card transaction. Keys are the column names of the CSV, `scenario` apart, which is never written. */
export interface Transaction {
  /** "T0000001", ... in order of time. */
  transaction_id: string;
  /** ISO 8601, UTC, whole seconds: "2024-01-01T08:03:12Z". No customer has two at the same second. */
  time: string;
  customer_id: string;
  /** Merchant category, one of the names of `categories.ts`. */
  category: string;
  /** In one currency, two decimals, at least 0.5. */
  amount: number;
  /** 1: the card was not present. */
  online: 0 | 1;
  /** 1: the merchant is in another country. */
  abroad: 0 | 1;
  /** 1: this customer never used this merchant before, the time before the simulation included. */
  new_merchant: 0 | 1;
  merchant_id: string;
  /** The label a bank would have: 1 only where a fraud was reported. */
  fraud: 0 | 1;
  /** What truly happened. A fraud scenario with `fraud` 0 is a fraud that nobody reported. */
  scenario: Scenario;
}

/** A transaction before it has a number, a merchant history and a label. */
export interface Draft {
  /** Seconds since the first midnight; a fraction is dropped later. */
  time: number;
  /** Index of the customer. */
  customer: number;
  /** Index into CATEGORIES. */
  category: number;
  amount: number;
  online: boolean;
  abroad: boolean;
  /** Number of the merchant, see merchants.ts. */
  merchant: number;
  scenario: Scenario;
}

export const MINUTE = 60;
export const HOUR = 3600;
export const DAY = 86_400;
