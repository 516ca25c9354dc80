/** Returns the value at x and writes the gradient, [x.length]. */
export type Objective = (x: Float64Array, gradient: Float64Array) => number;

export interface Minimum {
  x: Float64Array;
  /** Objective at x. */
  value: number;
  iterations: number;
  /** Whether the largest entry of the gradient fell to the tolerance. */
  converged: boolean;
}

/**
 * Minimises a smooth function by limited-memory BFGS (Nocedal and Wright, Numerical Optimization, algorithm 7.4),
 * with a line search that brackets a step meeting the weak Wolfe conditions.
 *
 * @param tolerance on the largest absolute entry of the gradient
 */
export function minimise(
  objective: Objective,
  start: Float64Array,
  { tolerance, maxIterations }: { tolerance: number; maxIterations: number },
): Minimum {
  const memory: Pair[] = [];
  let x = start.slice();
  let gradient = new Float64Array(x.length);
  let value = objective(x, gradient);
  for (let iterations = 0; ; iterations++) {
    const converged = gradient.every((slope) => Math.abs(slope) <= tolerance);
    if (converged || iterations >= maxIterations) return { x, value, iterations, converged };
    const direction = descentDirection(gradient, memory);
    const firstStep = memory.length === 0 ? Math.min(1, 1 / Math.sqrt(dot(gradient, gradient))) : 1;
    const found = searchLine(objective, x, value, gradient, direction, firstStep);
    if (!found) return { x, value, iterations, converged }; // no step lowers the value in float64
    const step = found.x.map((next, k) => next - x[k]);
    const change = found.gradient.map((next, k) => next - gradient[k]);
    const curvature = dot(step, change);
    if (curvature > 0) {
      memory.push({ step, change, curvature });
      if (memory.length > 10) memory.shift();
    }
    ({ x, value, gradient } = found);
  }
}

interface Pair {
  step: Float64Array;
  change: Float64Array;
  curvature: number;
}

interface Point {
  x: Float64Array<ArrayBuffer>;
  value: number;
  gradient: Float64Array<ArrayBuffer>;
}

/** - H g by the two-loop recursion. */
function descentDirection(gradient: Float64Array, memory: Pair[]): Float64Array {
  const direction = gradient.map((slope) => -slope);
  const along: number[] = [];
  for (let m = memory.length - 1; m >= 0; m--) {
    along[m] = dot(memory[m].step, direction) / memory[m].curvature;
    addScaled(direction, -along[m], memory[m].change);
  }
  const last = memory.at(-1);
  if (last) {
    const scale = last.curvature / dot(last.change, last.change);
    for (let k = 0; k < direction.length; k++) direction[k] *= scale;
  }
  memory.forEach(({ step, change, curvature }, m) => {
    addScaled(direction, along[m] - dot(change, direction) / curvature, step);
  });
  return direction;
}

function searchLine(
  objective: Objective,
  x: Float64Array,
  value: number,
  gradient: Float64Array,
  direction: Float64Array,
  firstStep: number,
): Point | undefined {
  const slope = dot(gradient, direction);
  const rounding = 8 * Number.EPSILON * Math.abs(value); // near the minimum, differences below it mean nothing
  let low = 0;
  let high = Number.POSITIVE_INFINITY;
  let step = firstStep;
  for (let trial = 0; trial < 40; trial++) {
    const point: Point = {
      x: Float64Array.from(x, (from, k) => from + step * direction[k]),
      value: 0,
      gradient: new Float64Array(x.length),
    };
    point.value = objective(point.x, point.gradient);
    if (!(point.value <= value + 1e-4 * step * slope + rounding)) high = step;
    else if (dot(point.gradient, direction) < 0.9 * slope) low = step;
    else return point;
    step = high === Number.POSITIVE_INFINITY ? 2 * low : 0.5 * (low + high);
  }
  return undefined;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k];
  return sum;
}

function addScaled(a: Float64Array, factor: number, b: Float64Array): void {
  for (let k = 0; k < a.length; k++) a[k] += factor * b[k];
}
