import { WORKER } from "../built-file.js";
import { runInBackground } from "./background.js";
import { hireFollowers } from "./followers.js";
import { createPool, type Pool } from "./pool.js";
import type { Line } from "./serve.js";
import { startThread, type ThreadLimits } from "./thread.js";
import { pool as ownPool } from "./threads.js";

/** Sent to a worker: hire followers for a leader that is somebody else. */
export interface HireMessage {
  kind: "hire";
  /** The program of the followers. */
  entry: string;
  limits?: ThreadLimits;
  control: Int32Array;
  ports: MessagePort[];
}

/**
 * Hires followers for a calling thread that leads, as that of a timed run does. It sleeps while it leads, and hears of no
 * thread that ends. So one more thread hires them and listens. It does nothing else, and takes no item.
 * @returns when each follower has its task
 * @throws {EngineError} if a thread cannot start
 */
export function hireBeside(
  control: Int32Array,
  ports: MessagePort[],
  { pool = ownPool, entry = WORKER, limits }: { pool?: Pool; entry?: URL; limits?: ThreadLimits } = {},
): Promise<void> {
  const message: HireMessage = { kind: "hire", entry: entry.href, limits, control, ports };
  return new Promise((introduced, failed) => {
    runInBackground(message, { onProgress: () => introduced(), transfer: ports }, pool).catch(failed);
  });
}

/**
 * In a worker: hires followers and stays until they have left. Then they end, as nobody else hires them. A failure
 * reaches their leader through the control block.
 */
export async function leadHiring({ entry, limits, control, ports }: HireMessage, line: Line): Promise<void> {
  const { request, retire } = createPool(() => startThread(new URL(entry), limits));
  let failure: Error | undefined;
  const followers = hireFollowers({ request, retire, giveBack: retire }, control, ports, (error) => {
    failure ??= error;
  });
  await followers.introduced;
  if (failure) await followers.dismiss();
  else line.progress("introduced");
  await followers.left;
  if (failure) throw failure;
}
