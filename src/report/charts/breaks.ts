import { type Html, html } from "./html.js";

/** The name of a feature set, or a list of some: a line may end behind "+" and ",". */
export function setName(name: string): Html {
  return breakable(name, /(?<=[+,])/);
}

/** The name of a data set: a line may end where a new word begins, as in "PhalangesOutlines" and "card_payments". */
export function dataName(name: string): Html {
  return breakable(name, /(?<=[a-z0-9])(?=[A-Z])|(?<=[_./-])/);
}

/** What is copied from the page stays whole. */
function breakable(text: string, places: RegExp): Html {
  return html`${text.split(places).map((word, k) => html`${k > 0 && html`<wbr>`}${word}`)}`;
}
