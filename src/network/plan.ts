import { padTo, type Workspace } from "../engine/engine.js";
import type { Parameter, Plan } from "./layers/layer.js";

/** Arena offsets, all `blockSize` long; `shards` holds one gradient after the other. */
export type Blocks = Readonly<Record<"weights" | "gradients" | "mean" | "variance" | "shards" | "blockSize", number>>;

/** A plan of an arena before it is allocated. */
export interface OpenPlan extends Plan {
  /** In the order in which layers reserved them, which is that of the parameter block. */
  readonly parameters: readonly Parameter[];
  /** Elements of all parameters together. */
  readonly parameterCount: number;
  /** Elements of the whole arena so far. */
  readonly total: number;
  /**
   * Ends planning: takes the parameter block and, while training, its gradient, Adam's moments and one gradient for each
   * of `shards` shards.
   */
  takeBlocks(shards: number): Blocks;
  /** Says where the arena is. */
  attach(ws: Workspace): void;
}

/** Plans an arena piece by piece, before it is allocated. */
export function openPlan(
  sizes: Pick<Plan, "lanes" | "T" | "B" | "training" | "keepStates" | "stateGradients">,
): OpenPlan {
  const parameters: Parameter[] = [];
  const shared = new Map<string, number>();
  let total = 0;
  let parameterCount = 0;
  let weights = 0;
  let workspace: Workspace | undefined;
  const take = (elements: number) => {
    const offset = total;
    total += padTo(Math.max(elements, 1), 16); // whole cache lines
    return offset;
  };
  return {
    ...sizes,
    parameters,
    take,
    share(key, elements) {
      if (!shared.has(key)) shared.set(key, take(elements));
      return shared.get(key)!;
    },
    parameter(name, shape, initial) {
      const known = parameters.find((parameter) => parameter.name === name);
      if (known) return known;
      const size = shape.reduce((a, b) => a * b, 1);
      const parameter = { name, shape, start: parameterCount, size, initial };
      parameterCount += size;
      parameters.push(parameter);
      return parameter;
    },
    takeBlocks(shards) {
      const blockSize = padTo(parameterCount, 16);
      weights = take(blockSize);
      if (!sizes.training) return { weights, gradients: 0, mean: 0, variance: 0, shards: 0, blockSize };
      const [gradients, mean, variance] = [take(blockSize), take(blockSize), take(blockSize)];
      return { weights, gradients, mean, variance, shards: take(shards * blockSize), blockSize };
    },
    attach(ws) {
      workspace = ws;
    },
    get ws() {
      return workspace!;
    },
    get weights() {
      return weights;
    },
    get total() {
      return total;
    },
    get parameterCount() {
      return parameterCount;
    },
  };
}
