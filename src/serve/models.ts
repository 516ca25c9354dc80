import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import type { ModelInfo } from "../client/answers.js";
import { ArtefactError, EngineError, OptionError, unknownName } from "../errors.js";
import { readWhole } from "../files/read-whole.js";
import type { CaseLimits } from "./score/limits.js";
import type { LoadedFile } from "./score/messages.js";
import type { ModelAbout } from "./score/served.js";
import type { Scorer } from "./scorers.js";

/** A file to serve, and how requests call it. */
export interface ModelPlace {
  name: string;
  path: string;
}

interface Loaded {
  file: LoadedFile;
  about: ModelAbout;
  loadedAt: string;
}

/** What became of a file that was looked at again. */
export interface Reloaded {
  name: string;
  version?: string;
  /** Why the version before is served on. */
  failed?: string;
}

/** The models that are served. */
export interface Models {
  names(): string[];
  /** @throws {OptionError} if there is no model of that name (the nearest is suggested) */
  info(name: string): ModelInfo;
  /** The name of the present version in the threads. */
  keyOf(name: string): string;
  /** Loads all present versions into a thread that has just started. */
  loadInto(scorer: Scorer): Promise<void>;
  /**
   * Looks at the files again and serves what is new. Requests that came before are answered by the version before. A
   * file that is no sound model is left alone.
   * @param all also where the stamp of a file did not change
   */
  reload(all: boolean): Promise<Reloaded[]>;
}

const NAME = /^[A-Za-z0-9][\w.-]{0,99}$/;

/**
 * Names of files: NAME=PATH, or the name of the file without its extension.
 * @throws {OptionError} for no file, a name that stands twice, or one that no address can have
 */
export function modelPlaces(paths: readonly string[]): ModelPlace[] {
  if (paths.length === 0) throw new OptionError("serve: got no model, expected at least one file of a model.");
  const places = paths.map((given) => {
    const [, own, path = given] = /^([^=/\\]+)=(.+)$/.exec(given) ?? [];
    return { name: own ?? basename(path).replace(/\.undertone$/, ""), path };
  });
  for (const { name, path } of places) {
    if (!NAME.test(name))
      throw new OptionError(
        `${path}: got "${name}" as the name of the model, expected letters, digits, dots and hyphens. Addresses are made of it; give another one: NAME=${path}.`,
      );
    const twice = places.filter((each) => each.name === name);
    if (twice.length > 1)
      throw new OptionError(
        `serve: got two models called "${name}" (${twice.map((each) => each.path).join(", ")}), expected different names. Name one of them: OTHER=${twice[1].path}.`,
      );
  }
  return places;
}

/**
 * Loads the models into the threads.
 * @throws {ArtefactError} for a file that is no sound model
 */
export async function openModels(
  places: readonly ModelPlace[],
  scorers: () => readonly Scorer[],
  { maxSteps, maxCases }: CaseLimits,
): Promise<Models> {
  const models = new Map<string, Loaded>();
  const stamps = new Map<string, string>();
  let count = 0;
  const load = async ({ name, path }: ModelPlace): Promise<Loaded> => {
    const stamp = await stampOf(path);
    const bytes = await bytesOf(path);
    stamps.set(name, stamp);
    const version = createHash("sha256").update(bytes).digest("hex");
    const before = models.get(name);
    if (before?.file.version === version) return before;
    const file: LoadedFile = { key: `${name} ${++count}`, name, version, where: path, bytes, maxSteps, maxCases };
    const all = await Promise.allSettled(scorers().map((scorer) => scorer.load(file)));
    const failed = all.find((each) => each.status === "rejected");
    if (failed) {
      for (const scorer of scorers()) if (!scorer.ended) scorer.drop(file.key);
      throw failed.reason;
    }
    const [first] = all as PromiseFulfilledResult<ModelAbout>[];
    if (!first) throw new EngineError(`${path}: no thread that scores is alive, so it cannot be loaded. Try again.`);
    const about = first.value;
    const loaded = { file, about, loadedAt: new Date().toISOString() };
    models.set(name, loaded);
    if (before) for (const scorer of scorers()) if (!scorer.ended) scorer.drop(before.file.key);
    return loaded;
  };
  for (const place of places) await load(place);

  const modelOf = (name: string) => models.get(name) ?? unknownName("serve", "model", name, [...models.keys()]);
  return {
    names: () => [...models.keys()],
    info(name) {
      const { file, about, loadedAt } = modelOf(name);
      return { name, version: file.version, loadedAt, ...about };
    },
    keyOf: (name) => modelOf(name).file.key,
    async loadInto(scorer) {
      for (const { file } of models.values()) await scorer.load(file);
    },
    async reload(all) {
      const reloaded: Reloaded[] = [];
      for (const place of places) {
        const { name } = place;
        const stamp = await stampOf(place.path);
        if (!all && stamp === stamps.get(name)) continue;
        const before = models.get(name);
        try {
          const { file } = await load(place);
          if (file !== before?.file) reloaded.push({ name, version: file.version });
        } catch (error) {
          stamps.set(name, stamp); // told once
          reloaded.push({ name, failed: (error as Error).message });
        }
      }
      return reloaded;
    },
  };
}

async function bytesOf(path: string): Promise<Uint8Array> {
  return readWhole(path).catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === "ENOENT" ? "there is no such file" : cause.message;
    throw new ArtefactError(`${path}: ${why}. Give a model written by "undertone fit DATA -o ${path}".`, { cause });
  });
}

/** Changes when a file is replaced or written; "" while there is none. */
async function stampOf(path: string): Promise<string> {
  const stats = await stat(path, { bigint: true }).catch(() => undefined);
  return stats ? `${stats.dev} ${stats.ino} ${stats.size} ${stats.mtimeNs}` : "";
}
