import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { renderReport } from "../../src/report/report.js";
import { fullExample, readExample, withProbabilities } from "./examples.js";

const CHROMIUM = "/usr/bin/chromium";
const missing = existsSync(CHROMIUM) ? "" : `, skipped: no ${CHROMIUM} here (apt-get install chromium)`;
if (missing !== "" && process.env.CI)
  test("CI has a browser", () => {
    throw new Error(`${CHROMIUM} is not there, and CI allows no skip: .ci/run installs it.`);
  });

const folder = mkdtempSync(join(tmpdir(), "undertone-report-"));
const reports = {
  "two classes": renderReport(fullExample(), { command: ["undertone", "compare", "transactions.csv"] }),
  "nine classes": renderReport(withProbabilities(readExample("classes"), 1, 0.8)),
};
const pages = Object.entries(reports).map(([name, html]) => {
  const path = join(folder, `${name.replace(" ", "-")}.html`);
  writeFileSync(path, html);
  return { name, path };
});

/** Luminance of the page's ground in the middle of its left edge, 0 to 255. */
async function groundOf(page: Page): Promise<number> {
  return page.evaluate(() => {
    const [r, g, b] = getComputedStyle(document.documentElement).backgroundColor.match(/\d+/g)!.map(Number);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  });
}

/** What a reader would stumble over: figures without size, text outside the page, marks without a place. */
async function faultsOf(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const faults: string[] = [];
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth > width)
      faults.push(`the page is ${document.documentElement.scrollWidth} px wide in ${width}`);
    for (const figure of document.querySelectorAll("figure")) {
      const drawn = figure.querySelectorAll(".chart > svg, .lane > svg, .bars, .matrix");
      if (drawn.length === 0) faults.push(`${figure.id} draws nothing`);
      for (const chart of drawn) {
        const box = chart.getBoundingClientRect();
        if (box.width < 60 || box.height < 20) faults.push(`${figure.id}: a chart of ${box.width} x ${box.height}`);
      }
      const caption = figure.querySelector("figcaption")!.getBoundingClientRect();
      if (caption.height < 20 || caption.width < 100) faults.push(`${figure.id}: no caption to be seen`);
    }
    for (const text of document.querySelectorAll("text")) {
      const box = text.getBoundingClientRect();
      const words = `${text.closest("figure")?.id}: "${text.textContent}"`;
      if (text.textContent === "") continue;
      if (box.width === 0) faults.push(`${words} is not drawn`);
      if (box.left < -0.5 || box.right > width + 0.5)
        faults.push(`${words} from ${box.left} to ${box.right} px in ${width}`);
      const size = Number.parseFloat(getComputedStyle(text).fontSize);
      if (size < 11) faults.push(`${words} is ${size} px tall`);
    }
    for (const mark of document.querySelectorAll("circle, .points use, path.curve")) {
      const box = mark.getBoundingClientRect();
      if (!(box.width + box.height > 0)) faults.push(`${mark.closest("figure")?.id}: a mark without a place`);
    }
    return faults;
  });
}

const LONG = ["aggregates+statistics+surprise", "average(label-aware:compact, convolutions)"];

/** The example with long names of feature sets. */
function longNames() {
  const text = JSON.stringify(fullExample())
    .replaceAll('"features":"latent"', `"features":"${LONG[0]}"`)
    .replaceAll('"features":"statistics"', `"features":"${LONG[1]}"`);
  return renderReport(JSON.parse(text), { command: ["undertone", "compare", "--features", LONG.join(",")] });
}

/** How often each word stands in the text that is seen, and where a line ends inside of it. */
async function wordsOf(page: Page, words: readonly string[]) {
  return page.evaluate((wanted) => {
    const found = { seen: Object.fromEntries(wanted.map((word) => [word, 0])), broken: [] as string[] };
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = texts.nextNode(); node; node = texts.nextNode())
      for (const word of wanted)
        for (let at = node.nodeValue!.indexOf(word); at >= 0; at = node.nodeValue!.indexOf(word, at + 1)) {
          const range = document.createRange();
          range.setStart(node, at);
          range.setEnd(node, at + word.length);
          const lines = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)));
          if (lines.size > 0) found.seen[word]++;
          if (lines.size > 1) found.broken.push(`${word} in <${node.parentElement!.tagName}>`);
        }
    return found;
  }, words);
}

describe.skipIf(missing !== "")(`the report in a browser${missing}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    const quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync"];
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ["--no-sandbox", "--disable-gpu", ...quiet],
    });
  });
  afterAll(() => browser?.close());

  /** Opens a page, runs the checks, and notes all that the browser says and asks for. */
  async function open(
    path: string,
    view: { width: number; scheme: "light" | "dark"; media?: "print" },
    look: (page: Page) => Promise<void>,
  ) {
    const context = await browser.newContext({
      viewport: { width: view.width, height: 844 },
      colorScheme: view.scheme,
    });
    const said: string[] = [];
    const asked: string[] = [];
    try {
      const page = await context.newPage();
      page.on("console", (message) => said.push(message.text()));
      page.on("pageerror", (error) => said.push(String(error)));
      page.on("request", (request) => asked.push(request.url()));
      await page.goto(pathToFileURL(path).href);
      for (const fold of await page.locator("section > details > summary").all()) await fold.click();
      await page.emulateMedia({ media: view.media ?? "screen" });
      await look(page);
    } finally {
      await context.close();
    }
    expect(said).toEqual([]);
    expect(asked).toEqual([pathToFileURL(path).href]); // the file itself and nothing else
  }

  const views = [1280, 390].flatMap((width) => (["light", "dark"] as const).map((scheme) => ({ width, scheme })));
  // of each page each width and each scheme once
  const cases = pages.flatMap((page, k) =>
    views.filter((_, v) => (v === 0 || v === 3) === (k === 0)).map((view) => ({ ...page, ...view })),
  );

  test.each(cases)("$name, $width px, $scheme", async ({ path, width, scheme }) => {
    await open(path, { width, scheme }, async (page) => {
      expect(await faultsOf(page)).toEqual([]);
      const ground = await groundOf(page);
      if (scheme === "dark") expect(ground).toBeLessThan(40);
      else expect(ground).toBeGreaterThan(240);
      // closed tables open, and stay inside the page
      for (const summary of await page.locator("figure summary").all()) await summary.click();
      for (const table of await page.locator("details table").all()) expect(await table.isVisible()).toBe(true);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      const shot = path.replace(".html", `-${width}-${scheme}.png`);
      await page.screenshot({ path: shot, fullPage: true });
      expect(readFileSync(shot).length).toBeGreaterThan(50_000);
    });
  });

  test.each(pages)("$name, on paper: light, tables open, nothing wider than the sheet", async ({ path }) => {
    await open(path, { width: 680, scheme: "dark", media: "print" }, async (page) => {
      expect(
        await page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue("--paper")),
      ).toContain("255 255 255");
      expect(await page.evaluate(() => getComputedStyle(document.body).color)).toMatch(/rgb\(2\d, 3\d, 3\d\)/);
      expect(await page.locator("nav").isVisible()).toBe(false);
      expect(
        await page
          .locator("details table")
          .first()
          .evaluate((table) => table.getBoundingClientRect().height),
      ).toBeGreaterThan(40);
      expect(await faultsOf(page)).toEqual([]);
      const paper = path.replace(".html", ".pdf");
      await page.pdf({ path: paper, format: "A4" });
      const sheets = readFileSync(paper, "latin1").match(/\/Type \/Page\b/g)!.length;
      expect(sheets).toBeGreaterThan(2);
      expect(sheets).toBeLessThan(20);
    });
  });

  test.each([1200, 390, 320])("%i px: long names break behind + and , alone", async (width) => {
    const path = join(folder, "long-names.html");
    writeFileSync(path, longNames());
    await open(path, { width, scheme: "light" }, async (page) => {
      await page.evaluate(() => {
        for (const details of document.querySelectorAll("details")) details.open = true;
      });
      const words = LONG.flatMap((name) => name.split(/(?<=[+,-])\s*/));
      const { seen, broken } = await wordsOf(page, words);
      expect(broken).toEqual([]);
      for (const word of words) expect(seen[word]).toBeGreaterThan(5);
      expect(await faultsOf(page)).toEqual([]);
    });
  });

  test("the checks see what is wrong", async () => {
    const broken = join(folder, "broken.html");
    writeFileSync(
      broken,
      reports["two classes"]
        .replace(
          "</style>",
          ".chart > svg { width: 20px !important; } .headline { width: 900px; max-width: none; }</style>",
        )
        .replace('<text class="label', '<text style="font-size: 5px" class="label'),
    );
    await open(broken, { width: 390, scheme: "light" }, async (page) => {
      const faults = (await faultsOf(page)).join("\n");
      expect(faults).toMatch(/px wide in 390/);
      expect(faults).toMatch(/a chart of 20 x/);
      expect(faults).toMatch(/is 5 px tall/);
    });
  });
});
