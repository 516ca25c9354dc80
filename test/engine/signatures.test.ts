import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { parseSignatures, readSignatures, typescriptOf } from "../../scripts/signatures.mjs";
import { type Kernels, nameArguments } from "../../src/engine/kernels.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const signatures = readSignatures(root);

test("set-up wrote src/engine/kernels.ts from the table of today", () => {
  expect(readFileSync(join(root, "src/engine/kernels.ts"), "utf8")).toBe(typescriptOf(signatures));
});

test.each(signatures)("$name: each name reaches its place in C", ({ name, native, arguments: list }) => {
  const calls: number[][] = [];
  const kernels = nameArguments({ [native]: (...args) => calls.push(args) }, (offset) => 1000 + offset);
  const given = Object.fromEntries(list.map(({ name, kind }, k) => [name, kind === "flag" ? k % 2 === 0 : k]));
  (kernels[name as keyof Kernels] as (args: unknown) => unknown)(given);
  expect(calls).toEqual([
    list.map(({ tensor, kind }, k) => (tensor ? 1000 + k : kind === "flag" ? +(k % 2 === 0) : k)),
  ]);
});

describe("the table", () => {
  const comment = "// Does something.\n//   a_b [N]\n";

  test("a kernel may take several lines, and its names become those of TypeScript", () => {
    const [signature] = parseSignatures(`// A table.\n\n${comment}KERNEL(double, do_it, in(a_b),\n       size(N))\n`);
    expect(signature).toEqual({
      ...{ name: "doIt", native: "do_it", result: "double", comment: ["Does something.", "  a_b [N]"] },
      arguments: [
        { name: "aB", native: "a_b", kind: "in", tensor: true, optional: false },
        { name: "N", native: "N", kind: "size", tensor: false, optional: false },
      ],
    });
    expect(typescriptOf([signature])).toContain(
      "   * - aB [N]\n   */\n  doIt(args: { aB: number; N: number }): number;",
    );
  });

  test.each([
    ["KERNEL(void, f, in(a))\n", "f: got no comment"],
    [`${comment}KERNEL(float, f, in(a))\n`, "f: got the result float, expected void or double"],
    [`${comment}KERNEL(void, f, tensor(a))\n`, 'f: got the argument "tensor(a)", expected KIND(NAME)'],
    [`${comment}KERNEL(void, f, in(a))\n${comment}KERNEL(void, g, in(a))\n`, "Leave a blank line between kernels"],
  ])("%j is refused", (text, message) => {
    expect(() => parseSignatures(text)).toThrow(message);
  });
});
