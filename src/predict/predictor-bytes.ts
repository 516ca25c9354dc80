import { ArtefactError } from "../errors.js";
import { decodeModel, encodeModel } from "../features/model-bytes.js";
import { nameOfExpression, parseExpression, partsOf, setsOf } from "../features/sets/expression.js";
import type { FeatureSet, FittedSet } from "../features/sets/feature-set.js";
import { featureSets } from "../features/sets/feature-sets.js";
import { decodeSafetensors, encodeSafetensors } from "../files/safetensors.js";
import { parseJson } from "../model/metadata.js";
import type { Model } from "../model/model.js";
import { PREDICTOR_FORMAT } from "../model/model-format.js";
import { type About, aboutSchema } from "./about.js";
import { blockScaleSchema, type Member } from "./members.js";
import type { PredictorParts } from "./parts.js";

/** The version of the file format that this library writes. */
export const PREDICTOR_VERSION = 1;

/** A fitted set as its file has it. */
interface PackedSet {
  state: unknown;
  components?: boolean;
  /** Number of its network in the file, from 0. */
  network?: number;
}

/**
 * The bytes of a predictor: safetensors. The header holds `about` as JSON; behind it stand, as bytes, the networks
 * (each a model file), the states of feature sets and those of classifiers (JSON). A checksum covers all of it.
 */
export function writeParts({ about, sets, members }: PredictorParts): Uint8Array {
  const blobs: Record<string, Uint8Array> = {};
  const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
  const networks: Model[] = [];
  for (const [name, { state, model, components }] of sets) {
    const { pack } = featureSets[parseName(name)];
    if (model && !networks.includes(model)) networks.push(model);
    const packed: PackedSet = {
      state: pack ? pack(state) : state,
      ...(components && { components }),
      ...(model && { network: networks.indexOf(model) }),
    };
    blobs[`set ${name}`] = json(packed);
  }
  networks.forEach((model, k) => {
    blobs[`network ${k}`] = encodeModel(model);
  });
  members.forEach((member, k) => {
    blobs[`classifier ${k}`] = json(member);
  });
  return encodeSafetensors({}, { format: PREDICTOR_FORMAT, predictor: JSON.stringify(about) }, blobs);
}

const parseName = (name: string) => setsOf(parseExpression(name))[0].name;

/**
 * Reads the bytes of a predictor and checks everything in it, its checksum first.
 * @throws {ArtefactError} as decodePredictor
 */
export function readParts(bytes: Uint8Array, where: string): PredictorParts {
  const { blobs, metadata, checksum } = decodeSafetensors(bytes, where);
  const damaged = (why: string): never => {
    throw new ArtefactError(`${where}: the predictor is damaged${why}. Fit it again.`);
  };
  if (metadata.format === "undertone")
    throw new ArtefactError(
      `${where}: the file is an encoder alone, expected a predictor. Fit one that holds a classifier, too (\`classifier: "auto"\`).`,
    );
  if (metadata.format !== PREDICTOR_FORMAT || metadata.predictor === undefined)
    throw new ArtefactError(
      `${where}: this safetensors file holds no predictor. Expected one written by "undertone fit" with a classifier.`,
    );
  const about = checkAbout(metadata.predictor, where, damaged);
  if (!checksum) damaged(": it has no checksum, and every predictor has one");
  const jsonOf = (name: string): Record<string, unknown> => {
    if (blobs[name] === undefined) return damaged(`: "${name}" is missing`);
    try {
      const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(blobs[name]));
      if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
    } catch {
      // told below
    }
    return damaged(`: "${name}" is not JSON`);
  };
  const networks: Model[] = [];
  for (let k = 0; blobs[`network ${k}`]; k++)
    networks.push(decodeModel(blobs[`network ${k}`], `${where}, network ${k}`));
  const expression = parseExpression(about.features);
  const sets = new Map<string, FittedSet>();
  for (const single of setsOf(expression)) {
    const name = nameOfExpression(single);
    const { state, components, network } = jsonOf(`set ${name}`) as unknown as PackedSet;
    const set: FeatureSet = featureSets[single.name];
    const parsed = set.state.safeParse(state);
    if (!parsed.success) return damaged(` in the set ${name} at ${parsed.error.issues[0].path.join(".")}`);
    const model = network === undefined ? undefined : networks[network];
    if ((set.network !== undefined) !== (model !== undefined)) return damaged(`: the set ${name} has no network`);
    sets.set(name, { state: parsed.data, ...(model && { model }), ...(components && { components }) });
  }
  const members: Member[] = [];
  for (const part of partsOf(expression))
    for (const classifier of about.classifiers) {
      const member = jsonOf(`classifier ${members.length}`) as unknown as Member;
      if (member.features !== nameOfExpression(part) || member.classifier !== classifier)
        return damaged(`: its classifier ${members.length} is another one`);
      const { success } = blockScaleSchema.optional().safeParse(member.blocks);
      if (!success) return damaged(`: the blocks of its classifier ${members.length} have no scale`);
      members.push(member);
    }
  return { about, sets, members };
}

function checkAbout(json: string, where: string, damaged: (why: string) => never): About {
  const raw = parseJson(json) as Partial<About> | undefined;
  if (typeof raw?.formatVersion === "number" && raw.formatVersion > PREDICTOR_VERSION)
    throw new ArtefactError(
      `${where}: the predictor has format version ${raw.formatVersion}, this library reads up to ${PREDICTOR_VERSION}. It was written by undertone ${raw.library}; update undertone to that version or a later one.`,
    );
  const parsed = aboutSchema.safeParse(raw);
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
  return parsed.data;
}
