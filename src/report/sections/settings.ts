import type { Comparison } from "../../evaluate/comparison/comparison.js";
import { setName } from "../charts/breaks.js";
import { type Html, html } from "../charts/html.js";
import { seconds } from "../charts/numbers.js";

/** Everything that decides the numbers, and the command that repeats them. */
export function settingsSection(comparison: Comparison, command: readonly string[] | undefined): Html {
  const { settings, hashes, environment, seed, networkSeeds, started, files, resamples, plan } = comparison;
  const origin: [string, string][] = [
    ["seed", String(seed)],
    ["network seeds", networkSeeds.join(", ")],
    ["resamples", plan],
    ["data, SHA-256", hashes.data],
    ["settings, SHA-256", hashes.settings],
    ...resamples.map(({ splitSha256 }, k): [string, string] => [
      resamples.length > 1 ? `split ${k + 1}, SHA-256` : "split, SHA-256",
      splitSha256,
    ]),
    ...files.map(({ path, sha256 }): [string, string] => [`${path}, SHA-256`, sha256]),
  ];
  const place: [string, string][] = [
    ["undertone", environment.undertone],
    ["engine", environment.engine],
    ["threads", String(environment.threads)],
    ["runtime", environment.runtime],
    ["platform", environment.platform],
    ["processor", `${environment.processor}, ${environment.cores} cores`],
    ["started", started],
    ["took", seconds(comparison.seconds)],
  ];
  return html`<section id="again" aria-labelledby="again-title">
<h2 id="again-title">How to make this again</h2>
${
  command
    ? html`<p>With the same version, data and engine, this command gives the same numbers:</p>
<pre tabindex="0"><code>${setName(command.map(quoted).join(" "))}</code></pre>`
    : html`<p>Made with the library and the settings below; <code>compare</code> with the same settings, data and engine gives the same numbers.</p>`
}
<h3>Seeds and hashes</h3>
${pairs(origin)}
<h3>Where it ran</h3>
${pairs(place)}
<h3>Every setting</h3>
${pairs(flat(settings))}
</section>
`;
}

function pairs(rows: readonly (readonly [string, string])[]): Html {
  return html`<dl class="pairs">${rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

/** Nested settings as paths and values: "fit.train.seed", "1". */
function flat(value: unknown, path = ""): [string, string][] {
  const plain = typeof value === "object" && value !== null && !Array.isArray(value);
  const entries = plain ? Object.entries(value as object) : [];
  if (plain && entries.length > 0)
    return entries.flatMap(([key, inner]) => flat(inner, path === "" ? key : `${path}.${key}`));
  return value === undefined ? [] : [[path, written(value)]];
}

function written(value: unknown): string {
  if (Array.isArray(value)) return value.map(written).join(", ");
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** As a shell of Unix takes it. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
