const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(\.\d+)?)?\s*(Z|[+-]\d\d:?\d\d)?)?$/;

/**
 * A time cell: a plain number is seconds, an ISO date (2018-04-01, 2018-04-01T00:07:56, with fraction and zone)
 * becomes seconds since 1970 in UTC, which is also meant where no zone is written.
 * @returns undefined for anything else, an impossible date included
 */
export function parseTime(text: string): { seconds: number; calendar: boolean } | undefined {
  const match = ISO.exec(text);
  if (!match) {
    const seconds = text === "" ? Number.NaN : Number(text);
    return Number.isFinite(seconds) ? { seconds, calendar: false } : undefined;
  }
  const [, year, month, day, hour = "0", minute = "0", second = "0", fraction = "0", zone = "Z"] = match;
  const midnight = Date.UTC(+year, +month - 1, +day);
  // Date.UTC carries February 31 over into March
  if (new Date(midnight).getUTCDate() !== +day || +month > 12 || +hour > 24 || +minute > 59 || +second > 60)
    return undefined;
  const offset = zone === "Z" ? 0 : (zone[0] === "-" ? -1 : 1) * (+zone.slice(1, 3) * 60 + +zone.slice(-2));
  const seconds = midnight / 1000 + +hour * 3600 + (+minute - offset) * 60 + +second + +`0${fraction}`;
  return { seconds, calendar: true };
}
