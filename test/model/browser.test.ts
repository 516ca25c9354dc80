import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { chromium, type Page } from "playwright-core";
import { expect, test } from "vitest";
import { decodeModel, decodePredictor, encodeModel, loadEngine } from "../../src/index.js";
import { readSource } from "../../src/node.js";
import { cutAll } from "../../src/sequences/set/windowed-set.js";

const CHROMIUM = "/usr/bin/chromium";
const missing = existsSync(CHROMIUM) ? "" : `, skipped: no ${CHROMIUM} here (apt-get install chromium)`;
const dist = fileURLToPath(new URL("../../dist/", import.meta.url));
const golden = readFileSync(new URL("../golden/models/v2-denoising.undertone", import.meta.url));

const PAGE = `<!doctype html><title>page</title><link rel="icon" href="data:,">
<script type="module">globalThis.undertone = await import("/dist/index.js");</script>`;

/** Serves dist/, a page that imports it, and the files given. */
async function serveDist(files: Record<string, Uint8Array>) {
  const server = createServer(({ url = "" }, response) => {
    const path = `${dist}${url.replace("/dist/", "")}`;
    if (url === "/") response.setHeader("content-type", "text/html").end(PAGE);
    else if (files[url]) response.end(files[url]);
    else if (url.startsWith("/dist/") && existsSync(path))
      response.setHeader("content-type", "text/javascript").end(readFileSync(path));
    else response.writeHead(404).end();
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  return { server, home: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}

/** A page of dist/ in Chromium. */
async function withPage(files: Record<string, Uint8Array>, work: (page: Page) => Promise<void>): Promise<void> {
  const { server, home } = await serveDist(files);
  const args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"];
  const browser = await chromium.launch({ executablePath: CHROMIUM, args });
  try {
    const page = await browser.newPage();
    const said: string[] = [];
    page.on("console", (message) => said.push(message.text()));
    page.on("pageerror", (error) => said.push(String(error)));
    await page.goto(home);
    await page.waitForFunction(() => "undertone" in globalThis);
    await work(page);
    expect(said).toEqual([]);
  } finally {
    await browser.close();
    server.close();
  }
}

test.skipIf(missing !== "")(`a page loads a model, and refuses one with a flipped bit${missing}`, async () => {
  const sound = encodeModel(decodeModel(golden, "the golden model"));
  const flipped = Uint8Array.from(sound);
  flipped[flipped.length - 3] ^= 4; // in a number
  const older = Uint8Array.from(golden);
  await withPage({ "/sound": sound, "/flipped": flipped, "/older": older }, async (page) => {
    const load = (name: string) =>
      page.evaluate(async (name) => {
        const { undertone } = globalThis as unknown as { undertone: typeof import("../../src/index.js") };
        const bytes = new Uint8Array(await (await fetch(`/${name}`)).arrayBuffer());
        try {
          return { weights: Array.from(undertone.decodeModel(bytes, name).weights) };
        } catch (error) {
          return { ours: error instanceof undertone.ArtefactError, message: (error as Error).message };
        }
      }, name);
    const { weights } = decodeModel(golden, "the golden model");
    expect(await load("sound")).toEqual({ weights: Array.from(weights) });
    expect(await load("older")).toEqual({ weights: Array.from(weights) });
    expect(await load("flipped")).toEqual({ ours: true, message: expect.stringMatching(/checksum/) });
  });
});

test.skipIf(missing !== "")(`a page scores with a predictor as Node does${missing}`, async () => {
  const folder = fileURLToPath(new URL("../golden/predictors/", import.meta.url));
  const bytes = readFileSync(`${folder}v1-networks.undertone`);
  const engine = await loadEngine("reference");
  const predictor = decodePredictor(engine, bytes, "the golden predictor", { threads: 0 });
  const { train } = await readSource(`${folder}series.csv`, predictor.about.data.reading);
  const set = cutAll(train);
  const expected = await predictor.score({ set });
  const { values, offsets, observed, statics } = set;
  const plain = {
    ...{ channels: [...set.channels], ids: [...set.ids] },
    ...{ values: Array.from(values), offsets: Array.from(offsets), observed: observed && Array.from(observed) },
    statics: statics && {
      ...statics,
      values: Array.from(statics.values, (value) => (Number.isNaN(value) ? null : value)),
    },
  };
  await withPage({ "/predictor": bytes }, async (page) => {
    const scored = await page.evaluate(async (cases) => {
      const { undertone } = globalThis as unknown as { undertone: typeof import("../../src/index.js") };
      const engine = await undertone.loadEngine("reference");
      const file = new Uint8Array(await (await fetch("/predictor")).arrayBuffer());
      const { score } = undertone.decodePredictor(engine, file, "predictor", { threads: 0 });
      const { values, offsets, observed, statics } = cases;
      const found = await score({
        set: {
          ...cases,
          values: Float32Array.from(values),
          offsets: Int32Array.from(offsets),
          observed: observed && Uint8Array.from(observed),
          statics: statics && { ...statics, values: Float32Array.from(statics.values, (value) => value ?? Number.NaN) },
        },
      });
      return { probabilities: Array.from(found.probabilities), decisions: Array.from(found.decisions) };
    }, plain);
    expect(scored.decisions).toEqual(Array.from(expected.decisions));
    // another version of V8: functions such as exp may differ in their last bit
    scored.probabilities.forEach((p, k) => void expect(p).toBeCloseTo(expected.probabilities[k], 9));
  });
});
