import { DARK, LIGHT, properties } from "./charts/palette.js";

const TEXT = `"Iowan Old Style", "Palatino Linotype", Palatino, "URW Palladio L", P052, Charter, Georgia, serif`;
const CHART = `system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Liberation Sans", Arial, sans-serif`;
const CODE = `ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace`;

const ROLES = ["baseline", "control", "latent", "combination", "worse", ...LIGHT.classes.map((_, c) => `class-${c}`)];

/** The whole style sheet: a reading column, charts that may be wider, three media. */
export const STYLE = `
:root { ${properties(LIGHT)} color-scheme: light dark; }
@media (prefers-color-scheme: dark) { :root { ${properties(DARK)} } }
* { box-sizing: border-box; }
html { font: 1.0625rem/1.6 ${TEXT}; color: rgb(var(--ink)); background: rgb(var(--paper)); -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0; padding: 0 max(1.1rem, env(safe-area-inset-right)) 0 max(1.1rem, env(safe-area-inset-left)); }
main, footer { max-width: 56rem; margin: 0 auto; }
p, ul, dl, pre { margin: 0 0 1rem; }
main > section > p, .reasons, .notes, figcaption { max-width: 40rem; }
header { padding-top: clamp(1.5rem, 6vw, 4rem); }
h1 { font-size: clamp(1.7rem, 1.05rem + 3vw, 3rem); line-height: 1.12; font-weight: 600; letter-spacing: -0.012em; margin: 0.3rem 0 1.6rem; text-wrap: balance; overflow-wrap: anywhere; }
h2 { font-size: 1.55rem; line-height: 1.25; font-weight: 600; letter-spacing: -0.005em; margin: 0 0 0.8rem; text-wrap: balance; }
h3 { font: 600 0.92rem/1.4 ${CHART}; margin: 1.6rem 0 0.5rem; }
a { color: rgb(var(--latent)); text-underline-offset: 0.18em; }
:focus-visible { outline: 2px solid rgb(var(--latent)); outline-offset: 2px; }
.kicker { font: 600 0.8rem/1.4 ${CHART}; letter-spacing: 0.02em; color: rgb(var(--muted)); margin: 0; }
section { margin-top: 3.6rem; padding-top: 1.4rem; border-top: 1px solid rgb(var(--rule)); }
header + section { margin-top: 0; padding-top: 1.2rem; border-top: 3px solid rgb(var(--ink)); }
.headline { font-size: clamp(1.3rem, 1.05rem + 1.1vw, 1.7rem); line-height: 1.32; margin: 0.4rem 0 0.7rem; max-width: 36rem; text-wrap: balance; }
.choice { margin-bottom: 0.7rem; }
.reasons, .notes, .evidence { padding-left: 1.1rem; }
.evidence { max-width: 40rem; font: 0.88rem/1.5 ${CHART}; color: rgb(var(--muted)); font-variant-numeric: tabular-nums; }
.reasons li, .notes li, .evidence li { margin-bottom: 0.25rem; overflow-wrap: anywhere; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: 1.2rem 1.6rem; margin: 1.8rem 0 1.2rem; }
.facts div { display: flex; flex-direction: column-reverse; justify-content: flex-end; border-top: 1px solid rgb(var(--rule)); padding-top: 0.55rem; }
.facts dd { margin: 0; font: 600 1.5rem/1.2 ${CHART}; font-variant-numeric: tabular-nums; letter-spacing: -0.01em; }
.facts dt { font: 0.82rem/1.4 ${CHART}; color: rgb(var(--muted)); overflow-wrap: anywhere; }
.note, footer { font: 0.85rem/1.5 ${CHART}; color: rgb(var(--muted)); }
.note { max-width: 40rem; }
nav { margin-top: 1.6rem; font: 0.9rem/1.5 ${CHART}; }
nav ul { list-style: none; padding: 0; margin: 0; display: flex; flex-wrap: wrap; gap: 0.2rem 1.2rem; }
nav a { display: inline-block; padding: 0.3rem 0; }
footer { margin-top: 4rem; padding: 1.2rem 0 3rem; border-top: 1px solid rgb(var(--rule)); }

figure { margin: 1.8rem 0 0; }
figcaption { font: 0.88rem/1.5 ${CHART}; color: rgb(var(--muted)); margin-bottom: 1.1rem; overflow-wrap: anywhere; }
figcaption p { margin: 0; }
figcaption .title { font-weight: 600; font-size: 1rem; color: rgb(var(--ink)); margin-bottom: 0.25rem; text-wrap: pretty; }
figcaption .number { color: rgb(var(--muted)); font-weight: 400; margin-right: 0.35em; }
.keys { display: flex; flex-wrap: wrap; gap: 0.15rem 1.1rem; margin-top: 0.5rem; color: rgb(var(--ink)); }
.key { display: inline-flex; align-items: center; gap: 0.4rem; }
.key small { color: rgb(var(--muted)); }
.stroke-key { width: 1.9rem; height: 0.8rem; flex: none; }
.mark-key { width: 0.85rem; height: 0.85rem; flex: none; overflow: visible; fill: currentColor; }
.swatch { white-space: nowrap; }
.swatch i { display: inline-block; width: 0.62em; height: 0.62em; border-radius: 50%; background: currentColor; margin-right: 0.3em; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
details { margin-top: 0.9rem; font-family: ${CHART}; }
summary { cursor: pointer; font-size: 0.82rem; color: rgb(var(--muted)); padding: 0.35rem 0; width: fit-content; }
summary:hover { color: rgb(var(--ink)); }

svg { display: block; overflow: visible; font-family: ${CHART}; }
.away { position: absolute; width: 0; height: 0; }
.chart { padding-top: 1.9rem; padding-bottom: 3.3rem; }
.chart > svg { width: 100%; }
.lane { position: relative; margin-right: 18px; }
.lane svg { position: absolute; top: 0; left: 0; width: 100%; height: 100%; }
text { fill: rgb(var(--ink)); font-size: 12.5px; font-variant-numeric: tabular-nums; }
.tick, .axis { fill: rgb(var(--muted)); }
.middle { text-anchor: middle; }
.end { text-anchor: end; }
.label { paint-order: stroke; stroke: rgb(var(--paper)); stroke-width: 4px; stroke-linejoin: round; }
.forest .label { stroke-width: 6px; }
.halo { font-weight: 600; font-size: 14px; stroke-width: 5px; }
.quiet { fill: rgb(var(--muted)); }
.grid { stroke: rgb(var(--rule)); stroke-width: 1; shape-rendering: crispEdges; }
.foot { stroke: rgb(var(--muted)); stroke-width: 1; shape-rendering: crispEdges; }
.curve { fill: none; stroke: currentColor; stroke-width: 2; vector-effect: non-scaling-stroke; stroke-linejoin: round; stroke-linecap: round; }
.curve.latent, .curve.combination { stroke-width: 2.6; }
.curve.faint { stroke-width: 1; opacity: 0.4; }
.curve.given { color: rgb(var(--muted)); stroke-width: 2.6; opacity: 0.75; }
.curve.worse { stroke-width: 1.6; }
.curve.chance { stroke: rgb(var(--muted)); stroke-width: 1; stroke-dasharray: 2 4; }
.dash-1 { stroke-dasharray: 7 4; }
.dash-2 { stroke-dasharray: 2 4; }
.dash-3 { stroke-dasharray: 9 4 2 4; }
circle.full { fill: currentColor; stroke: rgb(var(--paper)); stroke-width: 1.5; stroke-dasharray: none; }
circle.open { fill: rgb(var(--paper)); stroke: currentColor; stroke-width: 2; }
text.latent, text.baseline { fill: currentColor; }
.points { fill: currentColor; fill-opacity: 0.72; stroke: rgb(var(--paper)); stroke-width: 0.6; }
${ROLES.map((name) => `.${name} { color: rgb(var(--${name})); }`).join("\n")}

.forest-row { display: grid; grid-template-columns: 13.5rem minmax(0, 1fr); column-gap: 1rem; align-items: stretch; border-top: 1px solid rgb(var(--rule)); }
.forest-foot { border-top-color: rgb(var(--muted)); }
.forest-name { margin: 0; padding: 0.45rem 0; font: 600 0.86rem/1.35 ${CHART}; overflow-wrap: anywhere; }
.forest-name small { display: block; font-weight: 400; font-size: 0.78rem; color: rgb(var(--muted)); }
.forest-heading { margin: 1.4rem 0 0.35rem; font: 600 0.82rem/1.4 ${CHART}; color: rgb(var(--muted)); }
.forest-heading:first-child { margin-top: 0; }
.interval { stroke: currentColor; stroke-width: 3; opacity: 0.55; }
.outer { stroke: currentColor; stroke-width: 1; opacity: 0.7; }
.stroke { stroke: currentColor; stroke-width: 1.2; opacity: 0.7; }
.strong .interval { stroke-width: 4; opacity: 0.75; }
.strong text { font-weight: 650; }
.zero { stroke: rgb(var(--ink)); stroke-width: 1.2; }
.reference { stroke: rgb(var(--muted)); stroke-width: 1; stroke-dasharray: 3 3; }

.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(19rem, 100%), 1fr)); gap: 0.5rem 2rem; }
.pair > :only-child { max-width: 28rem; }
.pair h3 { margin-top: 0.4rem; }
.multiples { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(12rem, 44%), 1fr)); gap: 0.6rem 1.2rem; }
.multiples .chart { padding-top: 1.5rem; padding-bottom: 2.9rem; }
.multiples .chart:not(:last-child) { padding-bottom: 0.4rem; }
.multiples text { font-size: 12px; }
.panel-title { font: 600 0.84rem/1.4 ${CHART}; margin: 0; overflow-wrap: anywhere; }
.panel-title small { font-weight: 400; color: rgb(var(--muted)); display: block; }
.bars { display: grid; grid-template-columns: minmax(3rem, max-content) minmax(0, 1fr); gap: 0.3rem 0.9rem; align-items: center; font: 0.86rem/1.4 ${CHART}; }
.bar-name { margin: 0; max-width: 10rem; overflow-wrap: anywhere; }
.bar { display: flex; align-items: center; gap: 0.5rem; padding-right: 4rem; }
.bar div { background: rgb(var(--baseline)); height: 0.95rem; min-width: 2px; flex: none; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.bar span { font-variant-numeric: tabular-nums; }

.scroll { overflow-x: auto; margin: 0.4rem 0 1rem; position: relative; background: linear-gradient(to right, rgb(var(--paper)) 1.5rem, transparent) left / 3rem 100% no-repeat local, linear-gradient(to left, rgb(var(--paper)) 1.5rem, transparent) right / 3rem 100% no-repeat local, linear-gradient(to right, rgb(var(--ink) / 14%), transparent) left / 0.6rem 100% no-repeat scroll, linear-gradient(to left, rgb(var(--ink) / 14%), transparent) right / 0.6rem 100% no-repeat scroll; }
table { border-collapse: collapse; font: 0.82rem/1.4 ${CHART}; font-variant-numeric: tabular-nums; min-width: min(100%, 30rem); }
caption { text-align: left; color: rgb(var(--muted)); padding-bottom: 0.4rem; }
th, td { padding: 0.32rem 0.8rem 0.32rem 0; vertical-align: top; border-bottom: 1px solid rgb(var(--rule)); }
thead th { border-bottom-color: rgb(var(--muted)); vertical-align: bottom; font-weight: 600; }
th { font-weight: 600; }
tbody th { font-weight: 500; }
.t { text-align: left; }
.n { text-align: right; white-space: nowrap; }
thead .n { white-space: normal; }
.n:last-child, .t:last-child { padding-right: 0; }
.matrices { display: flex; flex-wrap: wrap; gap: 1rem 2.4rem; }
.matrices .scroll { max-width: 100%; margin: 0; }
.matrix { min-width: 0; border-spacing: 2px; border-collapse: separate; }
.matrix caption { font-weight: 600; color: rgb(var(--ink)); }
.matrix th, .matrix td { border: 0; padding: 0.34rem 0.5rem; text-align: right; max-width: 8rem; overflow-wrap: anywhere; vertical-align: middle; }
.matrix thead th { color: rgb(var(--muted)); font-weight: 500; vertical-align: bottom; }
.matrix tbody th { color: rgb(var(--muted)); text-align: right; padding-left: 0; }
.matrix .corner { color: rgb(var(--muted)); font-size: 0.72rem; max-width: none; white-space: nowrap; text-align: left; vertical-align: bottom; padding-left: 0; }
.matrix .right { background: rgb(var(--latent) / calc(var(--share) * 42%)); }
.matrix .wrong { background: rgb(var(--worse) / calc(var(--share) * 42%)); }
.matrix td.right, .matrix td.wrong { min-width: 2.9rem; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.matrix .recall { color: rgb(var(--muted)); }
.shaded { border-spacing: 1px; }
.shaded tbody td { width: 0.7rem; height: 0.7rem; min-width: 0.7rem !important; padding: 0; }
.shaded tbody th { padding: 0 0.4rem 0 0; font-size: 0.6rem; line-height: 1; max-width: none; white-space: nowrap; }
.shaded thead { display: none; }
.hidden { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; white-space: nowrap; }
.pairs { font: 0.84rem/1.5 ${CHART}; margin-bottom: 1.2rem; }
.pairs div { display: grid; grid-template-columns: 13.5rem minmax(0, 1fr); gap: 0 1rem; padding: 0.28rem 0; border-bottom: 1px solid rgb(var(--rule)); }
.pairs dt { color: rgb(var(--muted)); overflow-wrap: anywhere; }
.pairs dd { margin: 0; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
pre { background: rgb(var(--panel)); padding: 0.9rem 1rem; border-radius: 4px; font: 0.84rem/1.55 ${CODE}; white-space: pre-wrap; overflow-wrap: anywhere; }
code { font-family: ${CODE}; font-size: 0.92em; }
pre code { font-size: 1em; }

@media (max-width: 40rem) {
  html { font-size: 1rem; }
  .forest-row { grid-template-columns: minmax(0, 1fr); }
  .forest-name { padding: 0.6rem 0 0; }
  .forest-name small { display: inline; margin-left: 0.35rem; }
  .forest-foot .forest-name { display: none; }
  .lane { margin: 0 22px; }
  .pairs div { grid-template-columns: minmax(0, 1fr); }
  .facts { grid-template-columns: 1fr 1fr; }
  section { margin-top: 2.8rem; }
}

@media print {
  @page { margin: 16mm 15mm; }
  :root { ${properties(LIGHT)} --paper: 255 255 255; color-scheme: light; }
  html { font-size: 10pt; background: none; }
  body { padding: 0; }
  main, footer { max-width: none; }
  header { padding-top: 0; }
  nav, summary { display: none; }
  section { margin-top: 1.6rem; padding-top: 0.9rem; }
  h1 { font-size: 24pt; }
  h2, h3, figcaption, figcaption p, .forest-heading { break-inside: avoid; break-after: avoid; }
  text { font-size: 11px; }
  figure > .chart, .forest-row, .pair > *, .multiples > *, .matrices > *, tr, .facts div, pre { break-inside: avoid; }
  details::details-content { content-visibility: visible; block-size: auto; }
  .scroll { overflow: visible; background: none; }
  .multiples, .bars { break-inside: avoid; }
  table { font-size: 7.5pt; }
  th, td { padding-right: 0.45rem; }
  .n { white-space: normal; }
  pre { border: 1px solid rgb(var(--rule)); }
  .multiples { grid-template-columns: repeat(4, minmax(0, 1fr)); }
  a { color: inherit; text-decoration: none; }
}
`;
