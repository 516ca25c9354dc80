/** Red, green, blue, 0 to 255. */
export type Colour = readonly [number, number, number];

export interface Scheme {
  /** The page behind everything. */
  paper: Colour;
  /** Behind tables' heads and code. */
  panel: Colour;
  /** Text and the series that was given. */
  ink: Colour;
  /** Small print, axis text. */
  muted: Colour;
  /** Lines of tables and grids; never carries meaning. */
  rule: Colour;
  /** Roles of feature sets. */
  baseline: Colour;
  control: Colour;
  latent: Colour;
  combination: Colour;
  /** An interval on the wrong side of zero, a confused case. */
  worse: Colour;
  /** Classes, in order; told apart by the shape of their marks too. */
  classes: readonly Colour[];
}

const rgb = (hex: string): Colour => [0, 2, 4].map((k) => Number.parseInt(hex.slice(k, k + 2), 16)) as never;

/**
 * Text has a contrast of 4.5 to the paper and marks one of 3 in both schemes (WCAG 2.2); roles stay apart for readers
 * with deuteranopia and protanopia. A test computes both. Hues after Okabe and Ito (2008).
 */
export const LIGHT: Scheme = {
  paper: rgb("fcfbf8"),
  panel: rgb("f3f1eb"),
  ink: rgb("1c2025"),
  muted: rgb("5b616b"),
  rule: rgb("dedad1"),
  baseline: rgb("6f747c"),
  control: rgb("a87400"),
  latent: rgb("1a5fb4"),
  combination: rgb("00594a"),
  worse: rgb("c2410c"),
  classes: ["1f6fb4", "c8501e", "16805c", "a3478f", "8d6b00", "3a3f47", "2d8fb8", "8a2f24"].map(rgb),
};

export const DARK: Scheme = {
  paper: rgb("15171b"),
  panel: rgb("1e2126"),
  ink: rgb("e8e5de"),
  muted: rgb("a4a8b0"),
  rule: rgb("353a42"),
  baseline: rgb("a3a8b0"),
  control: rgb("dda83c"),
  latent: rgb("74b3ff"),
  combination: rgb("8ff0d8"),
  worse: rgb("ff8a5c"),
  classes: ["6cb2f0", "f28a5b", "4cc197", "e08cc8", "d9b13b", "d4d6da", "86dcf7", "e9796a"].map(rgb),
};

/** The scheme as custom properties, to be used as `rgb(var(--ink))` or `rgb(var(--ink) / 20%)`. */
export function properties({ classes, ...named }: Scheme): string {
  const all: [string, Colour][] = [
    ...Object.entries(named),
    ...classes.map((colour, c): [string, Colour] => [`class-${c}`, colour]),
  ];
  return all.map(([name, colour]) => `--${name}: ${colour.join(" ")};`).join(" ");
}
