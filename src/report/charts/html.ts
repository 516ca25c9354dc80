/** Text that is markup already; anything else is escaped when it is put into a page. */
export interface Html {
  readonly markup: string;
}

type Part = Html | string | number | null | undefined | false | readonly Part[];

/** Puts a page together: values are escaped, markup and lists of it go in as they are, null and false are left out. */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Html {
  let markup = strings[0];
  for (let k = 0; k < parts.length; k++) markup += textOf(parts[k]) + strings[k + 1];
  return { markup };
}

function textOf(part: Part): string {
  if (part === null || part === undefined || part === false) return "";
  if (typeof part === "number") return String(part);
  if (typeof part === "string") return escapeHtml(part);
  if ("markup" in part) return part.markup;
  return part.map(textOf).join("");
}

const ESCAPES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Safe between tags and inside quoted attributes; control characters, which a page may not hold, become U+FFFD. */
export function escapeHtml(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: names in data may hold them
  return text.replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/g, "\ufffd").replace(/[&<>"']/g, (c) => ESCAPES[c]);
}
