type Numbers = Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer> | Int32Array<ArrayBuffer>;

/** Numbers that are collected in an array with room for more. */
export interface Growing<A extends Numbers> {
  array: A;
  /** How many there are. */
  length: number;
  /** Makes room for so many more. @returns the array, which may be a new one */
  room(more: number): A;
  /** Adds one. */
  push(value: number): void;
  /** All of them, valid until more are added, and begins anew. */
  take(): A;
}

/** Numbers whose room is used again: that of a piece, but not that of a whole table. */
const KEPT = 1 << 20;

export function growing<A extends Numbers>(Kind: new (length: number) => A): Growing<A> {
  let expected = 0; // the next piece is about as long as the one before
  return {
    array: new Kind(0),
    length: 0,
    room(more) {
      const { array, length } = this;
      if (length + more > array.length) {
        this.array = new Kind(Math.max(2 * array.length, length + more, expected, 64));
        this.array.set(array);
      }
      return this.array;
    },
    push(value) {
      if (this.length === this.array.length) this.room(1);
      this.array[this.length++] = value;
    },
    take() {
      const taken = this.array.subarray(0, this.length) as A;
      if (this.array.length > KEPT) {
        expected = this.length + (this.length >> 3);
        this.array = new Kind(0);
      }
      this.length = 0;
      return taken;
    },
  };
}
