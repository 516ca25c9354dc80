import { expect, test } from "vitest";
import { inFlags, splitNames } from "../../src/cli/schema-flags.js";

test.each([
  ["a,b", ["a", "b"]],
  [" a , b ", ["a", "b"]],
  ['"a, b",c', ["a, b", "c"]],
  ['"say ""x""",c', ['say "x"', "c"]],
  ["", [""]],
  ["a,,b", ["a", "", "b"]],
])("names between commas: %s", (text, names) => expect(splitNames(text)).toEqual(names));

test("a quote without an end is refused", () => expect(() => splitNames('"a,b')).toThrow(/no end/));

test("a value that a shell would take apart is shown in quotes", () => {
  expect(inFlags('give `timeFormat: "%d.%m.%Y %H:%M"` or `missing: ["NA"]`')).toBe(
    'give --time-format "%d.%m.%Y %H:%M" or --missing NA',
  );
  expect(inFlags('give `missing: ["NA", "null"]`')).toBe("give --missing NA,null");
});
