import { DataError } from "../../../errors.js";
import { emptyFile, type SourceFile } from "../../source/source-file.js";
import { tableAt, verify } from "./verify.js";

/** One message of an Arrow stream, complete with its prefix. */
export interface Message {
  kind: "schema" | "dictionary" | "batch";
  bytes: Uint8Array;
  /** Of a dictionary: which one, and whether it adds to the one before. */
  dictionary?: { id: string; isDelta: boolean };
}

const KINDS = [undefined, "schema", "dictionary", "batch"] as const;
const MAGIC = "ARROW1";
const MOST_METADATA = 1 << 26;
/** Less than a message has. */
const MOST_PADDING = 16;
const MOST_BODY = 2 ** 31 - 1;

/**
 * The messages of an Arrow file or stream, one at a time. A file is a stream between two marks, with a list of contents
 * behind it, which is not needed.
 * @throws {DataError} for another kind of file, and for one that ends without its end mark
 */
export async function* messagesOf(file: SourceFile): AsyncGenerator<Message> {
  const { path } = file;
  const bytes = byteReader(file);
  const head = await bytes.take(8);
  if (head.length === 0) throw emptyFile(path);
  const text = Buffer.from(head).toString("latin1");
  if (text.startsWith("FEA1"))
    throw new DataError(`${path}: this is Feather version 1, expected version 2 (Arrow). Write it again as version 2.`);
  const isFile = text.startsWith(MAGIC);
  if (!isFile && !(text.startsWith("\xff\xff\xff\xff") || head[3] === 0))
    throw new DataError(
      `${path}: the file does not begin as Arrow does. It may be of another kind than its name says; name its format with \`inputFormat\`, or write it again.`,
    );
  if (!isFile) bytes.putBack(head);
  for (;;) {
    const message = await next();
    if (message === undefined) break;
    yield message;
  }
  let behind = 0; // bytes
  let tail = Buffer.alloc(0);
  for (let more = await bytes.some(); more.length > 0; more = await bytes.some()) {
    behind += more.length; // to the end: for the hash, too
    tail = Buffer.concat([tail, more]).subarray(-4 - MAGIC.length);
  }
  if (isFile && tail.toString("latin1", 4) !== MAGIC) throw cutOff();
  const extra = behind - (isFile ? tail.readUInt32LE(0) + tail.length : 0); // beside the list of contents
  if (extra < 0 || extra > MOST_PADDING) throw new Error(`${extra} bytes behind its end mark`);

  /** @returns undefined at the end mark */
  async function next(): Promise<Message | undefined> {
    const prefix = await bytes.take(8);
    if (prefix.length < 8) throw cutOff();
    const view = new DataView(prefix.buffer, prefix.byteOffset, 8);
    const marked = view.getInt32(0, true) === -1;
    const size = view.getInt32(marked ? 4 : 0, true);
    if (!marked) bytes.putBack(prefix.subarray(4)); // before version 0.15
    if (size === 0) {
      if (!marked) await bytes.take(4);
      return undefined;
    }
    if (!(size > 0 && size <= MOST_METADATA)) throw new Error(`a message with ${size} bytes of description`);
    const about = await bytes.take(size);
    if (about.length < size) throw cutOff();
    const table = tableAt(about, 0);
    const kind = KINDS[about[table.field(6)] ?? 0];
    const length = table.field(10) ? Number(table.view.getBigInt64(table.field(10), true)) : 0;
    if (!(length >= 0 && length <= MOST_BODY)) throw new Error(`a message of ${length} bytes`);
    const body = await bytes.take(length);
    if (body.length < length) throw cutOff();
    if (!kind || !table.field(8)) throw new Error("a message that is no part of a table");
    const own = tableAt(about, table.field(8));
    verify(about, kind, own, length);
    const head = marked ? prefix : prefix.subarray(0, 4);
    const whole = new Uint8Array(head.length + size + length);
    whole.set(head);
    whole.set(about, head.length);
    whole.set(body, head.length + size);
    if (kind !== "dictionary") return { kind, bytes: whole };
    const id = own.field(4) ? String(own.view.getBigInt64(own.field(4), true)) : "0";
    return { kind, bytes: whole, dictionary: { id, isDelta: own.field(8) > 0 && about[own.field(8)] === 1 } };
  }

  function cutOff(): DataError {
    return new DataError(`${path}: ends without its end mark. The file is cut off; copy or write it again.`);
  }
}

/** Takes bytes of a file in any portions. What a damaged file claims to hold is not allocated before it is there. */
function byteReader(file: SourceFile) {
  const source = file.pieces()[Symbol.asyncIterator]();
  let held: Uint8Array[] = [];
  let size = 0;
  const more = async () => {
    const { value, done } = await source.next();
    if (done) return false;
    held.push(value);
    size += value.length;
    return true;
  };
  const all = () => {
    const bytes = Buffer.concat(held, size);
    held = [];
    size = 0;
    return bytes;
  };
  return {
    async take(count: number): Promise<Uint8Array> {
      while (size < count && (await more()));
      const bytes = all();
      if (bytes.length > count) this.putBack(bytes.subarray(count));
      return bytes.subarray(0, count);
    },
    /** Whatever comes next; nothing at the end. */
    async some(): Promise<Uint8Array> {
      if (size === 0) await more();
      return all();
    },
    putBack(bytes: Uint8Array) {
      held.unshift(bytes);
      size += bytes.length;
    },
  };
}
