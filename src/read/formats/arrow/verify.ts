/** A table of a flatbuffer, by its place. A field is named by its place in the list of fields. */
export interface FlatTable {
  view: DataView;
  /** Where the field stands; 0: it is absent. */
  field(place: number): number;
}

/**
 * The table that the offset at a place leads to.
 * @throws {RangeError} if it is not within the bytes
 */
export function tableAt(bytes: Uint8Array, at: number): FlatTable {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = at + view.getUint32(at, true);
  const list = start - view.getInt32(start, true);
  const field = (place: number) => {
    const offset = place < view.getUint16(list, true) ? view.getUint16(list + place, true) : 0;
    return offset && start + offset;
  };
  return { view, field };
}

/** Values of a column without buffers (nulls) that are believed. */
const FREE_VALUES = 1 << 20;
/** A packed byte may stand for that many. */
const MOST_RATIO = 1 << 15;

/**
 * Checks the description of a message before the library decodes it, which believes every length: all vectors lie
 * within the bytes, there are no more tables than fit into them, and no more values than the body can hold.
 * @param table of the message's own kind
 * @param body bytes behind the description
 * @throws {Error} otherwise
 */
export function verify(
  bytes: Uint8Array,
  kind: "schema" | "dictionary" | "batch",
  table: FlatTable,
  body: number,
): void {
  let left = bytes.length / 8; // tables
  if (kind === "schema") {
    if (table.field(4) && table.view.getInt16(table.field(4), true) !== 0) throw new Error("numbers are big-endian");
    verifyTables(table, 6, verifyField);
    verifyTables(table, 8, () => {});
  } else if (kind === "batch") verifyBatch(table);
  else if (table.field(6)) verifyBatch(tableAt(bytes, table.field(6)));

  /** @returns the places of the elements */
  function vectorOf({ view, field }: FlatTable, place: number, size: number): { begin: number; count: number } {
    const at = field(place);
    if (!at) return { begin: 0, count: 0 };
    const start = at + view.getUint32(at, true);
    const count = view.getUint32(start, true);
    if (count * size > bytes.length - start - 4) throw new Error(`a list of ${count} entries`);
    return { begin: start + 4, count };
  }

  function verifyTables(parent: FlatTable, place: number, each: (table: FlatTable) => void): void {
    const { begin, count } = vectorOf(parent, place, 4);
    for (let k = 0; k < count; k++) {
      if (left-- <= 0) throw new Error("more tables than there is room for");
      each(tableAt(bytes, begin + 4 * k));
    }
  }

  function verifyField(field: FlatTable): void {
    const type = field.field(10) ? tableAt(bytes, field.field(10)) : undefined;
    if (type && field.field(8) && bytes[field.field(8)] === 14) vectorOf(type, 6, 4); // of a union, its types
    verifyTables(field, 14, verifyField);
    verifyTables(field, 16, () => {});
  }

  function verifyBatch(batch: FlatTable): void {
    const { view } = batch;
    const most = Math.max(FREE_VALUES, 8 * body * (batch.field(10) ? MOST_RATIO : 1));
    const nodes = vectorOf(batch, 6, 16);
    for (let k = 0; k < nodes.count; k++) {
      const length = Number(view.getBigInt64(nodes.begin + 16 * k, true));
      if (!(length >= 0 && length <= most)) throw new Error(`a column of ${length} values in ${body} bytes`);
    }
    const buffers = vectorOf(batch, 8, 16);
    for (let k = 0; k < buffers.count; k++) {
      const [from, length] = [0, 8].map((at) => Number(view.getBigInt64(buffers.begin + 16 * k + at, true)));
      if (!(from >= 0 && length >= 0 && from + length <= body))
        throw new Error("a buffer that ends behind its message");
    }
    vectorOf(batch, 12, 8); // buffers of views
  }
}
