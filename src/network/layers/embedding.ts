import type { ColumnGroup } from "../batch/one-hot-columns.js";
import type { PackedBatch } from "../batch/packed-batch.js";
import { type Gradient, type Layer, type Plan, plainSequence, type Signal } from "./layer.js";

/**
 * Numeric columns as they are, then `units` learned numbers for every categorical channel: the row of a table
 * [categories, units] that its category names. A missing category is all zeros.
 */
export function createEmbedding(
  plan: Plan,
  name: string,
  input: Signal,
  groups: readonly ColumnGroup[],
  units: number,
): Layer {
  const numeric = groups.filter((group) => group.kind === "numeric");
  const tables = groups
    .filter((group) => group.kind === "categorical")
    .map((group, k) => ({
      ...group,
      to: numeric.length + k * units,
      table: plan.parameter(`${name}.${group.channel}`, [group.width, units], "uniform"),
    }));
  const output = plainSequence(plan, numeric.length + tables.length * units);

  /** Calls `visit` with the row of the output and the offset inside the table of each observed category. */
  const eachCategory = (batch: PackedBatch, visit: (row: number, to: number, entry: number) => void) => {
    const { data } = plan.ws;
    const from = input.offset(batch);
    for (let r = 0; r < batch.rows; r++)
      for (const { start, width, to, table } of tables)
        for (let k = 0; k < width; k++)
          if (data[from + r * input.stride + start + k] !== 0) visit(r, to, table.start + k * units);
  };

  return {
    name,
    output,
    forward(batch) {
      const { data } = plan.ws;
      const { rows } = batch;
      const y = output.offset(batch);
      data.fill(0, y, y + rows * output.stride);
      numeric.forEach(({ start }, k) => {
        const from = input.offset(batch) + start;
        plan.ws.copyRows({ to: y + k, from, M: rows, width: 1, ldto: output.stride, ldfrom: input.stride });
      });
      eachCategory(batch, (r, to, entry) => {
        for (let u = 0; u < units; u++) data[y + r * output.stride + to + u] = data[plan.weights + entry + u];
      });
    },
    backward(batch, dOutput: Gradient) {
      const { data } = plan.ws;
      eachCategory(batch, (r, to, entry) => {
        for (let u = 0; u < units; u++)
          data[batch.gradients + entry + u] += data[dOutput.offset + r * dOutput.stride + to + u];
      });
      return undefined;
    },
  };
}
