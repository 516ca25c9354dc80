/** The style of the page; colours follow the reader's scheme. */
export const STYLE = `
:root { color-scheme: light dark; --ink: light-dark(#1d2330, #e6e9f0); --muted: light-dark(#586174, #9aa4b8);
  --paper: light-dark(#fbfbfd, #14171f); --card: light-dark(#ffffff, #1c212c); --line: light-dark(#d7dce6, #343c4d);
  --accent: light-dark(#2a5bd7, #86a8ff); --on-accent: light-dark(#ffffff, #101521); --bad: light-dark(#b3261e, #ff9d94); }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 52rem; margin: 0 auto; padding: 2rem 1rem 4rem; }
h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.1rem; margin: 0 0 .5rem; }
header p { margin: .25rem 0 1.5rem; color: var(--muted); }
a { color: var(--accent); }
label { display: block; font-weight: 600; font-size: .9rem; }
.fields { display: grid; gap: .75rem; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); }
select, input, textarea { display: block; width: 100%; margin-top: .25rem; padding: .5rem; font: inherit; font-weight: 400;
  color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: .4rem; }
textarea, pre { font: 14px/1.5 ui-monospace, monospace; }
textarea { resize: vertical; }
.quiet { color: var(--muted); font-size: .9rem; min-height: 1.5em; overflow-wrap: anywhere; }
.actions { display: flex; align-items: center; gap: 1rem; margin: .75rem 0 1.5rem; flex-wrap: wrap; }
button { font: inherit; font-weight: 600; padding: .5rem 1.5rem; border: 0; border-radius: .4rem; cursor: pointer;
  background: var(--accent); color: var(--on-accent); }
button:disabled { opacity: .6; cursor: default; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.bad { color: var(--bad); }
section { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: 1rem; }
pre { margin: .75rem 0 0; max-height: 24rem; overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
summary { cursor: pointer; margin-top: .75rem; color: var(--muted); }
.bars { display: grid; grid-template-columns: max-content 1fr max-content; gap: .25rem .75rem; align-items: center; margin-top: .5rem; }
.bars .name { max-width: 12rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.bar { height: .9rem; border-radius: .2rem; background: var(--accent); min-width: 1px; }
.bars .number { font-variant-numeric: tabular-nums; text-align: right; }
.case { font-weight: 600; margin: .75rem 0 0; }
`;
