import { z } from "zod";
import { nameOfExpression, parseExpression, partsOf, setsOf } from "../features/sets/expression.js";
import type { FeatureSet, FittedSet } from "../features/sets/feature-set.js";
import { featureSets } from "../features/sets/feature-sets.js";
import type { Model } from "../model/model.js";
import { type About, aboutSchema } from "./about.js";
import { type Container, readContainer, writeContainer } from "./container.js";
import { blockScaleSchema, type Member } from "./members.js";
import type { PredictorParts } from "./parts.js";

/** A fitted set as its file has it. */
interface PackedSet {
  state: unknown;
  components?: boolean;
  /** Number of its network in the file, from 0. */
  network?: number;
}

/** The bytes of a predictor: the networks, the states of feature sets and those of classifiers. */
export function writeParts({ about, sets, members }: PredictorParts): Uint8Array {
  const parts: Record<string, unknown> = {};
  const networks: Model[] = [];
  for (const [name, { state, model, components }] of sets) {
    const [single] = setsOf(parseExpression(name));
    const { pack } = featureSets[single.name];
    if (model && !networks.includes(model)) networks.push(model);
    const packed: PackedSet = {
      state: pack ? pack(state) : state,
      ...(components && { components }),
      ...(model && { network: networks.indexOf(model) }),
    };
    parts[`set ${name}`] = packed;
  }
  members.forEach((member, k) => {
    parts[`classifier ${k}`] = member;
  });
  return writeContainer(about, networks, parts);
}

/**
 * Reads the bytes of a predictor and checks everything in it, its checksum first.
 * @throws {ArtefactError} as decodePredictor
 */
export function readParts(bytes: Uint8Array, where: string): PredictorParts {
  const container = readContainer(bytes, where, "classify");
  const about = checkAbout(container);
  return { about, sets: readSets(about, container), members: readMembers(about, container) };
}

function readSets(about: About, { jsonOf, networks, damaged }: Container): Map<string, FittedSet> {
  const sets = new Map<string, FittedSet>();
  for (const single of setsOf(parseExpression(about.features))) {
    const name = nameOfExpression(single);
    const { state, components, network } = jsonOf(`set ${name}`) as unknown as PackedSet;
    const set: FeatureSet = featureSets[single.name];
    const parsed = set.state.safeParse(state);
    if (!parsed.success) return damaged(` in the set ${name} at ${parsed.error.issues[0].path.join(".")}`);
    const known = network === undefined || z.int().nonnegative().safeParse(network).success;
    const model = known && network !== undefined ? networks[network] : undefined;
    if (!known || (set.network !== undefined) !== (model !== undefined))
      return damaged(`: the set ${name} has no network`);
    sets.set(name, { state: parsed.data, ...(model && { model }), ...(components && { components }) });
  }
  return sets;
}

function readMembers(about: About, { jsonOf, damaged }: Container): Member[] {
  const members: Member[] = [];
  for (const part of partsOf(parseExpression(about.features)))
    for (const classifier of about.classifiers) {
      const member = jsonOf(`classifier ${members.length}`) as unknown as Member;
      if (member.features !== nameOfExpression(part) || member.classifier !== classifier)
        return damaged(`: its classifier ${members.length} is another one`);
      if ((member.state as { classCount?: unknown } | null)?.classCount !== about.classNames.length)
        return damaged(`: its classifier ${members.length} knows another number of classes`);
      const { success } = blockScaleSchema.optional().safeParse(member.blocks);
      if (!success) return damaged(`: the blocks of its classifier ${members.length} have no scale`);
      members.push(member);
    }
  return members;
}

function checkAbout({ about, damaged }: Container): About {
  const parsed = aboutSchema.safeParse(about);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return damaged(` at ${issue.path.join(".")}: ${issue.message}`);
  }
  try {
    for (const { name } of setsOf(parseExpression(parsed.data.features)))
      if (!Object.hasOwn(featureSets, name)) return damaged(`: it has the unknown feature set ${name}`);
  } catch {
    return damaged(`: its features "${parsed.data.features}" are no expression`);
  }
  const mismatch = mismatchIn(parsed.data);
  return mismatch === undefined ? parsed.data : damaged(`: ${mismatch}`);
}

/** What does not go together in what a file says of itself; undefined: nothing. */
function mismatchIn({ channels, classNames, statics, threshold, calibration, choice, training }: About) {
  const C = classNames.length;
  const isDistinct = (names: readonly string[]) => new Set(names).size === names.length;
  if (channels.length === 0 || !isDistinct(channels.map(({ name }) => name)))
    return "its channels have no distinct names";
  for (const { name, kind, vocabulary, rest } of channels)
    if ((kind === "categorical") !== (vocabulary !== undefined) || (rest !== undefined && !(rest < vocabulary!.length)))
      return `its channel "${name}" has other categories than its kind`;
  if (!isDistinct(classNames)) return "its classes have no distinct names";
  if (training.classes.length !== C) return "it counts other classes than it names";
  if (threshold !== undefined && C > 2) return `it has a threshold for ${C} classes`;
  if (choice.at >= choice.tried.length) return "what was chosen was not tried";
  if (calibration !== undefined && (calibration as { classCount?: unknown } | null)?.classCount !== C)
    return "its calibration knows another number of classes";
  if (statics && (statics.vocabularies.length !== statics.names.length || !isDistinct(statics.names)))
    return "its static columns have no distinct names, or not as many vocabularies";
  return undefined;
}
