import type { Random } from "../../src/random.js";

/** One way to damage the bytes of a file. */
type Mutation = (bytes: Buffer, random: Random) => Buffer;

const HUGE = ["1e38", "-3.4028235e38", "3e38", "1e309", "-1e-320", "9".repeat(400), "Infinity", "0x1F", "1e9", "-0"];

/** A place from 0 to the end. */
const placeIn = (bytes: Buffer, random: Random) => random.integer(bytes.length + 1);

/** Puts bytes in the place of [from, to). */
const replace = (bytes: Buffer, from: number, to: number, put: Uint8Array) =>
  Buffer.concat([bytes.subarray(0, from), put, bytes.subarray(to)]);

const insert = (bytes: Buffer, random: Random, put: Uint8Array) => {
  const at = placeIn(bytes, random);
  return replace(bytes, at, at, put);
};

function ofLines(change: (lines: string[], random: Random) => void): Mutation {
  return (bytes, random) => {
    const lines = bytes.toString("latin1").split("\n");
    change(lines, random);
    return Buffer.from(lines.join("\n"), "latin1");
  };
}

/** Every way by its name. */
export const mutations: Readonly<Record<string, Mutation>> = {
  flips(bytes, random) {
    const copy = Buffer.from(bytes);
    for (let k = random.integer(8); k >= 0; k--) copy[random.integer(copy.length)] ^= 1 << random.integer(8);
    return copy;
  },
  cut: (bytes, random) => bytes.subarray(0, placeIn(bytes, random)),
  bytes: (bytes, random) =>
    insert(
      bytes,
      random,
      Uint8Array.from({ length: 1 + random.integer(20) }, () => random.integer(256)),
    ),
  zeros: (bytes, random) => insert(bytes, random, new Uint8Array(1 + random.integer(2000))),
  quote: (bytes, random) => insert(bytes, random, Buffer.from(random.integer(2) ? '"' : "'")),
  swapped: ofLines((lines, random) => {
    const [a, b] = [random.integer(lines.length), random.integer(lines.length)];
    [lines[a], lines[b]] = [lines[b], lines[a]];
  }),
  doubled: ofLines((lines, random) => {
    const at = random.integer(lines.length);
    lines.splice(random.integer(lines.length), 0, lines[at]);
  }),
  dropped: ofLines((lines, random) => {
    lines.splice(random.integer(lines.length), 1);
  }),
  number(bytes, random) {
    const numbers = [...bytes.toString("latin1").matchAll(/-?\d+(\.\d+)?/g)];
    if (numbers.length === 0) return bytes;
    const { index, 0: text } = numbers[random.integer(numbers.length)];
    return replace(bytes, index, index + text.length, Buffer.from(HUGE[random.integer(HUGE.length)]));
  },
  encoding: (bytes, random) => {
    const text = bytes.toString("latin1");
    const choice = random.integer(3);
    if (choice === 0) return Buffer.from(`\ufeff${text}`, "utf16le");
    return choice === 1 ? Buffer.from(text, "utf16le") : Buffer.from(`\ufeff${text}`, "utf8");
  },
};
