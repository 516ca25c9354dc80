import type { SequenceSet } from "../sequences/set/sequence-set.js";

export function noLabelsNote(where: string): string {
  return `${where}: read without labels; in training they came from beside the data. To have them beside the features give \`labels\`, \`manifest\` or \`labelFrom\`.`;
}

export function shortNote(where: string, short: number, rows: number, window: number, hasHistory: boolean): string {
  return `${where}: ${short} of ${rows} events have fewer than ${window - 1} events of their entity before them, so their windows are shorter. ${hasHistory ? "A longer `history` may have their past." : "If the past of these events is in another file, give it as `history`."}`;
}

/** Says which channels of the data are not the model's: in an array, where they have no names, the data may be others. */
export function unknownChannels(
  where: string,
  found: SequenceSet["channels"],
  known: SequenceSet["channels"],
): string[] {
  const names = new Set(known.map(({ name }) => name));
  const others = found.filter(({ name }) => !names.has(name)).map(({ name }) => name);
  if (others.length === 0) return [];
  return [
    `${where}: ${others.length} of ${found.length} channels are not the model's and are left out (${others.slice(0, 5).join(", ")}${others.length > 5 ? ", ..." : ""}). If the data are others than those of training, train a model of them.`,
  ];
}
