import { DataError, OptionError } from "../../../errors.js";
import type { Channel } from "../../../sequences/set/sequence-set.js";
import type { DataOptions } from "../../source/options.js";
import { expectChannels } from "../../source/piece.js";
import { codeOf } from "../columns/codes.js";
import { channelsMade, staticNames } from "../long/header.js";

/** The variables: which are channels, which are static, which are left out. */
export function createVariables(
  path: string,
  header: readonly string[],
  options: DataOptions,
  known: readonly Channel[] | undefined,
) {
  const made = channelsMade(options);
  const read = known?.filter(({ name }) => !made.includes(name));
  const text = read?.find(({ kind }) => kind !== "numeric");
  if (text)
    throw new OptionError(
      `${path}: got the channel "${text.name}" of categories, expected numbers. The variables of a narrow table are numeric; read the data as it was read for the model.`,
    );
  const chosen = read?.map(({ name }) => name) ?? options.channels;
  const codes = new Map((chosen ?? []).map((name, code) => [name, code]));
  const notColumns = (options.drop ?? []).filter((name) => !header.includes(name));
  const staticVariables = staticNames(options, known).filter((name) => !header.includes(name));
  const dropped = new Set([...notColumns, ...(options.static ?? [])]);
  const seen = new Set<string>();
  const others = new Set<number>(); // codes of variables that do not repeat the name of their entity
  const names: string[] = []; // of variables that do
  const unknown = new Map<string, number>();
  return {
    see: (name: string) => seen.add(name),
    /** Undefined for one that is left out. */
    code(name: string): number | undefined {
      seen.add(name);
      const code = codes.get(name);
      if (code !== undefined) return code;
      if (dropped.has(name)) return undefined;
      if (chosen) {
        if (known) unknown.set(name, (unknown.get(name) ?? 0) + 1);
        return undefined;
      }
      return codeOf(codes, name);
    },
    /** Compares a value with the name of its entity, as far as that is a number. */
    compare(code: number, value: number, entity: number): void {
      if (value !== entity) others.add(code);
    },
    /**
     * Leaves out variables that repeat the name of their entity, such as the number of a patient.
     * @returns the new code of each old one, -1 for one left out; undefined if all stay
     */
    leaveOutNames(): Int32Array | undefined {
      if (chosen || others.size === codes.size) return undefined;
      const all = [...codes];
      codes.clear();
      return Int32Array.from(all, ([name, code]) => {
        if (others.has(code)) return codeOf(codes, name);
        names.push(name);
        return -1;
      });
    },
    channels(): Channel[] {
      if (codes.size === 0)
        throw new DataError(`${path}: no variable is left as a channel, expected at least one beside static ones.`);
      expectChannels(path, codes.size);
      return [...codes.keys()].map((name) => ({ name, kind: "numeric" }));
    },
    notes(): string[] {
      const absent = [...(chosen ?? []), ...notColumns, ...staticVariables].filter((name) => !seen.has(name));
      const strange = [...unknown.keys()];
      return [
        names.length > 0 && `${path}: ${names.join(", ")} repeats the name of the entity; left out.`,
        absent.length > 0 && `${path}: nothing was measured of ${absent.slice(0, 10).join(", ")}.`,
        strange.length > 0 &&
          `${path}: the model does not know ${strange.length === 1 ? "the variable" : `${strange.length} variables:`} ${strange.slice(0, 10).join(", ")}; left out.`,
      ].filter((note) => typeof note === "string");
    },
  };
}
