import { createHash, timingSafeEqual } from "node:crypto";
import { OptionError } from "../../errors.js";
import { RequestError } from "../problems.js";

/** A token, and how logs and limits call who has it. */
interface Known {
  name: string;
  hash: Buffer;
}

/** Who may ask. */
export interface Auth {
  /** Whether a token is needed. */
  readonly needed: boolean;
  /**
   * The name of who has the token; undefined where none is needed.
   * @throws {RequestError} for a token that is missing or unknown
   */
  clientOf(authorization: string | undefined): string | undefined;
}

const SHORTEST = 16; // characters

/**
 * Tokens as the environment has them, between commas or spaces: TOKEN, or NAME=TOKEN.
 * @throws {OptionError} for one that is too short to be a secret, or stands twice
 */
export function openAuth(tokens: string | undefined): Auth {
  const known = (tokens ?? "")
    .split(/[\s,]+/)
    .filter(Boolean)
    .map((text, k): Known => {
      const [, name = `token ${k + 1}`, token] = /^(?:([\w.-]+)=)?(.+)$/.exec(text)!;
      if (token.length < SHORTEST)
        throw new OptionError(
          `UNDERTONE_TOKENS: token ${k + 1} has ${token.length} characters, expected at least ${SHORTEST}. A short one can be guessed; make one with "openssl rand -hex 24".`,
        );
      return { name, hash: hashOf(token) };
    });
  if (new Set(known.map(({ name }) => name)).size < known.length)
    throw new OptionError("UNDERTONE_TOKENS: got a name twice, expected a name of its own for each token.");
  return {
    needed: known.length > 0,
    clientOf(authorization) {
      if (known.length === 0) return undefined;
      const [, token] = /^Bearer +(\S+)$/i.exec(authorization ?? "") ?? [];
      if (token === undefined) throw refused("got no token, expected one in the header: Authorization: Bearer TOKEN.");
      const hash = hashOf(token);
      let found: Known | undefined;
      // every token is compared, whichever fits, so the time does not tell which
      for (const each of known) if (timingSafeEqual(each.hash, hash)) found = each;
      if (!found)
        throw refused("got a token that the server does not know. It may have been replaced; ask who runs it.");
      return found.name;
    },
  };
}

/** @throws {OptionError} for an address that others reach, where no token is needed and nobody said so */
export function expectTokens({ needed }: Auth, { host, open = false }: { host: string; open?: boolean }): void {
  if (needed || open || isOwn(host)) return;
  throw new OptionError(
    `\`host\`: got ${host}, which other machines reach, and no token, expected one. Anyone could ask: set UNDERTONE_TOKENS to a secret (openssl rand -hex 24), or say that anyone may (\`open\`).`,
  );
}

/** Whether only this machine reaches an address. */
function isOwn(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function refused(message: string): RequestError {
  return new RequestError("unauthorized", `authorization: ${message}`, { "www-authenticate": "Bearer" });
}

/** Tokens of any length take one time to compare. */
function hashOf(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}
