import { type Channel, countOf, isObserved } from "../set/sequence-set.js";
import { piecesOf, type Sequences } from "../set/windowed-set.js";

/** More categories than this in one channel would make rows mostly of zeros. */
export const MOST_CATEGORIES = 256;

/**
 * The channels of a training part, each with its most frequent categories where it has too many: the others are one
 * category together, the last. Of equally frequent ones the earlier in the vocabulary is kept.
 * @returns `channels`: those of the set, as they are, where none has too many
 */
export function limitCategories(set: Sequences): { channels: readonly Channel[]; notes: string[] } {
  if (set.channels.every((channel) => !hasTooMany(channel))) return { channels: set.channels, notes: [] };
  const notes: string[] = [];
  const channels = set.channels.map((channel, f) => {
    const { name, kind, vocabulary = [], most = MOST_CATEGORIES } = channel;
    if (!hasTooMany(channel)) return channel;
    const counts = categoryCounts(set, f);
    const ranked = Array.from(vocabulary, (_, code) => code).sort((a, b) => counts[b] - counts[a] || a - b);
    const kept = ranked.slice(0, most - 1).sort((a, b) => a - b);
    const words = kept.map((code) => vocabulary[code]);
    const rest = ["other", "other categories", "all other categories"].find((word) => !words.includes(word))!;
    const all = counts.reduce((sum, count) => sum + count, 0);
    const share = 1 - kept.reduce((sum, code) => sum + counts[code], 0) / Math.max(1, all);
    notes.push(
      `Channel "${name}" has ${vocabulary.length} categories: the ${kept.length} most frequent are kept, the rest (${(100 * share).toFixed(1)} % of the steps) is one, "${rest}".${set.channels.length > 1 ? ` If it is a name or an id, leave it out (\`drop: ["${name}"]\`).` : ""}`,
    );
    return { name, kind, vocabulary: [...words, rest], rest: words.length };
  });
  return { channels, notes };
}

function hasTooMany({ vocabulary = [], most = MOST_CATEGORIES }: Channel): boolean {
  return vocabulary.length > most;
}

/** [vocabulary of channel f], steps of each category. */
export function categoryCounts(all: Sequences, f: number): Float64Array {
  const F = all.channels.length;
  const counts = new Float64Array(all.channels[f].vocabulary?.length ?? 0);
  for (const set of piecesOf(all))
    for (let k = f; k < set.offsets[countOf(set)] * F; k += F) if (isObserved(set, k)) counts[set.values[k]]++;
  return counts;
}
