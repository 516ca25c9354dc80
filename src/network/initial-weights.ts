import { type Random, randomStream, STREAMS } from "../random.js";
import type { Parameter } from "./layers/layer.js";

/** Fills the parameter block as Keras initialises these layers; every tensor has a stream of its own. */
export function initialise(block: Float32Array | Float64Array, parameters: readonly Parameter[], seed: number): void {
  parameters.forEach((parameter, k) => {
    const random = randomStream(seed, STREAMS.initialWeights, k);
    const values = block.subarray(parameter.start, parameter.start + parameter.size);
    const [rows, columns] = parameter.shape;
    switch (parameter.initial) {
      case "glorotUniform":
        fillUniform(values, Math.sqrt(6 / (rows + columns)), random);
        break;
      case "uniform":
        fillUniform(values, 0.05, random);
        break;
      case "orthogonal":
        values.set(orthogonalRows(rows, columns, random));
        break;
      case "forgetBias":
        // Gates i, f, g, o: the forget gate starts open (Jozefowicz et al. 2015).
        for (let j = 0; j < values.length; j++) values[j] = Math.floor((4 * j) / values.length) === 1 ? 1 : 0;
        break;
      case "zeros":
        values.fill(0);
    }
  });
}

function fillUniform(values: Float32Array | Float64Array, limit: number, random: Random): void {
  for (let k = 0; k < values.length; k++) values[k] = limit * (2 * random.uniform() - 1);
}

/** [rows, columns] with orthonormal rows, rows <= columns: Gram-Schmidt, twice, on normal numbers. */
function orthogonalRows(rows: number, columns: number, random: Random): Float64Array {
  const q = Float64Array.from({ length: rows * columns }, () => random.normal());
  for (let r = 0; r < rows; r++) {
    const row = q.subarray(r * columns, (r + 1) * columns);
    for (let pass = 0; pass < 2; pass++)
      for (let p = 0; p < r; p++) {
        const other = q.subarray(p * columns, (p + 1) * columns);
        let dot = 0;
        for (let k = 0; k < columns; k++) dot += row[k] * other[k];
        for (let k = 0; k < columns; k++) row[k] -= dot * other[k];
      }
    let norm = 0;
    for (let k = 0; k < columns; k++) norm += row[k] * row[k];
    norm = Math.sqrt(norm);
    for (let k = 0; k < columns; k++) row[k] /= norm;
  }
  return q;
}
