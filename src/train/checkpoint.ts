import { ArtefactError, OptionError } from "../errors.js";
import { readWhole } from "../files/read-whole.js";
import { decodeSafetensors, encodeSafetensors } from "../files/safetensors.js";
import { writeFileAtomically } from "../files/write-file.js";
import { parseJson } from "../model/metadata.js";
import { restoreState, stateNumbers, stateTensors, type TrainState } from "../model/training-state.js";

/** Version of the checkpoint format; a checkpoint of another version cannot be resumed. */
const CHECKPOINT_VERSION = 3;

const AFRESH = "Training cannot continue from it. Remove the file and train afresh.";

/**
 * Saves the state of training, atomically.
 * @param identity names options and data; only the same ones can resume
 */
export async function saveCheckpoint(path: string, state: TrainState, identity: string): Promise<void> {
  const tensors = Object.fromEntries(
    Object.entries(stateTensors(state)).map(([name, data]) => [name, { shape: [data.length], data }]),
  );
  const metadata = {
    format: "undertone-checkpoint",
    version: String(CHECKPOINT_VERSION),
    identity,
    state: JSON.stringify(stateNumbers(state)),
  };
  await writeFileAtomically(path, encodeSafetensors(tensors, metadata));
}

/**
 * Reads a checkpoint back.
 * @returns undefined if there is none
 * @throws {OptionError} if it belongs to other options or other data
 * @throws {ArtefactError} if it is damaged, or of another version
 */
export async function loadCheckpoint(path: string, identity: string): Promise<TrainState | undefined> {
  const bytes = await readCheckpoint(path);
  if (!bytes) return undefined;
  const refuse = (why: string): never => {
    throw new ArtefactError(`${path}: ${why}. ${AFRESH}`);
  };
  const { tensors, metadata, checksum } = decodeSafetensors(bytes, path, AFRESH);
  const { format, version, identity: own, state } = metadata;
  if (format !== "undertone-checkpoint" || version !== String(CHECKPOINT_VERSION))
    return refuse("this is no checkpoint of this version of undertone");
  if (!checksum || own === undefined || state === undefined)
    return refuse("the checkpoint is damaged: a part of its header is missing");
  if (own !== identity)
    throw new OptionError(
      `${path}: this checkpoint was made with other options, another engine or other data, so it cannot be resumed. ` +
        "Give the same options as then, or remove the file to train afresh.",
    );
  const blocks = Object.fromEntries(Object.entries(tensors).map(([name, { data }]) => [name, data]));
  return restoreState(parseJson(state), blocks, (why) => refuse(`the checkpoint is damaged at ${why}`));
}

/**
 * The update that a checkpoint is at; undefined if there is none, or nothing in it.
 * @throws {ArtefactError} if it is damaged, or of another version
 */
export async function checkpointUpdate(path: string): Promise<number | undefined> {
  const bytes = await readCheckpoint(path);
  if (!bytes?.length) return undefined;
  const { metadata } = decodeSafetensors(bytes, path, AFRESH);
  const state = parseJson(metadata.state ?? "") as { update?: number } | undefined;
  return state?.update ?? 0;
}

async function readCheckpoint(path: string): Promise<Uint8Array | undefined> {
  return readWhole(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw new ArtefactError(`${path}: cannot be read: ${error.message}.`, { cause: error });
  });
}
