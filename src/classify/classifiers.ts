import { ArtefactError } from "../errors.js";
import type { ClassifierEntry, ClassWeight, FittedClassifier } from "./base/classifier.js";
import { logistic } from "./linear/logistic.js";
import { ridge } from "./linear/ridge.js";
import { neighbours } from "./neighbours/neighbours.js";
import { boosting } from "./trees/boosting.js";
import { forest } from "./trees/random-forest.js";

/** Every classifier, by the name that `compare` takes. One that is listed here is compared, loaded and tested. */
export const classifierTable = { ridge, logistic, knn: neighbours, forest, boosting };

export type ClassifierName = keyof typeof classifierTable;
export const classifierNames = Object.keys(classifierTable) as ClassifierName[];

/** Any fitted classifier as plain JSON; `kind` names which. */
export type ClassifierState =
  ReturnType<(typeof classifierTable)[ClassifierName]["load"]> extends FittedClassifier<infer S> ? S : never;

export type ClassWeights = Readonly<Record<ClassifierName, ClassWeight>>;

/** How each classifier weights the classes: as given, else as suits it where positives are rare. */
export function classWeightsOf(given: ClassWeight | undefined, rare: boolean): ClassWeights {
  const of = (name: ClassifierName) => given ?? (rare ? classifierTable[name].rareWeight : "none");
  return Object.fromEntries(classifierNames.map((name) => [name, of(name)])) as ClassWeights;
}

/**
 * A fitted classifier from what its `toJSON` returned.
 * @throws {ArtefactError} when the state is not of a classifier
 */
export function loadClassifier(state: unknown): FittedClassifier<ClassifierState> {
  const kind = (state as { kind?: unknown } | null | undefined)?.kind;
  const entries: ClassifierEntry[] = Object.values(classifierTable);
  const entry = entries.find((entry) => entry.state.shape.kind.safeParse(kind).success);
  if (!entry) return refuse(` at kind: it is ${JSON.stringify(kind)}`);
  const parsed = entry.state.safeParse(state);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return refuse(` at ${issue.path.join(".")}: ${issue.message}`);
  }
  const { classes, classCount } = parsed.data;
  if (classes.some((c) => c >= classCount)) return refuse(": a class beyond classCount");
  try {
    return entry.load(parsed.data) as FittedClassifier<ClassifierState>;
  } catch (error) {
    return refuse(`: ${(error as Error).message}`);
  }
}

function refuse(what: string): never {
  throw new ArtefactError(
    `load classifier: this is not the state of a classifier${what}. ` +
      "Fit the classifier again, or take the state that its toJSON returned.",
  );
}
