/** Where the cells of some rows stand in their bytes: cell c of row r at index r * width + c. */
export interface ScannedRows {
  bytes: Buffer;
  width: number;
  /** The line of an editor on which each row ends. */
  rows: ArrayLike<number>;
  /** The first byte of each cell, and the byte behind it. */
  starts: Int32Array;
  /** `~end` of a quoted cell. */
  ends: Int32Array;
}

/** What is wrong with a row; `column` counts from 1. */
export type Fault = { row: number; column: number } & (
  | { kind: "width"; got: number }
  | { kind: "open quote" }
  | { kind: "after quote"; got: string }
);

export interface Scanned {
  rows: ScannedRows;
  /** Bytes that were read: behind them a row is not complete. */
  read: number;
  /** What is wrong behind the rows. */
  fault?: Fault;
}

const [TAB, LF, VT, FF, CR, SPACE, QUOTE] = [9, 10, 11, 12, 13, 32, 34];

/**
 * Scans rows of delimited text. A cell that begins with a quote ends with one, and a quote in it is written twice; in
 * another cell a quote is a character. Blanks around a cell do not belong to it. A row ends in LF, CR LF or CR. Blank
 * lines are skipped.
 */
export interface Scanner {
  /** Rows are valid until the next scan. @param last whether nothing follows these bytes */
  scan(bytes: Buffer, last: boolean): Scanned;
  /** The line on which the next row begins. */
  line(): number;
}

/**
 * @param separator one byte; a space stands for any number of spaces and tabs
 * @param line of an editor on which the first bytes stand
 * @param quotes false: a quote is a character everywhere
 */
export function createScanner(separator: number, line = 1, quotes = true): Scanner {
  const stops = new Uint8Array(256); // the bytes at which a cell without quotes ends
  for (const byte of [separator, separator === SPACE ? TAB : separator, LF, CR]) stops[byte] = 1;
  const room = { starts: new Int32Array(1024), ends: new Int32Array(1024) };
  const state = { separator, line, width: 0, quote: quotes ? QUOTE : -1, stops, ...room };
  return { scan: (bytes, last) => scanRows(bytes, last, state), line: () => state.line };
}

interface State {
  separator: number;
  /** Of the next row. */
  line: number;
  width: number;
  quote: number;
  stops: Uint8Array;
  /** Of the rows of one scan: they are written anew by the next one. */
  starts: Int32Array<ArrayBuffer>;
  ends: Int32Array<ArrayBuffer>;
}

function scanRows(bytes: Buffer, last: boolean, state: State): Scanned {
  const { separator, quote, stops } = state;
  const n = bytes.length;
  const runs = separator === SPACE;
  let { starts, ends } = state;
  const rows: number[] = [];
  let begun = 0; // cells of complete rows
  let read = 0;
  let fault: Fault | undefined;
  scan: for (let k = 0; k < n; read = k) {
    let line = state.line;
    let cells = begun;
    for (;;) {
      if (cells === starts.length) [starts, ends] = [widened(starts), widened(ends)];
      if (bytes[k] <= SPACE) while (k < n && isBlank(bytes[k], separator)) k++;
      if (bytes[k] === quote) {
        const close = closingQuote(bytes, k + 1);
        if (close === n) {
          if (last) fault = { kind: "open quote", row: line, column: cells - begun + 1 };
          break scan;
        }
        line += lineEnds(bytes, k, close);
        starts[cells] = k + 1;
        ends[cells++] = ~close;
        k = close + 1;
      } else {
        const start = k;
        while (k < n && stops[bytes[k]] === 0) k++;
        let end = k;
        while (end > start && bytes[end - 1] <= SPACE && isBlank(bytes[end - 1], separator)) end--;
        starts[cells] = start;
        ends[cells++] = end;
      }
      const behind = k;
      if (bytes[k] !== separator || runs) while (k < n && isBlank(bytes[k], separator)) k++;
      if (k === n && !last) break scan;
      if (k === n) break;
      const byte = bytes[k];
      if (byte === LF || byte === CR) {
        if (byte === CR && k + 1 === n && !last) break scan; // LF may follow
        k += byte === CR && bytes[k + 1] === LF ? 2 : 1;
        break;
      }
      if (runs && k > behind) continue;
      if (byte === separator && ++k) continue;
      fault = { kind: "after quote", row: line, column: cells - begun, got: firstCharacter(bytes, k) };
      break scan;
    }
    const got = cells - begun;
    const blank = got === 1 && starts[begun] === ends[begun];
    if (!blank) state.width ||= got;
    if (!blank && got !== state.width) {
      fault = { kind: "width", row: line, column: Math.min(got, state.width), got };
      break;
    }
    if (!blank) rows.push(line);
    if (!blank) begun = cells;
    state.line = line + 1;
  }
  Object.assign(state, { starts, ends });
  return {
    rows: { bytes, width: state.width, rows, starts: starts.subarray(0, begun), ends: ends.subarray(0, begun) },
    read,
    fault,
  };
}

function isBlank(byte: number, separator: number): boolean {
  return byte === SPACE || (byte === TAB && separator !== TAB) || byte === VT || byte === FF;
}

/** Where the quote stands that ends a cell, from k on inside it; the number of bytes if there is none. */
function closingQuote(bytes: Buffer, k: number): number {
  for (; k < bytes.length; k++)
    if (bytes[k] === QUOTE) {
      if (bytes[k + 1] !== QUOTE) return k;
      k++;
    }
  return bytes.length;
}

/** Ends of lines between two bytes. */
export function lineEnds(bytes: Buffer, from: number, to: number): number {
  let count = 0;
  for (let k = from; k < to; k++) if (bytes[k] === LF || (bytes[k] === CR && bytes[k + 1] !== LF)) count++;
  return count;
}

function firstCharacter(bytes: Buffer, k: number): string {
  return String.fromCodePoint(bytes.toString("utf8", k, k + 4).codePointAt(0)!);
}

function widened(cells: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const wider = new Int32Array(2 * cells.length + 16);
  wider.set(cells);
  return wider;
}
