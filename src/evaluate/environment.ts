import type { Engine } from "../engine/engine.js";
import { VERSION } from "../version.js";
import type { Environment } from "./comparison/comparison.js";

/** What a figure was made with: versions, processor, engine. */
export async function describeEnvironment(engine: Engine, threads: number | undefined): Promise<Environment> {
  const common = { undertone: VERSION, engine: engine.name, threads: threads ?? ("auto" as const) };
  if (typeof process !== "undefined" && process.versions?.node) {
    const { availableParallelism, cpus } = await import("node:os");
    return {
      ...common,
      runtime: `node ${process.versions.node}`,
      platform: `${process.platform} ${process.arch}`,
      processor: cpus()[0]?.model.trim() ?? "unknown",
      cores: availableParallelism(),
    };
  }
  return {
    ...common,
    runtime: navigator.userAgent,
    platform: "browser",
    processor: "unknown",
    cores: navigator.hardwareConcurrency,
  };
}
