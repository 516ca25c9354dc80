import { describe, expect, test } from "vitest";
import { dealEntities } from "../../../src/evaluate/plan/deal-entities.js";
import { type Random, randomStream } from "../../../src/random.js";

interface Cases {
  labels: number[];
  owners: string[];
}

/** Entities of uneven size; a tenth of them have all the positives, as card fraud has it. */
function made(entities: number, rate: number, seed: number): Cases {
  const random = randomStream(seed);
  const labels: number[] = [];
  const owners: string[] = [];
  for (let e = 0; e < entities; e++) {
    const cases = Math.max(1, Math.min(500, Math.round(10 * Math.exp(1.2 * random.normal()))));
    const hit = e % 10 === 3;
    for (let i = 0; i < cases; i++) {
      labels.push(hit && random.uniform() < 10 * rate ? 1 : 0);
      owners.push(`c${e}`);
    }
  }
  return { labels, owners };
}

const folds = ({ labels, owners }: Cases, parts: number, random: Random) =>
  dealEntities(labels, owners, parts, () => 1 / parts, random);
const holdout = ({ labels, owners }: Cases, fraction: number, random: Random) =>
  dealEntities(labels, owners, 2, (part) => (part === 1 ? fraction : 1 - fraction), random);
/** Of each part its share of the cases, or of those with a label. */
const sharesOf = (part: Int32Array, { labels }: Cases, parts: number, label?: number) => {
  const cases = Array.from(labels.keys()).filter((i) => label === undefined || labels[i] === label);
  return Array.from({ length: parts }, (_, p) => cases.filter((i) => part[i] === p).length / cases.length);
};

describe("shares", () => {
  test.each([0.02, 0.05, 0.2])("of 200 uneven entities are even, with a rare class of %d", (rate) => {
    for (const seed of [1, 2, 3]) {
      const cases = made(200, rate / 2, seed);
      const tested = holdout(cases, 0.3, randomStream(seed));
      for (const label of [undefined, 0, 1])
        expect(Math.abs(sharesOf(tested, cases, 2, label)[1] - 0.3)).toBeLessThan(0.025);
      const folded = folds(cases, 5, randomStream(seed));
      for (const label of [undefined, 0])
        for (const share of sharesOf(folded, cases, 5, label)) expect(Math.abs(share - 0.2)).toBeLessThan(0.02);
      // the largest of the twenty entities with positives may have more than a fifth of them
      for (const share of sharesOf(folded, cases, 5, 1)) expect(share).toBeGreaterThan(0.08);
    }
  });

  test("of each class can be aimed at by themselves", () => {
    const cases = made(200, 0.2, 7);
    const aim = (label?: number) => (label === undefined ? 0.4 : label === 1 ? 0.7 : 0.35);
    const part = dealEntities(
      cases.labels,
      cases.owners,
      2,
      (p, label) => (p ? aim(label) : 1 - aim(label)),
      randomStream(1),
    );
    expect(sharesOf(part, cases, 2, 0)[1]).toBeCloseTo(0.35, 1);
    expect(sharesOf(part, cases, 2, 1)[1]).toBeCloseTo(0.7, 1);
  });
});

describe("classes", () => {
  /** The least that must be missing of classes, over all ways to deal: a part without a case counts 1000. */
  function missing(
    part: readonly number[],
    counts: number[][],
    parts: number,
    share: (part: number) => number,
  ): number {
    let sum = 0;
    for (let p = 0; p < parts; p++) {
      const held = counts.filter((_, e) => part[e] === p);
      if (held.length === 0) return 1000;
      for (let c = 0; c < counts[0].length; c++)
        if (counts.some((count) => count[c] > 0) && held.every((count) => count[c] === 0)) sum += share(p);
    }
    return sum;
  }

  test("are missing from no part where any way to deal has them in it: all ways tried, of few entities", () => {
    for (let seed = 1; seed <= 150; seed++) {
      const random = randomStream(seed, 3);
      const [G, C] = [3 + random.integer(5), 2 + random.integer(3)];
      const parts = seed % 2 ? 2 : 2 + random.integer(2);
      const share = (p: number) => (seed % 2 ? [0.7, 0.3][p] : 1 / parts);
      const labels: number[] = [];
      const owners: string[] = [];
      const counts = Array.from({ length: G }, () => new Array<number>(C).fill(0));
      for (let e = 0; e < G; e++)
        for (let i = random.integer(6); i >= 0; i--) {
          const label = random.integer(C);
          labels.push(label);
          owners.push(`e${e}`);
          counts[e][label]++;
        }
      const dealt = dealEntities(labels, owners, parts, share, randomStream(seed));
      const own = counts.map((_, e) => dealt[owners.indexOf(`e${e}`)]);
      let least = Number.POSITIVE_INFINITY;
      for (let code = 0; code < parts ** G; code++) {
        const way = counts.map((_, e) => Math.floor(code / parts ** e) % parts);
        least = Math.min(least, missing(way, counts, parts, share));
      }
      expect(missing(own, counts, parts, share)).toBeLessThan(least + 1e-9);
    }
  });

  test("of one entity train in every holdout; of two, one trains and one is tested", () => {
    const owners = Array.from({ length: 60 }, (_, i) => `e${Math.floor(i / 3)}`);
    const labels = owners.map((owner) => (owner === "e4" ? 2 : owner === "e7" || owner === "e9" ? 1 : 0));
    for (let seed = 0; seed < 20; seed++) {
      const part = holdout({ labels, owners }, 0.3, randomStream(seed));
      expect(part[labels.indexOf(2)]).toBe(0);
      expect(part[owners.indexOf("e7")] + part[owners.indexOf("e9")]).toBe(1);
    }
  });
});

describe("draws", () => {
  const cases = made(60, 0.05, 5);

  test("follow the seed, keep entities whole, and leave out what has no label", () => {
    const labels = cases.labels.map((label, i) => (i % 7 === 0 ? -1 : label));
    const part = folds({ ...cases, labels }, 4, randomStream(3));
    expect(folds({ ...cases, labels }, 4, randomStream(3))).toEqual(part);
    labels.forEach((label, i) => {
      expect(part[i] === -1).toBe(label === -1);
      if (label >= 0)
        expect(part[i]).toBe(part[cases.owners.findIndex((o, j) => o === cases.owners[i] && labels[j] >= 0)]);
    });
  });

  test("of folds are about as different as chance has it, though no two entities are alike", () => {
    let [found, expected] = [0, 0];
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const all = made(40, 0.2, seed);
      const first = [...new Set(all.owners)].map((owner) => all.owners.indexOf(owner));
      const dealt = [seed, seed + 10].map((each) => folds(all, 5, randomStream(each)));
      const pairs = first.flatMap((a, k) => first.slice(0, k).map((b) => dealt.map((part) => part[a] === part[b])));
      const share = (of: (pair: boolean[]) => boolean) => pairs.filter(of).length / pairs.length;
      found += share(([one, other]) => one && other);
      expected += share(([one]) => one) * share(([, other]) => other);
    }
    expect(found / expected).toBeLessThan(1.5);
  });

  test("have each entity in the test part about as often, large or small", () => {
    const owners = Array.from({ length: 100 }, (_, i) => (i < 15 ? "large" : `e${i}`));
    const labels = owners.map((_, i) => i % 2);
    const parts = Array.from({ length: 100 }, (_, seed) => holdout({ labels, owners }, 0.3, randomStream(seed)));
    for (const at of [0, 40, 70]) {
      const tested = parts.filter((part) => part[at] === 1).length;
      expect(tested).toBeGreaterThan(18);
      expect(tested).toBeLessThan(42);
    }
  });
});
