import { describe, expect, test } from "vitest";
import { DataError, OptionError } from "../../src/errors.js";
import { readSource } from "../../src/read/read.js";
import { compileTimeFormat, formatsLike } from "../../src/read/source/cells/time-format.js";
import { parseTime } from "../../src/read/source/cells/times.js";
import type { DataOptions } from "../../src/read/source/options.js";
import { fileOf } from "./temporary.js";

const AT = Date.UTC(2024, 0, 2, 21, 31, 29) / 1000;
const seconds = (text: string) => parseTime(text)?.seconds;

async function read(times: readonly (string | number)[], options: DataOptions = {}) {
  const path = fileOf("a.csv", `id,t,x\n${times.map((time, i) => `a,"${time}",${i % 3}\n`).join("")}`);
  const { train, notes } = await readSource(path, { entity: "id", time: "t", ...options });
  return { times: [...train.times!], notes };
}

async function failure(times: readonly (string | number)[], options: DataOptions = {}, kind = DataError) {
  const error = await read(times, options).then(
    () => new Error("expected a failure"),
    (error) => error,
  );
  expect(error).toBeInstanceOf(kind);
  return error.message as string;
}

describe("times as databases write them", () => {
  test.each([
    "2024-01-02 21:31:29.000000+00",
    "2024-01-02 21:31:29 UTC",
    "2024-01-02 21:31:29Z",
    "2024/01/02 21:31:29",
    "2024-01-02 09:31:29 PM",
    "20240102T213129Z",
    "2024-01-02T21:31:29,000",
    "2024-01-02 16:31:29-05",
    "2024-01-03T03:01:29+05:30",
  ])("%s", (text) => expect(parseTime(text)).toEqual({ seconds: AT, calendar: true }));

  test.each([
    "2024-01-02T24:30:00",
    "2024-01-02T10:00:00+25:00",
    "2024-01-02T10:00:00+05:75",
    "2024-01-02 13:00:00 PM",
    "2024-01-02T10:60:00",
    "2024/02/30",
    "02/01/2024",
    "2024-01/02",
  ])("%s is no time", (text) => expect(parseTime(text)).toBeUndefined());

  test("a fraction stays; 24:00 is the end of the day", () => {
    expect(seconds("2024-01-02 21:31:29.25+00")).toBe(AT + 0.25);
    expect(seconds("2024-01-02T24:00:00")).toBe(Date.UTC(2024, 0, 3) / 1000);
  });
});

describe("times of another unit", () => {
  const units = [
    ["ms", 1e3],
    ["us", 1e6],
    ["ns", 1e9],
  ] as const;
  test.each(units)("unix times in %s are refused without the unit, and read with it", async (timeUnit, parts) => {
    const times = [AT, AT + 60].map((time) => `${BigInt(time) * BigInt(parts)}`);
    expect(await failure(times)).toContain(`\`timeUnit: "${timeUnit}"\``);
    expect((await read(times, { timeUnit })).times).toEqual([AT, AT + 60]);
    expect((await read([AT, AT + 60], { timeUnit })).notes).toEqual([
      expect.stringMatching(`which is a time of this century in s, and was read in ${timeUnit}`),
    ]);
  });

  test("numbers of minutes, hours and days", async () => {
    expect((await read([1, 2.5], { timeUnit: "min" })).times).toEqual([60, 150]);
    expect((await read([1, 2.5], { timeUnit: "h" })).times).toEqual([3600, 9000]);
    expect((await read([1, 2.5], { timeUnit: "d" })).times).toEqual([86_400, 216_000]);
    expect((await read([1, 2.5], { timeUnit: "h", window: 2 })).notes).toEqual([]);
    expect((await read([1, 700], { window: 2 })).notes).toEqual([
      expect.stringMatching(/numbers from 1 to 700, .* all data span 11.7 minutes.*`timeUnit`/),
    ]);
  });

  test("dates of digits alone are refused without a format, and read with it", async () => {
    expect(await failure([20240102, 20240103])).toContain('`timeFormat: "%Y%m%d"`');
    expect(await failure(["20240102213129"])).toContain('`timeFormat: "%Y%m%d%H%M%S"`');
    expect((await read([20240102], { timeFormat: "%Y%m%d" })).times).toEqual([Date.UTC(2024, 0, 2) / 1000]);
    expect((await read([20240102, 20240103], { timeUnit: "s" })).times).toEqual([20240102, 20240103]);
    expect((await read([20240102, 20240199])).times).toEqual([20240102, 20240199]); // no date: seconds
  });

  test("a unit is no option of dates, nor any of them of a table without times", async () => {
    expect(await failure(["2024-01-02"], { timeUnit: "ms" })).toMatch(/A date has no unit/);
    const wide = readSource(fileOf("a.csv", "label,t0\nup,1\n"), { timeUnit: "ms" });
    await expect(wide).rejects.toThrow(OptionError);
  });

  test("times far from the others are noted", async () => {
    expect((await read([AT, AT + 60, 0])).notes).toContainEqual(
      expect.stringMatching(/from 1970-01-01 \(row 4\) to 2024-01-02 \(row 3\)/),
    );
    expect((await read(["2024-01-02", "9999-12-31"])).notes).toEqual([
      expect.stringMatching(/to 9999-12-31 \(row 3\)/),
    ]);
    expect((await read(["2024-01-02", "2025-12-31"])).notes).toEqual([]);
  });
});

describe("formats", () => {
  test.each([
    ["%d.%m.%Y %H:%M", "02.01.2024 21:31", AT - 29],
    ["%m/%d/%y %I:%M:%S %p", "1/2/24 9:31:29 pm", AT],
    ["%d-%b-%Y %T", "02-Jan-2024 21:31:29", AT],
    ["%A, %d %B %Y", "", Number.NaN],
    ["%a, %d %b %Y %H:%M:%S %z", "Tue, 02 Jan 2024 23:31:29 +0200", AT],
    ["%Y-%m-%dT%H:%M:%S.%f", "2024-01-02T21:31:29.5", AT + 0.5],
    ["%Y%m%d %H%M", "20240102 2131", AT - 29],
    ["100%% %F", "100% 2024-01-02", Date.UTC(2024, 0, 2) / 1000],
  ])("%s", (format, text, expected) => {
    if (Number.isNaN(expected)) expect(() => compileTimeFormat(format)).toThrow(/%A in it/);
    else expect(compileTimeFormat(format)(text)).toEqual({ seconds: expected, calendar: true });
  });

  test.each([
    ["%H:%M", "26:15", 94_500],
    ["%H:%M:%S", "1:00:30", 3630],
    ["%M:%S", "75:30", 4530],
    ["%H:%M", "0:75", undefined],
    ["%H:%M", "12:15:00", undefined],
  ])("elapsed %s", (format, text, expected) => {
    expect(compileTimeFormat(format)(text)).toEqual(expected && { seconds: expected, calendar: false });
  });

  test.each(["%d.%m", "%Q", "%Y-%m-%d %H %H", "%H:%M %p", "plain", "%Y-%m-%d %I:%M"])("no format: %s", (format) => {
    expect(() => compileTimeFormat(format)).toThrow(OptionError);
  });

  test("a day and a month are never guessed", async () => {
    expect(await failure(["02/01/2024 21:31"])).toMatch(
      /`timeFormat: "%d\/%m\/%Y %H:%M"` or `timeFormat: "%m\/%d\/%Y %H:%M"`.*not guessed/,
    );
    expect(formatsLike("31.12.2023")).toEqual(["%d.%m.%Y"]);
    expect(formatsLike("12/31/23 9:05 PM")).toEqual(["%m/%d/%y %I:%M %p"]);
    expect(formatsLike("7:45:00")).toEqual(["%H:%M:%S"]);
    expect(formatsLike("yesterday")).toEqual([]);
    const timeFormat = "%d/%m/%Y %H:%M";
    expect((await read(["02/01/2024 21:31"], { timeFormat })).times).toEqual([AT - 29]);
    expect(await failure(["02/01/2024 21:31", "31/31/2024 1:00"], { timeFormat })).toMatch(
      /row 3, .*expected a time of the format "%d\/%m\/%Y %H:%M" as above it/,
    );
  });

  test("a suggested format reads the text", () => {
    for (const text of ["1/2/2024", "13.1.24 07:05", "1-2-2024 7:05:09.25", "1/2/2024 12:00am", "12:30", "100:30:15,5"])
      for (const format of formatsLike(text))
        expect(compileTimeFormat(format)(text), `${format} ${text}`).toBeDefined();
  });
});
