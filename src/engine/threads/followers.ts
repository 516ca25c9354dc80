import { dismissCrew, failCrew } from "./crew.js";
import type { Pool } from "./pool.js";
import { errorOf, type Failure } from "./thread.js";

/** What a follower sends back, once. */
export type FollowerReply = { held: number } & ({ kind: "left" } | ({ kind: "failed" } & Failure));

/** The followers of a crew, on the side of the thread that hired them. */
export interface Followers {
  /** Resolves when each has its task, or cannot start. */
  introduced: Promise<unknown>;
  /** Resolves when all have left. */
  left: Promise<unknown>;
  /** Lets them go; resolves when all have left. */
  dismiss(): Promise<unknown>;
}

/**
 * Hires followers for a crew that another thread leads, and hears when one fails or ends: then it tells the leader, which
 * would wait for the items of that follower for ever.
 * @param failed called with the cause
 */
export function hireFollowers(
  pool: Pool,
  control: Int32Array,
  ports: readonly MessagePort[],
  failed: (error: Error) => void,
): Followers {
  const fail = (error: Error) => {
    failed(error);
    failCrew(control, error.message);
  };
  const hired = ports.map((port) => {
    const request = pool.request();
    let leave = () => {};
    const left = new Promise<void>((resolve) => {
      leave = resolve;
    });
    const introduced = request.thread.then(
      (thread) => {
        const over = (error?: Error) => {
          if (error) fail(error);
          if (error) pool.retire(thread);
          else pool.giveBack(thread);
          leave();
        };
        thread.listen({
          message(reply: FollowerReply) {
            thread.held = reply.held;
            over(reply.kind === "failed" ? errorOf(reply) : undefined);
          },
          ended: over,
        });
        thread.post({ kind: "follow", control, port }, [port]);
      },
      (error: Error) => {
        port.close();
        fail(error);
        leave();
      },
    );
    const withdraw = () => {
      if (!request.withdraw()) return;
      port.close();
      leave();
    };
    return { introduced, left, withdraw };
  });
  const left = Promise.all(hired.map((each) => each.left));
  return {
    introduced: Promise.all(hired.map(({ introduced }) => introduced)),
    left,
    dismiss() {
      dismissCrew(control);
      for (const { withdraw } of hired) withdraw();
      return left;
    },
  };
}
