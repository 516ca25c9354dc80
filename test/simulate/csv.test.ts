import { parse } from "csv-parse/sync";
import { expect, test } from "vitest";
import { CSV_COLUMNS, writeTransactionsCsv } from "../../src/simulate/csv.js";
import { simulateTransactions } from "../../src/simulate/transactions.js";

const transactions = simulateTransactions({ customers: 23, days: 31, seed: 5 });
const csv = writeTransactionsCsv(transactions);

test("a CSV parser reads back what was written, without the scenario", () => {
  const rows: Record<string, string>[] = parse(csv, { columns: true });
  expect(rows.length).toBe(transactions.length);
  for (const [i, row] of rows.entries()) {
    const { scenario: _, ...written } = transactions[i];
    const read = { ...row, amount: Number(row.amount) };
    for (const name of ["online", "abroad", "new_merchant", "fraud"] as const)
      Object.assign(read, { [name]: Number(row[name]) });
    expect(read).toEqual(written);
  }
});

test("no scenario is spelt out anywhere in the file", () => {
  expect(CSV_COLUMNS).not.toContain("scenario");
  expect(csv).not.toMatch(/card_testing|changed_order|takeover|terminal|blind|micro_burst|salary/);
});

test("amounts have two decimals and the file ends with a line break", () => {
  expect(csv.endsWith("\n")).toBe(true);
  for (const line of csv.trimEnd().split("\n").slice(1)) expect(line.split(",")[4]).toMatch(/^\d+\.\d\d$/);
});

test("an empty list is a header", () => {
  expect(writeTransactionsCsv([])).toBe(`${CSV_COLUMNS.join(",")}\n`);
});
