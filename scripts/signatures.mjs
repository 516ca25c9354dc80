// @ts-check
// Reads the table of kernels (kernels/src/kernels.def) and writes TypeScript's side of it, src/engine/kernels.ts.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeWhole } from "./freshness.mjs";

const TABLE = "kernels/src/kernels.def";
const WRITTEN = "src/engine/kernels.ts";
const WIDTH = 110;
const TENSORS = ["in", "out", "inout", "optional_in", "optional_out", "optional_inout"];
const NUMBERS = ["size", "flag", "integer", "real"];

/**
 * @typedef {{ name: string, native: string, kind: string, tensor: boolean, optional: boolean }} Argument
 * @typedef {{ name: string, native: string, result: string, comment: string[], arguments: Argument[] }} Signature
 *   `name` is that of TypeScript, `native` that of C
 */

/** @param {string} name a name in C */
const camel = (name) => name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());

/**
 * Every kernel, in the order of the table.
 * @param {string} text of kernels.def
 * @returns {Signature[]}
 */
export function parseSignatures(text) {
  const lines = /((?:^\/\/.*\n)*)^KERNEL\((\w+), (\w+),([^;{}/]*?)\)\n(?=\n)/gm;
  const signatures = Array.from(`${text}\n`.matchAll(lines), ([, comment, result, native, list]) => {
    const refuse = (/** @type {string} */ why) => new Error(`${TABLE}: ${native}: ${why}.`);
    if (!comment) throw refuse("got no comment, expected what the kernel does and what its arguments are");
    if (!["void", "double"].includes(result)) throw refuse(`got the result ${result}, expected void or double`);
    return {
      ...{ name: camel(native), native, result },
      comment: comment
        .trimEnd()
        .split("\n")
        .map((line) => line.replace(/^\/\/ ?/, "")),
      arguments: list.split(",").map((each) => {
        const [, kind, native] = each.trim().match(/^(\w+)\((\w+)\)$/) ?? [];
        const tensor = TENSORS.includes(kind);
        if (!tensor && !NUMBERS.includes(kind))
          throw refuse(
            `got the argument "${each.trim()}", expected KIND(NAME), KIND one of ${[...TENSORS, ...NUMBERS].join(", ")}`,
          );
        return { name: camel(native), native, kind, tensor, optional: kind.startsWith("optional") };
      }),
    };
  });
  const written = text.match(/^\s*KERNEL\(/gm)?.length ?? 0;
  if (signatures.length !== written)
    throw new Error(
      `${TABLE}: ${written} lines begin with KERNEL, ${signatures.length} can be read. Leave a blank line between kernels.`,
    );
  return signatures;
}

/** @param {string} root */
export const readSignatures = (root) => parseSignatures(readFileSync(join(root, TABLE), "utf8"));

/** Lines of at most WIDTH, broken at spaces. @param {string} text @param {string} indent @returns {string[]} */
function wrap(text, indent) {
  /** @type {string[]} */
  const lines = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= WIDTH) lines[lines.length - 1] += ` ${word}`;
    else lines.push(indent + word);
  }
  return lines;
}

/** @param {Signature} signature */
function documentation({ comment, arguments: list }) {
  const sentences = comment.filter((line) => !line.startsWith("  ")).join(" ");
  const items = comment.filter((line) => line.startsWith("  ")).map((line) => `- ${line.trim()}`);
  const renamed = (/** @type {string} */ text) =>
    list.reduce((sum, { name, native }) => sum.replaceAll(new RegExp(`\\b${native}\\b`, "g"), name), text);
  return [
    "  /**",
    ...wrap(sentences, "   * "),
    ...items.flatMap((item) =>
      wrap(renamed(item), "   * ").map((line, k) => (k === 0 ? line : line.replace("* ", "*   "))),
    ),
    "   */",
  ];
}

/** The text of src/engine/kernels.ts. @param {Signature[]} signatures */
export function typescriptOf(signatures) {
  const members = signatures.flatMap((signature) => {
    const fields = signature.arguments.map(({ name, kind }) => `${name}: ${kind === "flag" ? "boolean" : "number"};`);
    const result = signature.result === "void" ? "void" : "number";
    const line = `  ${signature.name}(args: { ${fields.join(" ").slice(0, -1)} }): ${result};`;
    return [
      ...documentation(signature),
      ...(line.length <= WIDTH
        ? [line]
        : [
            `  ${signature.name}(args: {`,
            ...wrap(fields.join(" ").replaceAll(": ", ":\0"), "    ").map((each) => each.replaceAll("\0", " ")),
            `  }): ${result};`,
          ]),
    ];
  });
  const calls = signatures.flatMap(({ name, native, arguments: list }) => {
    const values = list.map((each) =>
      each.tensor ? `at(a.${each.name})` : each.kind === "flag" ? `+a.${each.name}` : `a.${each.name}`,
    );
    const line = `    ${name}: (a) => ${native}(${values.join(", ")}),`;
    if (line.length <= WIDTH) return [line];
    const call = `      ${native}(${values.join(", ")}),`;
    const broken = [`      ${native}(`, ...wrap(values.join(", "), "        "), "      ),"];
    return [`    ${name}: (a) =>`, ...(call.length <= WIDTH ? [call] : broken)];
  });
  return `${[
    "// Written by scripts/signatures.mjs (npm run setup) from kernels/src/kernels.def. Change the table, not this file.",
    "",
    "/**",
    " * The kernels over one arena. Tensors are offsets into it, NONE is an absent one. What B, T, Hp, packed rows, `mask` and",
    " * `active` are, and what each kind of argument may be: kernels/src/kernels.def.",
    " */",
    "export interface Kernels {",
    ...members,
    "}",
    "",
    "/** The kernels of a C module by their names there, with arguments in their order. */",
    "export type NativeKernels = Record<string, (...args: number[]) => number>;",
    "",
    "/**",
    " * Gives kernels of a C module named arguments.",
    " * @param at what C takes for an offset",
    " */",
    "export function nameArguments(native: NativeKernels, at: (offset: number) => number): Kernels {",
    "  const {",
    ...wrap(signatures.map(({ native }) => `${native},`).join(" "), "    "),
    "  } = native;",
    "  return {",
    ...calls,
    "  };",
    "}",
  ].join("\n")}\n`;
}

/** Writes src/engine/kernels.ts below `root` where the table says something else. @param {string} root */
export function writeSignatures(root) {
  const text = typescriptOf(readSignatures(root));
  const path = join(root, WRITTEN);
  if (!existsSync(path) || readFileSync(path, "utf8") !== text) writeWhole(path, text);
}
