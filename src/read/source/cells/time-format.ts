import { OptionError } from "../../../errors.js";
import { clockSeconds, hourOf, midnightOf, type Time, zoneMinutes } from "./times.js";

const MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");
const DAYS = "sun mon tue wed thu fri sat".split(" ");

/** What stands for each directive, and what it gives; the names are those of strptime. */
const DIRECTIVES: Readonly<Record<string, string>> = {
  Y: "\\d{4}",
  y: "\\d{2}",
  m: "\\d{1,2}",
  d: "\\d{1,2}",
  H: "\\d{1,2}",
  I: "\\d{1,2}",
  M: "\\d{1,2}",
  S: "\\d{1,2}",
  f: "\\d{1,9}",
  p: "[AP]\\.?M\\.?",
  b: `(?:${MONTHS.join("|")})`,
  B: `(?:${MONTHS.join("|")})[a-z]*`,
  a: `(?:${DAYS.join("|")})[a-z]*`,
  z: "(?:Z|[+-]\\d\\d(?::?\\d\\d)?)",
  Z: "(?:UTC|GMT|Z)",
};
const SHORT: Readonly<Record<string, string>> = { T: "%H:%M:%S", F: "%Y-%m-%d", R: "%H:%M" };

/**
 * Reads times of a format, such as %d.%m.%Y %H:%M. Without a day (%H:%M) times are elapsed: hours may pass 24.
 * @returns what makes a time of a text; undefined for a text of another form, or an impossible date
 * @throws {OptionError} for a directive that is not known or stands twice, or no time
 */
export function compileTimeFormat(format: string): (text: string) => Time | undefined {
  const parts: string[] = [];
  const whole = format.replace(/%([TFR])/g, (_, name: string) => SHORT[name]);
  const pattern = whole.replace(/%(.?)|\s+|[^%\s]/g, (found, name: string | undefined, at: number) => {
    if (name === "%") return "%";
    if (name === undefined) return /\s/.test(found) ? "\\s+" : found.replace(/[\\^$.*+?()[\]{}|/]/, "\\$&");
    if (!(name in DIRECTIVES) || parts.includes(name))
      throw wrong(format, `%${name} ${parts.includes(name) ? "twice" : "in it"}`);
    parts.push(name);
    const packed = whole[at + 2] === "%" || whole[at - 2] === "%"; // no separator: all digits are there
    return `(${packed ? DIRECTIVES[name].replace("{1,2}", "{2}") : DIRECTIVES[name]})`;
  });
  const has = (...names: string[]) => names.some((name) => parts.includes(name));
  const elapsed = !has("Y", "y", "m", "b", "B", "d");
  if (!(elapsed ? has("H", "M", "S") : has("Y", "y") && has("m", "b", "B") && has("d")))
    throw wrong(format, "no whole date and no elapsed time");
  if (has("I") !== has("p")) throw wrong(format, "only one of %I and %p");
  if (has("H") && has("I")) throw wrong(format, "both %H and %I");
  if (elapsed && has("I", "z", "Z")) throw wrong(format, "a zone or a half day without a date");
  const like = new RegExp(`^${elapsed ? pattern.replace("(\\d{1,2})", "(\\d+)") : pattern}$`, "i");
  return (text) => {
    const match = like.exec(text.trim());
    if (!match) return undefined;
    const given = Object.fromEntries(parts.map((name, k) => [name, match[k + 1]]));
    return elapsed ? elapsedOf(given) : dateOf(given);
  };
}

const fractionOf = (digits = "0") => Number(`0.${digits}`);

function elapsedOf({ H, M, S = "0", f }: Record<string, string>): Time | undefined {
  if ((H !== undefined && +(M ?? 0) > 59) || ((H ?? M) !== undefined && +S > 59)) return undefined;
  return { seconds: +(H ?? 0) * 3600 + +(M ?? 0) * 60 + +S + fractionOf(f), calendar: false };
}

function dateOf(given: Record<string, string>): Time | undefined {
  const { Y, y, m, b, B, d, H, I, M = "0", S = "0", f, p, z } = given;
  // as strptime: 69 to 99 are of the last century
  const year = Y !== undefined ? +Y : +y + (+y < 69 ? 2000 : 1900);
  const name = (b ?? B)?.slice(0, 3).toLowerCase();
  const midnight = midnightOf(year, name === undefined ? +m : MONTHS.indexOf(name) + 1, +d);
  const hour = I === undefined ? +(H ?? 0) : hourOf(+I, p.replace(/\./g, ""));
  const inDay = hour === undefined ? undefined : clockSeconds(hour, +M, +S);
  const offset = z === undefined ? 0 : zoneMinutes(z);
  if (midnight === undefined || inDay === undefined || offset === undefined) return undefined;
  return { seconds: midnight + inDay - 60 * offset + fractionOf(f), calendar: true };
}

function wrong(format: string, what: string): OptionError {
  return new OptionError(
    `\`timeFormat\`: got "${format}" with ${what}, expected %Y (or %y), %m (or %b, %B), %d, %H (or %I with %p), %M, %S, %f, %z, %Z, %a, each once, such as "%d.%m.%Y %H:%M"; without a date %H, %M and %S are elapsed time. The format must be that of every cell of the time column.`,
  );
}

/** Formats that a text may have, the likelier first; none for a text that is not known. */
export function formatsLike(text: string): string[] {
  const [, first, sign, second, year, rest] =
    /^(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d\d)(\D.*)?$/.exec(text.trim()) ?? [];
  if (sign === undefined) return /^\d+:\d\d(:\d\d)?([.,]\d+)?$/.test(text.trim()) ? [clockLike(text.trim())] : [];
  const clock = rest === undefined ? "" : rest[0] + clockLike(rest.slice(1));
  const formats: string[] = [];
  const add = (parts: string[]) => formats.push(`${[...parts, year.length === 4 ? "%Y" : "%y"].join(sign)}${clock}`);
  if (+second <= 12) add(["%d", "%m"]);
  if (+first <= 12) add(["%m", "%d"]);
  return formats;
}

function clockLike(text: string): string {
  const half = /[AP]M$/i.test(text);
  const seconds = /^\d+:\d\d:\d\d/.test(text);
  const fraction = /^\d+:\d\d:\d\d([.,])\d/.exec(text)?.[1];
  const middle = /\s[AP]M$/i.test(text) ? " %p" : half ? "%p" : "";
  return `${half ? "%I" : "%H"}:%M${seconds ? ":%S" : ""}${fraction ? `${fraction}%f` : ""}${middle}`;
}
