// @ts-check
// What docs/evaluate.md says of splits. Run `npm run setup` first.
//   node bench/splits.mjs sets FOLDER...   how far results on redrawn splits lie from those on the given split
//   node bench/splits.mjs intervals        on made data: how often intervals over splits claim what is not there
//   node bench/splits.mjs entities         on made data: how even the parts are that whole entities are dealt to
import { basename } from "node:path";
import { compare, loadEngine } from "../dist/index.js";
import { correctedResampledTest, criticalT, median, planResamples, randomStream, redrawnTest } from "../dist/inner.js";
import { readSource } from "../dist/node.js";

const mean = (/** @type {number[]} */ values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const variance = (/** @type {number[]} */ values) => {
  const centre = mean(values);
  return values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1);
};
const percent = (/** @type {number} */ share) => `${(100 * share).toFixed(1)} %`;

/** Latents beside raw values and statistics, by ridge: the given split, and ten redrawn ones. */
async function sets(/** @type {string[]} */ folders) {
  const engine = await loadEngine();
  const fit = { units: 8, train: { updates: 20 } };
  console.log(
    "| set | training, test | against | given | redrawn | sd / standard error | outside |\n|---|---|---|---|---|---|---|",
  );
  /** @type {{ train: number, ratio: number, reach: number, outside: boolean }[]} */
  const found = [];
  for (const folder of folders)
    for (const other of ["raw", "statistics"]) {
      const source = await readSource(folder);
      const options = { features: [other, "latent"], readOut: /** @type {const} */ ("pooled"), fit };
      const ask = { ...options, classifiers: [/** @type {const} */ ("ridge")] };
      const given = await compare(engine, source, { ...ask, plan: "given" });
      const { rows } = await compare(engine, source, { ...ask, plan: "redrawn", repeats: 11 });
      const [offer] = given.differences.filter(({ question }) => question === "offer");
      const steps = rows[1].byResample.map((value, k) => value - rows[0].byResample[k]).slice(1);
      const error = (offer.high - offer.low) / 2 / 1.96;
      if (error === 0) continue;
      const ratio = Math.sqrt(variance(steps)) / error;
      const outside = mean(steps) < offer.low || mean(steps) > offer.high;
      found.push({ train: given.train, ratio, reach: 1.96 * error, outside });
      console.log(
        `| ${basename(folder)} | ${given.train}, ${given.test} | ${other} | ${percent(offer.difference)} | ${percent(mean(steps))} | ${ratio.toFixed(2)} | ${outside ? "yes" : ""} |`,
      );
    }
  console.log(
    "\n| training cases | differences | half width | sd / standard error: median, largest | outside |\n|---|---|---|---|---|",
  );
  for (const [from, to] of [
    [0, 30],
    [31, 100],
    [101, 499],
    [500, Number.POSITIVE_INFINITY],
  ]) {
    const own = found.filter(({ train }) => train >= from && train <= to);
    if (own.length === 0) continue;
    const ratios = own.map(({ ratio }) => ratio);
    console.log(
      `| ${from} to ${to} | ${own.length} | ${percent(median(own.map(({ reach }) => reach)))} | ${median(ratios).toFixed(1)}, ${Math.max(...ratios).toFixed(1)} | ${own.filter(({ outside }) => outside).length} |`,
    );
  }
}

/** Two sets of 20 noisy columns and nearest means on five splits: differences by case, split by split. */
function drawSplits(
  /** @type {{ next: any, train: number, test: number, signals: number[] }} */ { next, train, test, signals },
) {
  const N = train + test;
  const label = (/** @type {number} */ n) => (n % 2 ? 1 : -1);
  const tables = signals.map((signal) =>
    Array.from({ length: N }, (_, n) => Float64Array.from({ length: 20 }, () => label(n) * signal + next.normal())),
  );
  return Array.from({ length: 5 }, (_, split) => {
    const order = Int32Array.from({ length: N }, (_, n) => n);
    if (split > 0) next.shuffle(order);
    const means = tables.map((table) => {
      const sum = new Float64Array(20);
      for (const n of order.subarray(0, train)) for (let k = 0; k < 20; k++) sum[k] += label(n) * table[n][k];
      return sum;
    });
    return Array.from(order.subarray(train), (n) => {
      const right = tables.map((table, s) =>
        table[n].reduce((sum, x, k) => sum + x * means[s][k], 0) * label(n) > 0 ? 1 : 0,
      );
      return { n, difference: right[0] - right[1] };
    });
  });
}

/** Whether each kind of interval lies above 0. */
function claims(/** @type {ReturnType<typeof drawSplits>} */ splits, /** @type {number} */ testToTrain) {
  const differences = splits.map((split) => mean(split.map(({ difference }) => difference)));
  const over = mean(differences);
  const [given] = splits;
  const givenError = Math.sqrt(variance(given.map(({ difference }) => difference)) / given.length);
  /** @type {Map<number, { sum: number, count: number }>} */
  const cases = new Map();
  for (const { n, difference } of splits.flat()) {
    const { sum, count } = cases.get(n) ?? { sum: 0, count: 0 };
    cases.set(n, { sum: sum + difference, count: count + 1 });
  }
  const total = splits.flat().length;
  const error = Math.sqrt([...cases.values()].reduce((sum, one) => sum + (one.sum - over * one.count) ** 2, 0)) / total;
  const z = criticalT(0.05, 1e4);
  // what a bootstrap over cases draws, in place of its draws: their spread
  const drawn = [over - error / Math.SQRT2, over + error / Math.SQRT2];
  return [
    differences[0] - z * givenError > 0,
    over - z * error > 0,
    /** @type {{ low: number }} */ (correctedResampledTest(differences, testToTrain)).low > 0,
    /** @type {{ low: number }} */ (redrawnTest(differences, drawn)).low > 0,
  ];
}

function intervals() {
  console.log(
    "| training, test cases | truth | given split alone | bootstrap over 5 splits | Nadeau and Bengio | redrawnTest |\n|---|---|---|---|---|---|",
  );
  for (const [train, test] of [
    [30, 900],
    [30, 30],
    [100, 100],
    [300, 300],
    [400, 100],
  ])
    for (const [truth, signals] of /** @type {[string, number[]][]} */ ([
      ["equal", [0.25, 0.25]],
      ["6 to 8 points", [0.32, 0.25]],
    ])) {
      const next = randomStream(truth === "equal" ? 1 : 2);
      const draws = Math.round(Math.min(1000, 400_000 / (train + test)) / (truth === "equal" ? 1 : 2));
      const counts = [0, 0, 0, 0];
      for (let k = 0; k < draws; k++)
        for (const [c, claimed] of claims(drawSplits({ next, train, test, signals }), test / train).entries())
          if (claimed) counts[c]++;
      console.log(`| ${train}, ${test} | ${truth} | ${counts.map((count) => percent(count / draws)).join(" | ")} |`);
    }
}

/** Entities with log-normal numbers of events, 1 to 500; a share of them has positives. */
function madeEntities(
  /** @type {{ entities: number, rate: number, having: number, seed: number }} */ { entities, rate, having, seed },
) {
  const random = randomStream(seed, 77);
  const labels = [];
  const owners = [];
  for (let e = 0; e < entities; e++) {
    const events = Math.max(1, Math.min(500, Math.round(Math.exp(Math.log(10) + 1.2 * random.normal()))));
    const share = random.uniform() < having ? Math.min(0.9, rate / having) : 0;
    for (let k = 0; k < events; k++) {
      labels.push(random.uniform() < share ? 1 : 0);
      owners.push(`c${e}`);
    }
  }
  return { labels, owners };
}

function entities() {
  console.log("| entities, positives | 5 folds | 30 % held out |\n|---|---|---|");
  for (const entities of [200, 30])
    for (const having of [1, 0.1])
      for (const rate of [0.02, 0.2]) {
        const cells = [{ folds: 5 }, { repeats: 1, testFraction: 0.3 }].map((plan) => {
          const apart = [];
          for (let seed = 1; seed <= 60; seed++) {
            const { labels, owners } = madeEntities({ entities, rate, having, seed });
            const positives = labels.filter(Boolean).length;
            if (positives === 0) continue;
            const share = plan.folds ? 1 / plan.folds : 0.3;
            for (const { test } of planResamples({ kind: "grouped", seed, ...plan }, labels, owners))
              apart.push(Math.abs([...test].filter((n) => labels[n]).length / positives / share - 1));
          }
          return percent(mean(apart));
        });
        const where = having === 1 ? "of all events" : "in a tenth of the entities";
        console.log(`| ${entities}, ${percent(rate)} ${where} | ${cells.join(" | ")} |`);
      }
}

const [mode, ...folders] = process.argv.slice(2);
if (mode === "sets") await sets(folders);
else if (mode === "intervals") intervals();
else if (mode === "entities") entities();
else throw new Error("Say what to run: node bench/splits.mjs sets FOLDER..., intervals or entities");
