import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { randomStream } from "../../src/random.js";
import { createUniqueIds } from "../../src/read/layouts/columns/unique-ids.js";
import { readInPieces, readSource } from "../../src/read/read.js";
import { readHistory } from "../../src/read/read-history.js";
import type { Piece } from "../../src/read/source/piece.js";
import { isObserved } from "../../src/sequences/set/sequence-set.js";
import { report, size } from "./size.js";

const root = join(tmpdir(), `undertone-joins-${process.pid}`);
mkdirSync(root, { recursive: true });
afterAll(() => rmSync(root, { recursive: true, force: true }));
const TRIES = size(20, 2000);

/** Cases by their payment, which is kept: id, steps bit for bit, label and what else is kept. */
function casesIn(parts: readonly Piece[]): Map<string, string> {
  const cases = new Map<string, string>();
  for (const { set, labelTexts, kept = [] } of parts)
    set.ids.forEach((id, n) => {
      const F = set.channels.length;
      const steps = Array.from({ length: set.offsets[n + 1] - set.offsets[n] }, (_, t) => {
        const s = set.offsets[n] + t;
        const cells = set.channels.map((_, f) => (isObserved(set, s * F + f) ? set.values[s * F + f] : ""));
        return [set.times?.[s], ...cells].join(" ");
      });
      const payment = String(kept.at(-1)!.values[n]);
      expect(cases.has(payment)).toBe(false);
      const told = [set.entities![n], labelTexts?.[n], steps, id, ...kept.map(({ values }) => values[n])];
      cases.set(payment, JSON.stringify(told));
    });
  return cases;
}

/** Events of some entities in order of time, with ties and gaps, cut in two at some row. */
function events(seed: number) {
  const random = randomStream(seed);
  const timed = random.uniform() < 0.8;
  const named = random.uniform() < 0.6;
  const entities = 1 + random.integer(5);
  const count = 2 + random.integer(50);
  const times = Array.from({ length: count }, () => random.integer(25)).sort((a, b) => a - b);
  const rows = times.map((time, k) => {
    const kind = random.uniform() < 0.1 ? "" : ["food", "fuel", "web"][random.integer(3)];
    const amount = named && random.uniform() < 0.1 ? "" : k / 8; // without ids, no two events are the same
    return { time, text: [`e${random.integer(entities)}`, time, amount, kind, random.integer(2), `tx${k}`].join(",") };
  });
  const cut = 1 + random.integer(count - 1);
  const mixed = (from: number, to: number) => {
    const order = random.shuffle(Array.from({ length: to - from }, (_, k) => from + k));
    // without times the order of the file counts
    return (timed ? order : [...order].sort((a, b) => a - b)).map((k) => rows[k]);
  };
  const reading = { entity: "who", ...(timed && { time: "at" }), label: "fraud", keep: ["amount", "tx"] };
  const drop = [...(timed ? [] : ["at"]), ...(named ? [] : ["tx"])];
  const options = { ...reading, window: 1 + random.integer(5), drop, ...(named && { id: "tx" }) };
  return { past: mixed(0, cut), now: mixed(cut, count), timed, options, random };
}

const HEADER = "who,at,amount,kind,fraud,tx";
let files = 0;
const fileOf = (rows: readonly { text: string }[]) => {
  const path = join(root, `${files++}.csv`);
  writeFileSync(path, `${[HEADER, ...rows.map(({ text }) => text)].join("\n")}\n`);
  return path;
};
const grouped = <R extends { text: string }>(rows: readonly R[]) =>
  [...new Set(rows.map(({ text }) => text.split(",")[0]))].flatMap((who) =>
    rows.filter(({ text }) => text.startsWith(`${who},`)),
  );

test("new events with their history are those of both files in one, whole and in pieces; so are those after a time", async () => {
  let [cases, cuts] = [0, 0];
  for (let seed = 1; seed <= TRIES; seed++) {
    const { past, now, timed, options, random } = events(seed);
    const { channels } = (await readSource(fileOf([...past, ...now]), { ...options, timeChannels: false })).train;
    const read = async (rows: readonly { text: string }[], pieces: object) => {
      const parts: Piece[] = [];
      const size = { mostSteps: Number.POSITIVE_INFINITY, channels, ...pieces };
      await readInPieces(fileOf(rows), options, size, async (part) => void parts.push(part));
      cuts += parts.length - 1;
      return casesIn(parts);
    };
    const whole = await read([...past, ...now], {});
    const isNew = new Set(now.map(({ text }) => text.split(",")[5]));
    const expected = new Map([...whole].filter(([id]) => isNew.has(id)));
    expect(expected.size).toBe(now.length);
    const history = await readHistory(fileOf(past), options, channels, 1 + random.integer(9));
    expect(await read(now, { history })).toEqual(expected);
    expect(await read(grouped(now), { history, mostSteps: 1 })).toEqual(expected);
    expect(await read(grouped([...past, ...now]), { mostSteps: 1 })).toEqual(whole);
    cases += now.length;
    if (!timed) continue;
    const after = now[random.integer(now.length)].time - 1;
    const later = new Map([...whole].filter(([, told]) => JSON.parse(told)[2].at(-1).split(" ")[0] > after));
    expect(await read([...past, ...now], { after })).toEqual(later);
    const laterNow = new Map([...later].filter(([id]) => isNew.has(id)));
    expect(await read(grouped(now), { history, after: String(after), mostSteps: 1 })).toEqual(laterNow);
  }
  report("new events with their history", { tables: TRIES, cases, pieces: cuts });
}, 600_000);

test("an id that comes again is found among many, with both rows, and no other is", () => {
  const count = size(20_000, 3_000_000);
  for (const make of [
    (k: number) => `${k}`,
    (k: number) => `tx-${(7919 * k) % 1_000_003}-${k}`,
    (k: number) => `${k}`.repeat(3),
  ]) {
    const ids = createUniqueIds("a.csv", "tx");
    for (let k = 0; k < count; k++) ids.see(make(k), k + 2);
    for (const k of [0, 17, count - 1]) expect(() => ids.see(make(k), count + 2)).toThrow(`(row ${k + 2})`);
  }
  report("ids that come again", { ids: 3 * count });
}, 600_000);
