import type { Engine } from "../../engine/engine.js";
import type { Model } from "../../model/model.js";
import type { Sequences } from "../../sequences/set/windowed-set.js";
import { trainModel, untrainedAutoencoder } from "../../train/fit.js";
import type { FitOptions } from "../../train/options.js";
import type { TrainHooks } from "../../train/train.js";
import { fitReadOuts } from "../fit-read-outs.js";

/** What a network is made of: the training part of one resample. */
export interface NetworkContext {
  engine: Engine;
  train: Sequences;
  /** The options of the comparison, with the seed of this network. */
  fit: FitOptions;
  /** Seed of all draws outside the network. */
  seed: number;
  hooks: TrainHooks;
  /** Trains beside other work; default: with nothing beside it. */
  beside?: Beside;
}

/**
 * Does work that one thread leads, while the calling thread waits.
 * @param work `whenFree` resolves when one more thread may help; the signal ends it
 */
export type Beside = <T>(work: (whenFree?: () => Promise<void>, signal?: AbortSignal) => Promise<T>) => Promise<T>;

/** A network that all feature sets share that name it. */
export interface SharedNetwork {
  model: Model;
  /**
   * The same model with fitted read-outs, which the first set that needs them fits.
   * @param components those of `compact`, too: their eigenvectors take longer than all the rest
   */
  withReadOuts(components: boolean): Promise<Model>;
}

/** untrained: `trained` before its first update; the others are recipes. */
export type NetworkName = "untrained" | "trained" | "composite" | "label-aware";

/** Makes each network at its first use, and shares it from then on. */
export function shareNetworks(context: NetworkContext): (name: NetworkName) => Promise<SharedNetwork> {
  const { engine, train, fit, seed, hooks, beside = (work) => work() } = context;
  const made = new Map<NetworkName, Promise<SharedNetwork>>();
  return (name) =>
    recall(made, name, async () => {
      const options = networkOptions(name, fit);
      const model =
        name === "untrained"
          ? untrainedAutoencoder(engine, train, options)
          : await beside((whenFree, signal = hooks.signal) =>
              trainModel(engine, train, options, { ...hooks, signal }, whenFree),
            );
      const fitted = new Map<boolean, Promise<Model>>();
      const fitAll = (compact: boolean) => fitReadOuts(engine, model, train, { compact, threads: fit.threads, seed });
      return { model, withReadOuts: (components) => recall(fitted, components, () => fitAll(components)) };
    });
}

/** What was made under this key, or else is made now and kept. */
export function recall<K, V>(kept: Map<K, Promise<V>>, key: K, make: () => Promise<V>): Promise<V> {
  if (!kept.has(key)) kept.set(key, make());
  return kept.get(key)!;
}

/** A recipe has layers, noise and dropout of its own: those of the options are for the network `trained`. */
export function networkOptions(name: NetworkName, fit: FitOptions): FitOptions {
  if (name !== "composite" && name !== "label-aware") return fit;
  const { spec, noise, dropout, ...options } = fit;
  return { ...options, recipe: name };
}
