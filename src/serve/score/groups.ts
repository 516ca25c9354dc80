import type { Answer } from "./answers.js";

/** A request on its way to a call of the engine. */
export interface Prepared<R, P> {
  request: R;
  value: P;
  /** What may share a call has the same. */
  key: string;
  /** Numbers that its answer takes. */
  size: number;
}

/** Numbers that the answers of one call take at most, unless one request alone takes more. */
const MOST_NUMBERS = 2_000_000;

/**
 * Answers requests in as few calls as their keys and sizes allow. Where a call fails, each of its requests has one of its
 * own, so that only those fail whose fault it is.
 */
export async function answerInGroups<R, P>(
  prepared: readonly Prepared<R, P>[],
  call: (group: readonly Prepared<R, P>[]) => Promise<Answer[]>,
  done: (request: R, answer: Answer) => void,
  failed: (request: R, error: unknown) => void,
): Promise<void> {
  const groups = new Map<string, { size: number; group: Prepared<R, P>[] }>();
  const all: Prepared<R, P>[][] = [];
  for (const each of prepared) {
    let found = groups.get(each.key);
    if (!found || found.size + each.size > MOST_NUMBERS) {
      found = { size: 0, group: [] };
      groups.set(each.key, found);
      all.push(found.group);
    }
    found.group.push(each);
    found.size += each.size;
  }
  for (const group of all) await answerGroup(group);

  async function answerGroup(group: readonly Prepared<R, P>[]): Promise<void> {
    try {
      const answers = await call(group);
      for (const [k, { request }] of group.entries()) done(request, answers[k]);
    } catch (error) {
      if (group.length === 1) failed(group[0].request, error);
      else for (const each of group) await answerGroup([each]);
    }
  }
}
