import { type Html, html } from "./html.js";

export interface Table {
  /** What the table holds, for those who hear the page. */
  caption: string;
  head: readonly string[];
  rows: readonly (readonly (string | number | Html)[])[];
  /** Columns from here on are numbers, set flush right; by default all but the first. */
  numbersFrom?: number;
}

export interface FigureParts {
  /** One sentence: what to see. */
  title: string | Html;
  /** How to read it, and what it rests on. */
  caption: string | Html;
  chart: Html;
  table: Table | readonly Table[];
}

/** Sets figures with a caption, their numbers as a table below, and counts them. */
export type Figures = (parts: FigureParts) => Html;

export function numberedFigures(): Figures {
  let n = 0;
  return ({ title, caption, chart, table }) => {
    n++;
    return html`<figure id="figure-${n}" aria-labelledby="figure-${n}-title">
<figcaption><p class="title" id="figure-${n}-title"><span class="number">Figure ${n}</span> ${title}</p><p>${caption}</p></figcaption>
${chart}
<details><summary>The numbers of figure ${n}</summary>${[table].flat().map(dataTable)}</details>
</figure>
`;
  };
}

/** A table that scrolls in itself where it is wider than the page. */
export function dataTable({ caption, head, rows, numbersFrom = 1 }: Table): Html {
  const css = (k: number) => (k >= numbersFrom ? "n" : "t");
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table><caption>${caption}</caption><thead><tr>${head.map(
    (name, k) => html`<th scope="col" class="${css(k)}">${name}</th>`,
  )}</tr></thead><tbody>${rows.map(
    (row) =>
      html`<tr>${row.map((cell, k) => (k === 0 ? html`<th scope="row" class="${css(k)}">${cell}</th>` : html`<td class="${css(k)}">${cell}</td>`))}</tr>`,
  )}</tbody></table></div>`;
}
