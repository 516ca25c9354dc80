import type { Transaction } from "./transaction.js";

/** The columns of the CSV, in order. `scenario` is left out: it would give a classifier the label. */
export const CSV_COLUMNS = [
  "transaction_id",
  "time",
  "customer_id",
  "category",
  "amount",
  "online",
  "abroad",
  "new_merchant",
  "merchant_id",
  "fraud",
] as const satisfies readonly (keyof Transaction)[];

/** The transactions as CSV text: a header, one line each, every line ended by "\n". No field needs quotes. */
export function writeTransactionsCsv(transactions: readonly Transaction[]): string {
  const lines: string[] = [CSV_COLUMNS.join(",")];
  for (const transaction of transactions)
    lines.push(
      CSV_COLUMNS.map((column) => (column === "amount" ? transaction.amount.toFixed(2) : transaction[column])).join(
        ",",
      ),
    );
  return lines.join("\n") + "\n";
}
