import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openTerminal, tellReading, tellShare } from "../../src/cli/terminal.js";

let shown: string[];
let now: number;
const { isTTY } = process.stderr;

beforeEach(() => {
  [shown, now] = [[], 1e6];
  vi.spyOn(process.stderr, "write").mockImplementation((text) => shown.push(String(text)) > 0);
  vi.spyOn(performance, "now").mockImplementation(() => now);
  vi.spyOn(Date, "now").mockImplementation(() => now);
});
afterEach(() => {
  vi.restoreAllMocks();
  process.stderr.isTTY = isTTY;
});
const lines = () => shown.splice(0).map((text) => text.replace("\r\x1b[K", "").trimEnd());

test("on a terminal reading is told at once: rows, share and time left, then what is next", () => {
  process.stderr.isTTY = true;
  const tell = tellReading(openTerminal({}), "encoding");
  tell({ rows: 100, share: 0.01 });
  now += 1000;
  tell({ rows: 2000, share: 0.2 });
  now += 40; // no line can be read so fast, but what is next lasts
  tell({ rows: 10_000, share: 1 });
  now += 1000;
  tell({ rows: 11_000 });
  expect(lines()).toEqual([
    "100 rows read, 1 %",
    "2000 rows read, 20 %, 4.0 s left",
    "10000 rows read, encoding",
    "11000 rows read,",
  ]);
});

test("elsewhere what lasts less than ten seconds is not told, and of the rest a line in ten seconds", () => {
  process.stderr.isTTY = false;
  const tell = tellShare(openTerminal({}));
  for (let k = 0; k <= 30; k++, now += 1000) tell("fitting the read-outs", k / 40);
  expect(lines()).toEqual([
    "fitting the read-outs 25 %, 30 s left",
    "fitting the read-outs 50 %, 20 s left",
    "fitting the read-outs 75 %, 10 s left",
  ]);
});
