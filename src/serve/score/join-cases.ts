import type { EventDetails, SequenceSet } from "../../sequences/set/sequence-set.js";
import { isWindowed, type Sequences, type WindowedSet } from "../../sequences/set/windowed-set.js";
import type { Cases } from "./cases.js";
import { joinSets, kindOfSet } from "./merge.js";

/** Which requests can be scored together: those whose sets have the same channels and know the same things. */
export function kindOfCases({ set, events }: Cases): string {
  const whole = isWindowed(set) ? set.whole : set;
  const known = events && [events.entityName, events.amountName, events.secondName].join();
  return JSON.stringify([
    isWindowed(set),
    set.channels,
    whole.statics?.vocabularies ?? 0,
    kindOfSet(whole),
    known ?? 0,
  ]);
}

/**
 * The cases of several requests of one kind as those of one. An entity of one request is another than that of the same
 * name in another: each request sees its own past alone.
 */
export function joinCases(all: readonly Cases[]): Cases {
  if (all.length === 1) return all[0];
  const set = joinSequences(all.map((cases) => cases.set));
  const rows = new Int32Array(all.reduce((sum, cases) => sum + cases.rows.length, 0));
  let [at, before] = [0, 0];
  for (const cases of all) {
    for (const row of cases.rows) rows[at++] = before + row;
    before += cases.set.ids.length;
  }
  return { set, rows, ...(all[0].events && { events: joinEvents(all.map(({ events }) => events!)) }), notes: [] };
}

function joinSequences(sets: readonly Sequences[]): Sequences {
  const labels = joinLabels(sets);
  if (!sets.every(isWindowed)) return { ...joinSets(sets as SequenceSet[]), ...labels };
  const whole = joinSets(sets.map((set) => set.whole));
  const counts = sets.map((set) => set.ids.length);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const joined: WindowedSet = {
    channels: sets[0].channels,
    windows: true,
    whole,
    owners: new Int32Array(total),
    starts: new Int32Array(total),
    offsets: new Int32Array(total + 1),
    ids: sets.flatMap(({ ids }) => ids),
    entities: sets.flatMap((set, k) => (set.entities ?? []).map((entity) => ofRequest(k, entity))),
    ...labels,
  };
  let [n, sequences, steps] = [0, 0, 0];
  for (const set of sets) {
    for (let k = 0; k < set.ids.length; k++, n++) {
      joined.owners[n] = sequences + set.owners[k];
      joined.starts[n] = steps + set.starts[k];
      joined.offsets[n + 1] = joined.offsets[n] + set.offsets[k + 1] - set.offsets[k];
    }
    sequences += set.whole.ids.length;
    steps += set.whole.offsets[set.whole.ids.length];
  }
  return joined;
}

/** -1 where a request has no labels: none is known. */
function joinLabels(sets: readonly Sequences[]): Pick<SequenceSet, "labels" | "classNames"> {
  const first = sets.find(({ labels }) => labels);
  if (!first) return {};
  const none = ({ ids }: Sequences) => new Int32Array(ids.length).fill(-1);
  const labels = Int32Array.from(sets.flatMap((set) => [...(set.labels ?? none(set))]));
  return { labels, classNames: first.classNames };
}

function joinEvents(all: readonly EventDetails[]): EventDetails {
  const [{ entityName, amountName, secondName, amounts, secondEntities }] = all;
  const join = (of: (events: EventDetails) => ArrayLike<number>) =>
    Float64Array.from(all.flatMap((events) => Array.from(of(events))));
  let before = 0; // second entities of earlier requests
  const seconds = all.flatMap((events) => {
    const own = Array.from(events.secondEntities ?? [], (second) => before + second);
    for (const second of own) before = Math.max(before, second + 1);
    return own;
  });
  return {
    times: join(({ times }) => times),
    entities: all.flatMap(({ entities }, k) => entities.map((entity) => ofRequest(k, entity))),
    entityName,
    ...(amounts && { amounts: join((events) => events.amounts!), amountName }),
    ...(secondEntities && { secondEntities: Int32Array.from(seconds), secondName }),
  };
}

const ofRequest = (k: number, entity: string) => `${k}\0${entity}`;
