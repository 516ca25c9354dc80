import { closeSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Column } from "../../source/table.js";
import { addCells, createRunColumn, gather, type Places, readCells, writeCells } from "./run-column.js";

/** Cells that a run holds before it is written. */
const RUN_CELLS = 4_000_000;
const RUN_ROWS = 1_000_000;

/** Rows that were sorted by a code and put into a file; rows of one code stay in their order. */
interface Run {
  /** [codes + 1], where the rows of each code begin. */
  starts: Int32Array;
  /** Where the numbers of the rows stand in the file. */
  rows: number;
  columns: readonly Places[];
}

/** Collects rows and gives them back by their codes, in memory that does not grow with their number. */
export interface RowRuns {
  /** @param codes of the rows of a chunk, from 0, each at most one above all before it */
  add(columns: readonly Column[], codes: Int32Array, rows: ArrayLike<number>): void;
  /** Writes what is still in memory. @returns how many rows each code has */
  end(): Int32Array;
  /** The rows with codes from `from` to `to` - 1, by code. */
  read(from: number, to: number): { rows: Float64Array; columns: Column[] };
  close(): void;
}

/**
 * @param folder in which a file is made
 * @param bare for each column, whether the text of a number or a date is of no use
 * @param most rows of a run
 */
export function createRowRuns(folder: string, bare: readonly boolean[], most = rowsOfRun(bare.length)): RowRuns {
  const file = openRunFile(join(folder, "rows"));
  const { put, get } = file;
  const columns = bare.map((numbersAlone) => createRunColumn(most, numbersAlone));
  const codes = new Int32Array(most);
  const rows = new Float64Array(most);
  const runs: Run[] = [];
  let counts = new Int32Array(16);
  let codeCount = 0;
  let held = 0;

  function write(): void {
    if (held === 0) return;
    const { order, starts } = orderOf(codes.subarray(0, held), codeCount);
    const sorted = gather(rows, order, new Float64Array(order.length));
    runs.push({ starts, rows: put(sorted), columns: columns.map((column) => writeCells(column, order, put)) });
    held = 0;
  }

  return {
    add(chunk, chunkCodes, numbers) {
      for (let done = 0; done < chunkCodes.length; ) {
        const count = Math.min(most - held, chunkCodes.length - done);
        for (const [c, column] of columns.entries()) addCells(column, chunk[c], done, count, held);
        for (let r = 0; r < count; r++) {
          const code = chunkCodes[done + r];
          codes[held + r] = code;
          rows[held + r] = numbers[done + r];
          if (code >= counts.length) counts = grown(counts, 2 * code);
          counts[code]++;
          if (code >= codeCount) codeCount = code + 1;
        }
        held += count;
        done += count;
        if (held === most) write();
      }
    },
    end() {
      write();
      return counts.subarray(0, codeCount);
    },
    read(from, to) {
      const slices = runs.flatMap((run) => {
        const last = run.starts.length - 1;
        const [begin, end] = [run.starts[Math.min(from, last)], run.starts[Math.min(to, last)]];
        return end > begin ? [{ run, begin, count: end - begin }] : [];
      });
      const total = slices.reduce((sum, { count }) => sum + count, 0);
      const owners = new Int32Array(total);
      const numbers = new Float64Array(total);
      let at = 0;
      for (const { run, begin, count } of slices) {
        get(numbers.subarray(at, at + count), run.rows + 8 * begin);
        for (let code = from; code < Math.min(to, run.starts.length - 1); code++)
          owners.fill(code - from, at + run.starts[code] - begin, at + run.starts[code + 1] - begin);
        at += count;
      }
      const { order } = orderOf(owners, to - from);
      return {
        rows: gather(numbers, order, new Float64Array(order.length)),
        columns: columns.map((column, c) =>
          readCells(
            column,
            order,
            slices.map(({ run, begin, count }) => ({ at: run.columns[c], begin, count })),
            get,
          ),
        ),
      };
    },
    close: file.close,
  };
}

function rowsOfRun(columns: number): number {
  return Math.max(1, Math.min(RUN_ROWS, Math.floor(RUN_CELLS / columns)));
}

/** Rows by their codes, those of one code in their order (a counting sort). */
function orderOf(codes: Int32Array, count: number) {
  const starts = new Int32Array(count + 1);
  for (const code of codes) starts[code + 1]++;
  for (let code = 0; code < count; code++) starts[code + 1] += starts[code];
  const next = starts.slice();
  const order = new Int32Array(codes.length);
  for (let r = 0; r < codes.length; r++) order[next[codes[r]]++] = r;
  return { order, starts };
}

function grown(array: Int32Array<ArrayBuffer>, size: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(size);
  larger.set(array);
  return larger;
}

/** A new file that arrays are put into, one behind the other. */
function openRunFile(path: string) {
  const file = openSync(path, "wx+");
  let size = 0;
  return {
    /** @returns where in the file it stands */
    put(array: Float64Array | Int32Array | Buffer): number {
      const at = size;
      const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
      for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done, bytes.length - done, at + done);
      size += bytes.length;
      return at;
    },
    get<A extends Float64Array | Int32Array | Uint8Array>(into: A, at: number): A {
      const bytes = new Uint8Array(into.buffer, into.byteOffset, into.byteLength);
      for (let done = 0; done < bytes.length; ) {
        const read = readSync(file, bytes, done, bytes.length - done, at + done);
        if (read === 0) throw new Error("the file of sorted rows was cut while it was in use");
        done += read;
      }
      return into;
    },
    close() {
      closeSync(file);
      rmSync(path, { force: true });
    },
  };
}
