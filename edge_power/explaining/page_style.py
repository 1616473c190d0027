"""The style sheet of the page; light and dark, screen and print, wide and narrow."""

STYLE = """
:root {
  color-scheme: light dark;
  --paper: #fbfaf7; --ink: #1c2024; --soft: #666b72; --line: #e4e1d9;
  --first: 20 160 145; --second: 226 140 24; --special: 120 130 150;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #14171a; --ink: #eceae4; --soft: #9aa1a9; --line: #2b3036;
    --first: 15 118 110; --second: 152 84 12; --special: 92 102 122;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; padding: clamp(1.25rem, 4vw, 3.5rem) clamp(1rem, 4vw, 3rem); background: var(--paper); color: var(--ink);
  font: 1.0625rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif;
}
main { max-width: 72rem; margin: 0 auto; }
.source { margin: 0; color: var(--soft); font-size: .875rem; overflow-wrap: anywhere; }
h1 { margin: .1em 0 .35em; font-size: clamp(1.7rem, 4.5vw, 2.6rem); line-height: 1.15; letter-spacing: -.02em; }
.lead { max-width: 46rem; margin: 0 0 1.75rem; color: var(--soft); overflow-wrap: anywhere; }
.lead b { color: var(--ink); font-weight: 600; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: .6rem 0; border-top: 1px solid var(--line); text-align: left; vertical-align: baseline; }
thead th { border: 0; padding: 0 0 .4rem; color: var(--soft); font-size: .8125rem; font-weight: 400; }
tbody th { width: 4.5rem; color: var(--soft); font-weight: 600; }
thead th:last-child, .count { width: 8.5rem; padding-left: 1.25rem; text-align: right; }
.count { color: var(--soft); font-variant-numeric: tabular-nums; white-space: nowrap; }
.bar { display: block; height: 4px; margin: .15rem 0 0 auto; width: calc(.07rem * var(--percent)); border-radius: 2px;
  background: rgb(var(--first)); }
.words { margin: 0; line-height: 1.95; overflow-wrap: anywhere; }
.words + .words { margin-top: .35rem; }
.w, .gone, .whole { padding: .22em .2em; border-radius: .35em; -webkit-box-decoration-break: clone;
  box-decoration-break: clone; }
.w { --tint: var(--first); background: rgb(var(--tint) / calc(.1 + .75 * var(--s))); }
.second { --tint: var(--second); }
.special { --tint: var(--special); font-size: .86em; }
/* No white space before it in the text: drawn as it is written. */
.tight { padding-inline-start: 0; border-start-start-radius: 0; border-end-start-radius: 0; }
:has(+ .tight) { padding-inline-end: 0; border-start-end-radius: 0; border-end-end-radius: 0; }
.age1 { opacity: .42; } .age2 { opacity: .2; } .age3 { opacity: .1; } .age4 { opacity: .05; }
.dots { opacity: .45; }
.verdict th, .verdict td { padding-top: 1.1rem; border-top: 2px solid var(--ink); }
.answer { font-size: 1.5rem; font-weight: 650; line-height: 1.2; overflow-wrap: anywhere; }
.verdict small { color: var(--soft); font-size: 1rem; }
.labels { display: grid; grid-template-columns: minmax(4rem, max-content) 1fr max-content; gap: .3rem .9rem;
  max-width: 34rem; margin: .9rem 0 0; align-items: center; font-size: .9375rem; }
.labels dt { overflow-wrap: anywhere; } .labels dd { margin: 0; font-variant-numeric: tabular-nums; }
.chance { position: relative; height: .6rem; border-radius: .3rem; background: rgb(var(--special) / .2); }
.chance::before { content: ""; position: absolute; inset: 0 auto 0 0; width: var(--share); min-width: 2px;
  border-radius: inherit; background: rgb(var(--first)); }
.chance i { position: absolute; top: -.2rem; bottom: -.2rem; left: var(--full); width: 2px; margin-left: -1px;
  background: var(--ink); }
.note { padding: .6rem .9rem; border-left: 3px solid rgb(var(--second)); }
.key { margin: 2rem 0 0; color: var(--soft); font-size: .875rem; max-width: 46rem; }
.ramp { display: inline-block; width: 5.5rem; height: .8rem; border-radius: .4rem; vertical-align: -.05rem;
  background: linear-gradient(90deg, rgb(var(--first) / .1), rgb(var(--first) / .85)); }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (min-width: 75rem) {
  /* A text of one line: the tints of a word touch from row to row, and so it flows down until it is dropped. */
  .line { width: auto; min-width: 44rem; }
  .line tbody tr:not(.verdict) > * { padding-block: 0; border: 0; line-height: 2.5rem; }
  .line .words { line-height: inherit; white-space: nowrap; }
  .line .words span { display: inline-block; height: 2.5rem; padding-block: 0; vertical-align: top; border-radius: 0; }
  .line .words .last { border-radius: 0 0 .8em .8em; }
  .line .count { width: 11.5rem; padding-left: 2rem; }
  .line .bar { display: inline-block; margin: 0 calc(3rem - var(--long)) .2rem .75rem; width: var(--long);
    --long: calc(.03rem * var(--percent)); }
}
@media (max-width: 40rem) {
  thead { display: none; }
  tr { display: grid; grid-template-columns: 1fr max-content; column-gap: 1rem; border-top: 1px solid var(--line);
    padding: .55rem 0; }
  tbody th, td, .count { padding: 0; border: 0 !important; width: auto; }
  .what { grid-row: 2; grid-column: 1 / -1; }
  tbody th::before { content: attr(data-before); font-weight: 400; }
  .verdict { border-top: 2px solid var(--ink); }
  .verdict th, .verdict td { padding-top: .2rem; }
}
@media print {
  :root { --paper: #fff; --ink: #000; --soft: #444; --line: #ccc; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  body { padding: 0; font-size: 10.5pt; }
  .short tr, .verdict { break-inside: avoid; }
}
"""
