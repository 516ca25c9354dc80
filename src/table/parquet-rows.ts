import type { SchemaElement } from "hyparquet";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import { KEPT_KEY, PARQUET_KEY } from "../files/kinds.js";
import type { KeptColumn } from "../sequences/set/sequence-set.js";
import { VERSION } from "../version.js";
import type { FeatureTable } from "./feature-table.js";

/** The most numbers of a row group: 16 MB. */
const MOST_VALUES = 1 << 22;
const MOST_ROWS = 1 << 17;

/** Features on their way into a Parquet file. */
export interface ParquetRows {
  /** @param leading texts in front of the features, one per row @param kept columns of the data, behind these */
  append(
    table: FeatureTable,
    leading: readonly (readonly [name: string, texts: readonly string[]])[],
    kept: readonly KeptColumn[],
  ): Promise<void>;
  /** Writes what is left, and the contents. */
  finish(): Promise<void>;
}

/**
 * Writes features as Parquet: texts, kept columns of their own types (null = missing), then float32 columns. Row groups have a fixed number of rows, so the bytes do not
 * depend on the pieces in which the rows come. Memory holds one row group.
 * @param write adds bytes at the end of the file
 * @param content what the file says that it is
 */
export function openParquetRows(
  write: (bytes: Uint8Array) => Promise<void>,
  content: "features" | "scores" = "features",
): ParquetRows {
  const buffer = new ByteWriter();
  let writer: ParquetWriter | undefined;
  let texts: { name: string; values: string[] }[] = [];
  let beside: { name: string; values: unknown[] }[] = [];
  let features: { name: string; values: Float32Array }[] = [];
  let groupRows = 0;
  let rows = 0; // in the row group
  const begin = (names: readonly string[], kept: readonly KeptColumn[], columns: readonly string[]) => {
    groupRows = Math.max(1, Math.min(MOST_ROWS, Math.floor(MOST_VALUES / Math.max(1, columns.length))));
    texts = names.map((name) => ({ name, values: [] }));
    features = columns.map((name) => ({ name, values: new Float32Array(groupRows) }));
    beside = kept.map(({ name }) => ({ name, values: [] }));
    const root = { name: "root", num_children: names.length + kept.length + columns.length };
    const text = { type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "REQUIRED" } as const;
    const number = { type: "FLOAT", repetition_type: "REQUIRED" } as const;
    const schema: SchemaElement[] = [
      root,
      ...names.map((name) => ({ ...text, name })),
      ...kept.map(({ name, kind }) => ({ ...KEPT_TYPES[kind], name, repetition_type: "OPTIONAL" as const })),
      ...columns.map((name) => ({ ...number, name })),
    ];
    const kvMetadata: { key: string; value: string }[] = [{ key: PARQUET_KEY, value: content }];
    if (kept.length > 0) kvMetadata.push({ key: KEPT_KEY, value: JSON.stringify(kept.map(({ name }) => name)) });
    writer = new ParquetWriter({ writer: buffer, schema, kvMetadata, createdBy: `undertone version ${VERSION}` });
  };
  const handOn = async () => {
    await write(buffer.getBytes());
    buffer.index = 0; // `offset`, the place in the file, goes on
  };
  const endGroup = async () => {
    const columnData = [
      ...[...texts, ...beside].map(({ name, values }) => ({ name, data: values })),
      // numbers that look random: no dictionary makes them shorter, and no compression
      ...features.map(({ name, values }) => ({
        ...{ name, data: values.subarray(0, rows), encoding: "PLAIN" as const, codec: "UNCOMPRESSED" as const },
      })),
    ];
    await writer!.write({ columnData, rowGroupSize: groupRows });
    for (const column of [...texts, ...beside]) column.values = [];
    rows = 0;
    await handOn();
  };
  return {
    async append({ values, names, rows: count }, leading, kept) {
      if (!writer)
        begin(
          leading.map(([name]) => name),
          kept,
          names,
        );
      const C = names.length;
      for (let r = 0; r < count; r++) {
        texts.forEach((column, k) => void column.values.push(leading[k][1][r]));
        kept.forEach((column, k) => void beside[k].values.push(storedValue(column, r)));
        for (let c = 0; c < C; c++) features[c].values[rows] = values[r * C + c];
        rows++;
        if (rows === groupRows) await endGroup();
      }
    },
    async finish() {
      if (!writer) begin(["id"], [], []);
      if (rows > 0) await endGroup();
      await writer!.finish();
      await handOn();
    },
  };
}

/** What a kept column is in the file. */
const KEPT_TYPES = {
  texts: { type: "BYTE_ARRAY", converted_type: "UTF8" },
  numbers: { type: "DOUBLE" },
  dates: { type: "INT64", converted_type: "TIMESTAMP_MICROS" },
} as const;

function storedValue(column: KeptColumn, r: number): string | number | bigint | null {
  const value = column.values[r];
  if (typeof value === "string") return value === "" ? null : value;
  if (Number.isNaN(value)) return null;
  return column.kind === "dates" ? BigInt(Math.round(value * 1e6)) : value;
}
