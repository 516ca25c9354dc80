import { z } from "zod";
import { damagedModel } from "../../model/metadata.js";
import type { Model } from "../../model/model.js";
import { listOf } from "../../options.js";
import { type PartName, partNames, partOf } from "./parts.js";
import { componentsOf, directionsOf, FITTED, readOuts, resolveReadOut, tensorOf } from "./read-outs.js";
import type { Direction } from "./states.js";

const count = z.int().nonnegative();

const directionSchema = ({ layer, reverse, width }: Direction) =>
  z.object({ layer: z.literal(layer), reverse: z.literal(reverse), width: z.literal(width) });

/** What every fitted read-out has, beside what its parts found. */
const stateSchema = ([first, ...more]: readonly Direction[]) =>
  z.object({
    parts: listOf(z.enum(partNames as [PartName]))
      .min(1)
      .refine((parts) => new Set(parts).size === parts.length, "expected each part once"),
    directions: z.tuple([directionSchema(first), ...more.map(directionSchema)]),
    lastLayer: z.literal(false).optional(),
    fittedOn: z.object({ cases: count, states: count, sampled: count, seed: z.int() }),
  });

/** Principal components, except the components themselves, which are a tensor. */
const pcaSchema = (columns: number) =>
  z.object({
    columns: z.literal(columns),
    mean: listOf(z.number()).length(columns),
    scale: listOf(z.number().positive()).length(columns),
    variances: listOf(z.number().nonnegative()),
    totalVariance: z.number().nonnegative(), // 0: all columns were constant
    whiten: z.union([z.boolean(), z.literal("half")]),
  });

/**
 * Checks what a model keeps for its read-outs: every field by the schema of its part, all lengths against the encoder's
 * directions, all numbers finite, and that every tensor belongs to a read-out.
 * @throws {ArtefactError} that names the field
 */
export function checkReadOuts({ metadata: { spec }, readOut: kept }: Model, where: string): void {
  if (!kept) return;
  const damaged = damagedModel(where);
  const expectField = (schema: z.ZodType, name: string) => {
    const issue = schema.safeParse(kept.state[name]).error?.issues[0];
    if (issue) damaged(` at ${["readOut", name, ...issue.path].join(".")}: ${issue.message}`);
  };
  const { directions } = directionsOf(spec, "all");
  expectField(stateSchema(directions), FITTED);
  const { parts } = kept.state[FITTED] as { parts: PartName[] };
  for (const part of parts) {
    const schema = partOf(part).schema?.(directions);
    if (schema) expectField(schema, FITTED);
  }
  const unknown = new Set(Object.keys(kept.tensors));
  for (const readOut of readOuts) {
    const { of } = componentsOf(readOut) ?? {};
    const tensor = kept.tensors[tensorOf(readOut)];
    if (!of || (!tensor && kept.state[readOut] === undefined)) continue;
    const { length: columns } = resolveReadOut(spec, of, kept).names;
    expectField(pcaSchema(columns), readOut);
    const { variances } = kept.state[readOut] as { variances: number[] };
    if (tensor?.shape.join() !== [variances.length, columns].join() || !tensor.data.every(Number.isFinite))
      damaged(`: tensor "${tensorOf(readOut)}" is not ${variances.length} x ${columns} finite numbers`);
    unknown.delete(tensorOf(readOut));
  }
  for (const name of unknown) damaged(`: its tensor "${name}" belongs to nothing in it`);
}
