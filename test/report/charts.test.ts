import { describe, expect, test } from "vitest";
import { axisOver } from "../../src/report/charts/axis.js";
import { curve, lookOf, percent as place, spread } from "../../src/report/charts/chart.js";
import { forest } from "../../src/report/charts/forest.js";
import { html } from "../../src/report/charts/html.js";
import { count, figures, fixed, percent, plural, signed } from "../../src/report/charts/numbers.js";
import { type Colour, DARK, LIGHT, type Scheme } from "../../src/report/charts/palette.js";

describe("axes", () => {
  test("cover the values, with round ends and round ticks", () => {
    const axis = axisOver([0.113, 0.872], "share");
    expect(axis.domain).toEqual([0, 1]);
    expect(axis.ticks.map(({ text }) => text)).toEqual(["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
    expect(axis.place(0.25)).toBeCloseTo(0.25, 12);
    expect(axisOver([0.113, 0.872], "share", { tight: true }).domain).toEqual([0.113, 0.872]);
  });

  test("have a width even for one value, for none, and for values that are no numbers", () => {
    for (const values of [[3], [], [Number.NaN], [0, 0]]) {
      const { domain, place } = axisOver(values, "");
      expect(domain[1]).toBeGreaterThan(domain[0]);
      expect(Number.isFinite(place(domain[0]))).toBe(true);
    }
  });

  test("count in powers where asked", () => {
    const axis = axisOver([0.02, 30], "loss", { log: true });
    expect(axis.place(Math.sqrt(axis.domain[0] * axis.domain[1]))).toBeCloseTo(0.5, 12);
    for (const { value } of axis.ticks)
      expect([1, 2, 5]).toContain(Math.round(value / 10 ** Math.floor(Math.log10(value) + 1e-9)));
  });
});

test("an axis of roots has more room near 0, and ticks about equally far apart", () => {
  const axis = axisOver([0, 0.4], "share", { root: true });
  expect(axis.domain).toEqual([0, 0.4]);
  expect(axis.place(0.1)).toBeCloseTo(0.5, 12);
  expect(axis.ticks.map(({ value }) => value)).toEqual([0, 0.02, 0.06, 0.1, 0.3, 0.4]);
});

describe("marks", () => {
  const x = axisOver([0, 10], "", { tight: true });
  const y = axisOver([0, 4], "", { tight: true });

  test("stand where their values are, and lines break at null", () => {
    expect(place(x.place(2.5))).toBe("25%");
    const { markup } = curve([[0, 0], [5, 4], null, [7, 1], [10, 2]], x, y, "curve");
    expect(/ d="([^"]*)"/.exec(markup)![1]).toBe("M0,1000L500,0M700,750L1000,500");
  });

  test("labels are moved apart, keep their order, and stay inside", () => {
    expect(spread([10, 12, 90], 15, 100)).toEqual([10, 25, 90]);
    expect(spread([98, 97, 99], 15, 100)).toEqual([85, 70, 100]);
  });

  test("an interval and its text: beside it where there is room, above it where there is none", () => {
    const axis = axisOver([0, 1], "accuracy", { tight: true });
    const lines = [
      { value: 0.2, low: 0.1, high: 0.3, text: "left", tone: "latent" },
      { value: 0.8, low: 0.7, high: 0.9, text: "right", tone: "baseline" },
      { value: 0.5, low: 0.02, high: 0.98, text: "wide", tone: "worse", open: true },
    ];
    const { markup } = forest(axis, [{ name: "raw", note: "", lines }], "three");
    expect(markup).toContain('x1="10%" x2="30%"');
    expect(markup).toMatch(/x="30%"[^>]*dx="9"[^>]*>left</);
    expect(markup).toMatch(/x="70%"[^>]*dx="-9"[^>]*>right</);
    expect(markup).toMatch(/x="50%"[^>]*dy="-0.9em"[^>]*>wide</);
    expect(markup.match(/class="open"/g)).toHaveLength(1);
    const [line] = lines;
    const wider = forest(axis, [{ name: "", note: "", lines: [{ ...line, outer: { low: 0.05, high: 0.4 } }] }], "");
    expect(wider.markup).toContain('<line class="outer" x1="5%" x2="40%"');
    expect(wider.markup).toMatch(/x="40%"[^>]*dx="9"[^>]*>left</);
  });

  test("24 classes look different", () => {
    const looks = Array.from({ length: 24 }, (_, c) => JSON.stringify(lookOf(c)));
    expect(new Set(looks).size).toBe(24);
  });
});

describe("numbers", () => {
  test("as a reader expects them", () => {
    expect([fixed(-0.5, 1), fixed(-0.01, 1), signed(0.26, 1), signed(-3, 0), signed(0.001, 2)]).toEqual([
      "\u22120.5",
      "0.0",
      "+0.3",
      "\u22123",
      "0.00",
    ]);
    expect([percent(0.9312), percent(null), percent(0), percent(0.0001)]).toEqual([
      "93.1\u00a0%",
      "-",
      "0.0\u00a0%",
      "<\u00a00.1\u00a0%",
    ]);
    expect([count(1234567), count(999), plural(1, "case"), plural(1200, "case")]).toEqual([
      "1,234,567",
      "999",
      "1 case",
      "1,200 cases",
    ]);
    expect([figures(0), figures(12.345), figures(0.04567), figures(-1234.5), figures(2.5e-11)]).toEqual([
      "0",
      "12.3",
      "0.046",
      "\u22121,235",
      "2.50 \u00d7 10\u207b\u00b9\u00b9",
    ]);
  });

  test("values are escaped, markup and lists of it are not, and what is absent leaves nothing", () => {
    expect(html`<p title="${'"<'}">${"a & b"}${[html`<b>${1}</b>`, null, "'"]}${false}${undefined}</p>`.markup).toBe(
      '<p title="&quot;&lt;">a &amp; b<b>1</b>&#39;</p>',
    );
  });
});

/** Relative luminance and contrast as WCAG 2.2 defines them. */
const linear = (value: number) =>
  value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4;
const luminance = ([r, g, b]: Colour) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
function contrast(a: Colour, b: Colour): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

/** How a reader without red or without green cones sees a colour (Machado, Oliveira and Fernandes 2009, severity 1). */
const BLIND = {
  deuteranopia: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  protanopia: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
};

/** CIE Lab, D65, of a colour in linear sRGB. */
function lab([r, g, b]: number[]): number[] {
  const f = (t: number) => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116);
  const [x, y, z] = [
    f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505),
    f(0.2126 * r + 0.7152 * g + 0.0722 * b),
    f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089),
  ];
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

describe.each([
  ["light", LIGHT],
  ["dark", DARK],
] as [string, Scheme][])("the %s palette", (_, scheme) => {
  const { paper, panel, ink, muted, baseline, control, latent, combination, worse, classes } = scheme;

  test("text can be read, marks can be seen", () => {
    for (const text of [ink, muted, latent])
      for (const ground of [paper, panel]) expect(contrast(text, ground)).toBeGreaterThan(4.5);
    expect(contrast(baseline, paper)).toBeGreaterThan(4.5); // names the training loss
    for (const mark of [control, combination, worse, ...classes]) expect(contrast(mark, paper)).toBeGreaterThan(3);
  });

  test("ink can be read on the darkest cell of a matrix", () => {
    for (const tint of [latent, worse]) {
      const cell = tint.map((value, k) => 0.42 * value + 0.58 * paper[k]) as unknown as Colour;
      expect(contrast(ink, cell)).toBeGreaterThan(4.5);
    }
  });

  test.each(Object.entries(BLIND))("roles, and better and worse, stay apart with %s", (_, m) => {
    const seen = (colour: Colour) => {
      const [r, g, b] = colour.map(linear);
      return lab([0, 3, 6].map((k) => Math.max(0, m[k] * r + m[k + 1] * g + m[k + 2] * b)));
    };
    const apart = (a: Colour, b: Colour) => Math.hypot(...seen(a).map((value, k) => value - seen(b)[k]));
    const roles = { baseline, control, latent, combination };
    for (const [one, a] of Object.entries(roles))
      for (const [other, b] of Object.entries(roles))
        if (one < other) expect(apart(a, b), `${one} and ${other}`).toBeGreaterThan(10);
    expect(apart(latent, worse)).toBeGreaterThan(30);
  });
});
