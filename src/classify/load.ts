import { z } from "zod";
import { ArtefactError } from "../errors.js";
import type { FittedClassifier } from "./classifier.js";
import { linearClassifier } from "./linear-model.js";

const linearState = z
  .object({
    kind: z.enum(["ridge", "logistic"]),
    classCount: z.int().min(2),
    classes: z.array(z.int().min(0)).min(2),
    columns: z.int().min(1),
    coefficients: z.array(z.number()),
    intercepts: z.array(z.number()),
    alpha: z.number().optional(),
    notes: z.array(z.string()),
  })
  .refine((state) => state.classes.every((c) => c < state.classCount), "a class beyond classCount")
  .refine(
    ({ classes, intercepts }) => intercepts.length === (classes.length === 2 ? 1 : classes.length),
    "intercepts that do not match the classes",
  )
  .refine(
    ({ coefficients, intercepts, columns }) => coefficients.length === intercepts.length * columns,
    "coefficients that do not match the columns",
  );

/**
 * A fitted classifier from what its `toJSON` returned.
 * @throws {ArtefactError} when the state is not of a classifier
 */
export function loadClassifier(state: unknown): FittedClassifier {
  const parsed = linearState.safeParse(state);
  if (parsed.success) return linearClassifier(parsed.data);
  const [issue] = parsed.error.issues;
  const place = issue.path.length > 0 ? ` at ${issue.path.join(".")}` : "";
  throw new ArtefactError(
    `load classifier: this is not the state of a ridge or logistic classifier${place}: ${issue.message}. ` +
      "Fit the classifier again, or take the state that its toJSON returned.",
  );
}
