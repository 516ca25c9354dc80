import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { RequestError } from "../problems.js";

export interface BodyLimits {
  /** Bytes, also unpacked. */
  most: number;
  /** Milliseconds until the last byte. */
  time: number;
}

/** Memory that bodies on their way take together. */
export interface BodyRoom {
  /** @throws {RequestError} if there is no room for that many bytes more */
  take(bytes: number): void;
  give(bytes: number): void;
  readonly held: number;
}

/** Bytes that are unpacked at a time: each time, a thread of Node's pool has to be found. */
const UNPACKED = 1 << 17;

/** The client went away before its body was complete; there is nobody to answer. */
export class CutOff extends Error {}

export function openBodyRoom(most: number): BodyRoom {
  let held = 0;
  return {
    take(bytes) {
      if (held + bytes > most)
        throw new RequestError("busy", "body: the server holds as many bodies as its memory allows. Ask again soon.", {
          "retry-after": "1",
        });
      held += bytes;
    },
    give(bytes) {
      held -= bytes;
    },
    get held() {
      return held;
    },
  };
}

/**
 * The bytes of a body, unpacked. The caller gives their room back.
 * @throws {RequestError} for a body that is too large, too slow or packed in another way than gzip; {CutOff}
 */
export function readBody(incoming: IncomingMessage, { most, time }: BodyLimits, room: BodyRoom): Promise<Uint8Array> {
  const { headers } = incoming;
  const told = Number(headers["content-length"] ?? 0);
  if (told > most) throw tooLarge(most, `${told} bytes`);
  const coding = (headers["content-encoding"] ?? "identity").toLowerCase().trim();
  if (coding !== "identity" && coding !== "gzip")
    throw new RequestError(
      "wrong-type",
      `body: got the content encoding "${coding.slice(0, 40)}", expected gzip, or none.`,
      { "accept-encoding": "gzip" },
    );
  return new Promise((resolve, reject) => {
    const pieces: Uint8Array[] = [];
    let size = 0;
    let packed = 0;
    const gunzip = coding === "gzip" ? createGunzip({ chunkSize: UNPACKED }) : undefined;
    const source: Readable = gunzip ?? incoming;
    const timer = setTimeout(() => end(tooSlow(time)), time);
    let ended = false;
    const end = (error?: Error) => {
      if (ended) return;
      ended = true;
      clearTimeout(timer);
      incoming.off("data", count).off("close", close);
      source.off("data", add).off("end", done).off("error", broken);
      if (!error) return resolve(pieces.length === 1 ? pieces[0] : Buffer.concat(pieces, size));
      incoming.unpipe();
      gunzip?.destroy();
      room.give(size);
      incoming.resume(); // what still comes is not kept
      reject(error);
    };
    const add = (piece: Uint8Array) => {
      try {
        if (size + piece.length > most) throw tooLarge(most, gunzip ? "more, unpacked" : "more");
        room.take(piece.length);
        size += piece.length;
        pieces.push(piece);
      } catch (error) {
        end(error as Error);
      }
    };
    const count = (piece: Uint8Array) => {
      packed += piece.length;
      if (packed > most) end(tooLarge(most, "more"));
    };
    const done = () => end();
    const close = () => {
      if (!incoming.complete) end(new CutOff("The client went away."));
    };
    const broken = (cause: Error) => {
      if (!gunzip) return end(new CutOff("The client went away.", { cause }));
      end(
        new RequestError(
          "bad-request",
          `body: no sound gzip stream (${cause.message}). It may be cut off.`,
          {},
          { cause },
        ),
      );
    };
    incoming.on("close", close);
    source.on("data", add).on("end", done).on("error", broken);
    if (gunzip) {
      incoming.on("data", count).on("error", close);
      incoming.pipe(gunzip);
    }
  });
}

function tooLarge(most: number, got: string): RequestError {
  return new RequestError(
    "too-large",
    `body: got ${got}, expected at most ${most} bytes. Send fewer cases per request, or have the server started with a larger \`maxBody\`.`,
  );
}

function tooSlow(time: number): RequestError {
  return new RequestError(
    "too-slow",
    `body: got a part of it in ${time / 1000} s, expected all. Send it faster, or have the server started with a longer \`bodyTimeout\`.`,
  );
}
