import { describe, expect, test } from "vitest";
import { openRateLimit } from "../../src/serve/http/rate-limit.js";

describe("the rate of a client", () => {
  test("a bucket of twice the rate, which fills with time", () => {
    let now = 0;
    const take = openRateLimit(2, () => now);
    const taken = (client: string, times: number) => {
      let count = 0;
      for (let k = 0; k < times; k++)
        try {
          take(client);
          count++;
        } catch {}
      return count;
    };
    expect(taken("a", 10)).toBe(4);
    expect(taken("b", 3)).toBe(3);
    expect(() => take("a")).toThrow("got more than 2 per second, expected at most that. Ask again in 1 s");
    now = 500;
    expect(taken("a", 10)).toBe(1);
    now = 60_000;
    expect(taken("a", 10)).toBe(4);
  });

  test("a rate below one lets the first request through", () => {
    let now = 0;
    const take = openRateLimit(0.1, () => now);
    take("a");
    expect(() => take("a")).toThrow("Ask again in 10 s");
    now = 10_001;
    take("a");
  });

  test("memory is bounded: whoever was quiet longest is forgotten", () => {
    const take = openRateLimit(1, () => 0);
    take("first");
    take("first");
    expect(() => take("first")).toThrow();
    for (let k = 0; k < 10_000; k++) take(`client ${k}`);
    take("first");
  });

  test("without a rate nobody is limited", () => {
    const take = openRateLimit(undefined);
    for (let k = 0; k < 1000; k++) take("a");
  });
});
