import { RequestError } from "../problems.js";

/** Tokens of a bucket that was last looked at then. */
interface Bucket {
  left: number;
  at: number;
}

/** Clients that are remembered; those that were quiet longest are forgotten first. */
const MOST_CLIENTS = 10_000;

/**
 * Lets each client ask so often: a bucket of twice `rate` requests, at least 1, that fills with `rate` per second.
 * @returns takes one request from the bucket of a client; throws a {RequestError} where it is empty
 */
export function openRateLimit(
  rate: number | undefined,
  now: () => number = () => performance.now(),
): (client: string) => void {
  if (rate === undefined) return () => {};
  const size = Math.max(1, 2 * rate);
  const buckets = new Map<string, Bucket>();
  return (client) => {
    const at = now();
    const before = buckets.get(client) ?? { left: size, at };
    const left = Math.min(size, before.left + (rate * (at - before.at)) / 1000);
    buckets.delete(client); // to the end: the order is that of the last request
    buckets.set(client, { left: left < 1 ? left : left - 1, at });
    if (buckets.size > MOST_CLIENTS) buckets.delete(buckets.keys().next().value!);
    if (left >= 1) return;
    const seconds = Math.ceil((1 - left) / rate);
    throw new RequestError(
      "too-many",
      `requests: got more than ${rate} per second, expected at most that. Ask again in ${seconds} s, or send more cases per request.`,
      { "retry-after": String(seconds) },
    );
  };
}
