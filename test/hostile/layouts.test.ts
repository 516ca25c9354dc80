import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { randomStream } from "../../src/random.js";
import { readSource } from "../../src/read/read.js";
import { isObserved, type SequenceSet } from "../../src/sequences/set/sequence-set.js";
import { report, size } from "./size.js";

const root = join(tmpdir(), `undertone-layouts-${process.pid}`);
afterAll(() => rmSync(root, { recursive: true, force: true }));
const TRIES = size(40, 3000);

/** What a set holds of each sequence: its steps, as text. */
function told({ ids, offsets, channels, values, observed, times }: SequenceSet): Record<string, string[]> {
  const F = channels.length;
  const cellsOf = (s: number) =>
    channels.map(({ name }, f) => {
      const seen = isObserved({ observed } as SequenceSet, s * F + f);
      return seen ? `${name}=${values[s * F + f]}` : "";
    });
  return Object.fromEntries(
    ids.map((id, n) => {
      const steps = Array.from({ length: offsets[n + 1] - offsets[n] }, (_, t) => offsets[n] + t);
      return [id, steps.map((s) => `${times![s]}: ${cellsOf(s).filter(Boolean).sort().join(" ")}`)];
    }),
  );
}

/** Measurements in any order, some of them twice, some empty. */
function measurements(seed: number) {
  const random = randomStream(seed);
  const [entities, variables, times] = [1 + random.integer(5), 1 + random.integer(4), 1 + random.integer(6)];
  return Array.from({ length: 1 + random.integer(60) }, () => ({
    who: `e${random.integer(entities)}`,
    what: ["HR", "Na", "a b", "1"][random.integer(variables)],
    at: 30 * random.integer(times),
    value: random.uniform() < 0.1 ? "" : String(Math.round(1000 * random.uniform()) / 8),
  }));
}

test("narrow tables are what a plain account of them says, in one file or in one per entity", async () => {
  let rows = 0;
  for (let seed = 1; seed <= TRIES; seed++) {
    const all = measurements(seed);
    const steps = new Map<string, Map<number, Map<string, string>>>();
    for (const { who, what, at, value } of all) {
      const own = steps.get(who) ?? new Map<number, Map<string, string>>();
      const step = own.get(at) ?? new Map<string, string>();
      steps.set(who, own.set(at, step.set(what, value)));
    }
    const expected = Object.fromEntries(
      [...steps].map(([who, own]) => [
        who,
        [...own]
          .sort(([a], [b]) => a - b)
          .map(([at, step]) => {
            const cells = [...step].filter(([, value]) => value !== "").map(([what, value]) => `${what}=${value}`);
            return `${at}: ${cells.sort().join(" ")}`;
          }),
      ]),
    );
    const folder = join(root, String(seed));
    mkdirSync(join(folder, "one"), { recursive: true });
    const lines = all.map(({ who, what, at, value }) => [who, at, what, value].join());
    writeFileSync(join(folder, "all.csv"), `who,at,what,value\n${lines.join("\n")}\n`);
    for (const who of steps.keys()) {
      const own = all.filter((row) => row.who === who).map(({ what, at, value }) => [value, what, at].join());
      writeFileSync(join(folder, "one", `${who}.csv`), `value,what,at\n${own.join("\n")}\n`);
    }
    const options = { variable: "what", time: "at" };
    const { train } = await readSource(join(folder, "all.csv"), { ...options, entity: "who" });
    expect(told(train), `seed ${seed}`).toEqual(expected);
    const files = await readSource(join(folder, "one"), options);
    expect(told(files.train), `seed ${seed}, files`).toEqual(expected);
    rows += all.length;
    rmSync(folder, { recursive: true });
  }
  report("narrow tables", { tables: 2 * TRIES, measurements: rows });
}, 600_000);

test("a long table in several files is the table in one", async () => {
  for (let seed = 1; seed <= TRIES; seed++) {
    const random = randomStream(seed);
    const lines = Array.from({ length: 2 + random.integer(40) }, (_, k) =>
      [`e${random.integer(4)}`, random.integer(9), k / 4, ["food", "fuel", "web", "NA"][random.integer(4)]].join(),
    );
    const folder = join(root, String(seed));
    mkdirSync(folder, { recursive: true });
    const header = "who,at,x,kind\n";
    writeFileSync(join(folder, "all.csv"), `${header}${lines.join("\n")}\n`);
    const parts: string[] = [];
    for (let k = 0; k < lines.length; ) {
      const count = 1 + random.integer(12);
      const path = join(folder, `part${String(parts.length).padStart(3, "0")}.csv`);
      writeFileSync(path, `${header}${lines.slice(k, k + count).join("\n")}\n`);
      parts.push(path);
      k += count;
    }
    const options = { entity: "who", time: "at" };
    const one = await readSource(join(folder, "all.csv"), options);
    const several = await readSource(parts, options);
    expect(several.train, `seed ${seed}`).toEqual(one.train);
    rmSync(folder, { recursive: true });
  }
  report("tables in several files", { tables: TRIES });
}, 600_000);
