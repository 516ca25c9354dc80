import { expect, test } from "vitest";
import { minimise } from "../../../src/classify/linear/lbfgs.js";

test("finds the minimum of a badly scaled quadratic", () => {
  const scales = [1, 30, 1e3, 1e5];
  const quadratic = (x: Float64Array, gradient: Float64Array) =>
    scales.reduce((sum, scale, k) => {
      gradient[k] = scale * (x[k] - k);
      return sum + 0.5 * scale * (x[k] - k) ** 2;
    }, 7);
  const found = minimise(quadratic, new Float64Array(4), { tolerance: 1e-9, maxIterations: 200 });
  expect(found.converged).toBe(true);
  expect(found.value).toBeCloseTo(7, 12);
  found.x.forEach((value, k) => {
    expect(value).toBeCloseTo(k, 8);
  });
});

test("guesses the scale of the steps: fifty of them", () => {
  let evaluations = 0;
  const quadratic = (x: Float64Array, gradient: Float64Array) => {
    evaluations++;
    return x.reduce((sum, value, k) => {
      gradient[k] = 1.2 ** k * (value - 1);
      return sum + (1.2 ** k * (value - 1) ** 2) / 2;
    }, 0);
  };
  const found = minimise(quadratic, new Float64Array(50), { tolerance: 1e-6, maxIterations: 1000 });
  expect(found.converged).toBe(true);
  expect(evaluations).toBeLessThan(900);
});

test("follows Rosenbrock's valley", () => {
  let evaluations = 0;
  const rosenbrock = (x: Float64Array, gradient: Float64Array) => {
    evaluations++;
    const bend = x[1] - x[0] * x[0];
    gradient[0] = -400 * x[0] * bend - 2 * (1 - x[0]);
    gradient[1] = 200 * bend;
    return 100 * bend * bend + (1 - x[0]) ** 2;
  };
  const found = minimise(rosenbrock, Float64Array.of(-1.2, 1), { tolerance: 1e-8, maxIterations: 100 });
  expect(found.converged).toBe(true);
  expect(found.iterations).toBeLessThan(60); // steepest descent needs thousands
  expect(evaluations).toBeLessThan(1.6 * found.iterations); // steps of the right length are taken at once
  expect(found.x[0]).toBeCloseTo(1, 6);
  expect(found.x[1]).toBeCloseTo(1, 6);
});

test("lengthens steps on a slope that gets steeper", () => {
  const well = (x: Float64Array, gradient: Float64Array) => {
    const depth = Math.exp((-x[0] * x[0]) / 2);
    gradient[0] = x[0] * depth;
    return -depth;
  };
  const found = minimise(well, Float64Array.of(4), { tolerance: 1e-9, maxIterations: 20 });
  expect(found.converged).toBe(true);
  expect(found.x[0]).toBeCloseTo(0, 8);
});

test("stops at the allowed iterations, or where no step helps, and says it did not converge", () => {
  const steep = (x: Float64Array, gradient: Float64Array) => {
    gradient[0] = 4 * (x[0] - 3) ** 3;
    return (x[0] - 3) ** 4;
  };
  const cut = minimise(steep, new Float64Array(1), { tolerance: 1e-12, maxIterations: 3 });
  expect(cut).toMatchObject({ iterations: 3, converged: false });
  const lying = (_: Float64Array, gradient: Float64Array) => {
    gradient[0] = 1; // claims a slope where there is none
    return 0;
  };
  expect(minimise(lying, new Float64Array(1), { tolerance: 1e-3, maxIterations: 9 })).toMatchObject({
    iterations: 0,
    converged: false,
  });
});
