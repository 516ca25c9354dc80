/** A typographic minus, so that signs line up with plus. */
const MINUS = "\u2212";
const SUPERSCRIPTS = "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079";

/** Digits after the point, with a true minus. */
export function fixed(value: number, digits: number): string {
  const text = Math.abs(value).toFixed(digits);
  return value < 0 && Number(text) !== 0 ? `${MINUS}${text}` : text;
}

/** As `fixed`, with a plus where it is above 0. */
export function signed(value: number, digits: number): string {
  const text = fixed(value, digits);
  return value > 0 && Number(text) !== 0 ? `+${text}` : text;
}

/** A share of 1 as per cent: "93.1 %", not to be broken; "-" where there is none. */
export function percent(share: number | null | undefined, digits = 1): string {
  if (share === null || share === undefined) return "-";
  if (share > 0 && share < 0.5 * 10 ** (-digits - 2)) return `<\u00a0${(10 ** -digits).toFixed(digits)}\u00a0%`;
  return `${fixed(100 * share, digits)}\u00a0%`;
}

/** 12345 as "12,345". */
export function count(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

/** Three figures that matter, whatever the size; powers of ten only beyond a million and below a thousandth. */
export function figures(value: number): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-3) {
    const [mantissa, exponent] = value.toExponential(2).split("e");
    const power = String(Number(exponent)).replace(/./g, (c) => (c === "-" ? "\u207b" : SUPERSCRIPTS[Number(c)]));
    return `${mantissa.replace("-", MINUS)} \u00d7 10${power}`;
  }
  if (size >= 1000) return (value < 0 ? MINUS : "") + count(size);
  return fixed(value, size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3);
}

/** Seconds as a person says them. */
export function seconds(value: number): string {
  if (value < 1) return "under a second";
  if (value < 120) return `${Math.round(value)} seconds`;
  if (value < 7200) return `${Math.round(value / 60)} minutes`;
  return `${fixed(value / 3600, 1)} hours`;
}

/** "1 case", "2 cases". */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}
