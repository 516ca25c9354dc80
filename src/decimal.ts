const [ZERO, LOWER] = [0x30, 0x20];
const PREFIXES = new Set([..."box"].map((letter) => letter.charCodeAt(0)));

/**
 * The number that a text writes in decimals, with blanks around it; NaN: none. 0x10, 0b11 and 0o7 are names: most are
 * identifiers, which as numbers would lose zeros and be rounded. Number() reads no other notation than these.
 */
export function decimalOf(text: string): number {
  const bare = text.trim();
  if (bare === "" || (bare.charCodeAt(0) === ZERO && PREFIXES.has(bare.charCodeAt(1) | LOWER))) return Number.NaN;
  return Number(bare);
}
