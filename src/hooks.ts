import { OptionError } from "./errors.js";
import { expectFunctions } from "./options.js";

/**
 * Does work whose options have hooks. A hook that throws, or gives a promise that rejects, makes the work reject with
 * its error: at once, or at the next call of a hook, or at the end, where promises of hooks are waited for.
 * @param names of the hooks among the options, except those that the work waits for itself
 * @param work gets the options with hooks that it may call without a look at what they return
 * @throws {OptionError} for a hook that is no function, or a signal that is none
 */
export async function withHooks<O extends object, R>(
  where: string,
  options: O,
  names: readonly (keyof O & string)[],
  work: (options: O) => Promise<R>,
): Promise<R> {
  const { signal } = options as { signal?: unknown };
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw new OptionError(
      `${where}, signal: got ${typeof signal}, expected an AbortSignal, the signal of an AbortController.`,
    );
  const hooks = Object.fromEntries(names.map((name) => [name, options[name]]));
  expectFunctions(where, hooks);
  let failed: { error: unknown } | undefined;
  const pending = new Set<Promise<void>>();
  const guard =
    (hook: (...given: unknown[]) => unknown) =>
    (...given: unknown[]) => {
      if (failed) throw failed.error;
      let returned: PromiseLike<unknown> | undefined;
      try {
        returned = hook.apply(options, given) as typeof returned;
      } catch (error) {
        failed = { error }; // whatever the work makes of it
        throw error;
      }
      if (typeof returned?.then !== "function") return;
      const ended: Promise<void> = Promise.resolve(returned)
        .then(
          () => {},
          (error) => {
            failed ??= { error };
          },
        )
        .finally(() => pending.delete(ended));
      pending.add(ended);
    };
  const guarded = Object.entries(hooks).flatMap(([name, hook]) =>
    hook === undefined ? [] : [[name, guard(hook as () => unknown)]],
  );
  try {
    const result = await work({ ...options, ...Object.fromEntries(guarded) });
    await Promise.all(pending);
    if (!failed) return result;
  } catch (error) {
    failed ??= { error };
  }
  throw failed.error;
}
