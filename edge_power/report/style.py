"""How pages look: the colours by the part that they play, and the style sheet."""

from collections.abc import Mapping
from enum import StrEnum


class Colour(StrEnum):
    """A colour by its part; the value is that on white, and `_ON_DARK` has that on a dark ground.

    Charts are drawn with these values and refer to them by name on the page, so that one drawing serves both. Blue and
    orange, and a ramp whose lightness changes with its hue, are told apart by every kind of colour vision.
    """

    INK = "#1a1f26"
    MUTED = "#596372"
    GRID = "#dde2e8"
    TRACK = "#eef1f5"
    GROUND = "#ffffff"
    CARD = "#fefefe"
    ACCENT = "#0b67b2"
    PALE = "#a9cfec"
    SECOND = "#b34d05"
    BAD = "#b3181f"
    BAD_GROUND = "#fdeceb"
    GOOD = "#17693a"
    RAMP_1 = "#1d3a8f"
    RAMP_2 = "#5b2d9c"
    RAMP_3 = "#93288e"
    RAMP_4 = "#bf3a6f"
    RAMP_5 = "#d65c3c"
    RAMP_6 = "#cc8100"

    @property
    def variable(self) -> str:
        """What CSS calls it, such as `--ink`."""
        return f"--{self.name.lower().replace('_', '-')}"


RAMP = (Colour.RAMP_1, Colour.RAMP_2, Colour.RAMP_3, Colour.RAMP_4, Colour.RAMP_5, Colour.RAMP_6)

# Lines of one chart in their order, each with matplotlib's name of a mark, so that they differ without colours too.
SERIES = (
    (Colour.MUTED, "s"),
    (Colour.ACCENT, "o"),
    (Colour.SECOND, "D"),
    (Colour.RAMP_3, "^"),
    (Colour.RAMP_1, "v"),
    (Colour.RAMP_6, "P"),
)

_ON_DARK = {
    Colour.INK: "#e8ebf0",
    Colour.MUTED: "#a3adba",
    Colour.GRID: "#333b46",
    Colour.TRACK: "#242a33",
    Colour.GROUND: "#12161c",
    Colour.CARD: "#181d25",
    Colour.ACCENT: "#5cb3f5",
    Colour.PALE: "#2a5478",
    Colour.SECOND: "#ff9d57",
    Colour.BAD: "#ff8f89",
    Colour.BAD_GROUND: "#35191b",
    Colour.GOOD: "#6fd39a",
    Colour.RAMP_1: "#8fa8ff",
    Colour.RAMP_2: "#b592f7",
    Colour.RAMP_3: "#dc88d9",
    Colour.RAMP_4: "#f58fb0",
    Colour.RAMP_5: "#ff9f80",
    Colour.RAMP_6: "#fcc44f",
}

_RULES = """
*, ::before, ::after { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); line-height: 1.5;
  font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
main { max-width: 76rem; margin: 0 auto; padding: clamp(1rem, 4vw, 3rem) clamp(1rem, 4vw, 2.5rem) 3rem; }
h1 { margin: 0; font-size: clamp(1.5rem, 1.1rem + 1.9vw, 2.5rem); line-height: 1.15; letter-spacing: -0.02em;
  text-wrap: balance; overflow-wrap: anywhere; }
h2 { margin: 0 0 .75rem; font-size: 1.25rem; letter-spacing: -0.01em; }
section { margin-top: 3rem; }
p, dd { max-width: 65ch; margin: 0 0 .75rem; }
.over { margin: 0 0 .5rem; color: var(--muted); }
.key { color: var(--accent); display: inline-block; }
.aside { color: var(--muted); font-weight: 400; }
.also { margin: .75rem 0 0; padding: 0; list-style: none; font-size: 1.125rem; }
a { color: var(--accent); }
.scroll { overflow-x: auto; margin: 0 0 1.75rem; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
table { border-collapse: collapse; width: 100%; font-size: .9375rem; font-variant-numeric: tabular-nums; }
caption { position: sticky; left: 0; max-width: calc(100vw - 2 * clamp(1rem, 4vw, 2.5rem));
  text-align: left; color: var(--muted); padding-bottom: .375rem; }
th, td { text-align: left; vertical-align: baseline; padding: .4375rem .75rem;
  border-bottom: 1px solid var(--grid); overflow-wrap: break-word; }
th:first-child { padding-left: 0; min-width: 6rem; }
th:last-child, td:last-child { padding-right: 0; }
thead th { color: var(--muted); font-weight: 500; font-size: .8125rem; vertical-align: bottom; line-height: 1.3; }
tbody th { font-weight: 600; }
.scroll [scope="row"], thead th:first-child { position: sticky; left: 0; background: var(--ground); }
[scope="rowgroup"] { padding-top: 1.25rem; color: var(--muted); }
[scope="rowgroup"] span { position: sticky; left: 0; }
.number { text-align: right; }
td.number { white-space: nowrap; }
td:not(.number) { min-width: 10rem; }
.grid { display: grid; gap: 1.25rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 20rem), 1fr)); }
.large { display: grid; gap: 1.25rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); }
.large figure { flex-flow: row wrap; align-content: flex-start; gap: .5rem 1.5rem; max-width: none; }
.large figcaption { flex: 1 1 14rem; }
.large svg { flex: 1 1 24rem; min-width: min(100%, 18rem); max-width: 32rem; }
.wide { display: grid; gap: 1.25rem 2.5rem; align-items: start;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 28rem), 1fr)); }
.wide th, .wide td { padding: .3125rem .5rem; font-size: .875rem; }
.wide th:first-child { padding-left: 0; min-width: 9rem; }
.wide td:not(.number) { min-width: 7.5rem; padding-right: 0; }
.large figcaption { font-size: .9375rem; }
figure { margin: 0; padding: .875rem 1rem; border: 1px solid var(--grid); border-radius: 10px;
  background: var(--card); break-inside: avoid; display: flex; flex-direction: column; gap: .5rem; max-width: 34rem; }
figcaption { font-size: .875rem; color: var(--muted); overflow-wrap: anywhere; }
figcaption strong { display: block; color: var(--ink); font-size: 1rem; font-weight: 600; }
svg { display: block; width: 100%; height: auto; overflow: visible; }
svg * { stroke-linejoin: round; }
dl { display: grid; grid-template-columns: fit-content(45%) 1fr; gap: .25rem 1.25rem; margin: 0; font-size: .9375rem; }
dt { color: var(--muted); overflow-wrap: anywhere; }
dd { margin: 0; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
h3 { margin: 0 0 .5rem; font-size: 1rem; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: 1.5rem 0 0; padding: .75rem 0;
  list-style: none; border-block: 1px solid var(--grid); font-size: .9375rem; }
nav a { display: inline-block; padding: .25rem 0; }
.verdict { margin: 1.5rem 0 0; padding: .75rem 1rem; border-left: 4px solid var(--good); background: var(--card); }
.verdict p, .verdict ul { margin: 0; max-width: 75ch; }
.verdict strong { color: var(--good); }
.doubt { border-left-color: var(--bad); background: var(--bad-ground); }
.doubt strong, .doubted { color: var(--bad); }
.doubt ul { padding-left: 1.25rem; }
.verdict details { margin: 0; }
.doubt li { margin-top: .375rem; overflow-wrap: anywhere; }
h1 + .also, .over { max-width: 75ch; text-wrap: balance; }
code span { white-space: nowrap; }
.doubted { font-weight: 500; font-size: .8125rem; white-space: nowrap; }
details { margin: 1.25rem 0; }
.grid + .scroll, .grid + .narrow, dl + h3 { margin-top: 1.75rem; }
summary { cursor: pointer; padding: .5rem 0; color: var(--accent); font-weight: 500; }
details > .grid, details > .scroll { margin-top: .75rem; }
pre { margin: 0 0 .75rem; padding: .75rem 1rem; overflow-x: auto; background: var(--track); border-radius: 6px;
  white-space: pre-wrap; overflow-wrap: anywhere; font-size: .875rem; }
.narrow table { width: auto; }
@page { size: A4; margin: 15mm; }
@media print {
  main { padding: 0; max-width: none; }
  body { font-size: 10pt; }
  h1 { font-size: 20pt; }
  section { margin-top: 1.75rem; }
  h2, h3, caption { break-after: avoid; }
  tr, dl { break-inside: avoid; }
  .scroll { overflow: visible; }
  caption, .scroll [scope="row"], thead th:first-child, [scope="rowgroup"] span { position: static; }
  [scope="rowgroup"] { break-after: avoid; }
  table, .wide th, .wide td { font-size: 8.5pt; }
  td:not(.number) { min-width: 0; }
  .wide figure { max-width: 11cm; }
  .grid { grid-template-columns: 1fr 1fr; }
  nav, summary { display: none; }
  details::details-content { content-visibility: visible; block-size: auto; }
  .verdict { border: 1.5pt solid var(--good); }
  .doubt { border-color: var(--bad); }
}
"""


def style_sheet() -> str:
    """The rules of every page; dark where the reader prefers it, and never on paper."""
    light = _variables({colour: colour.value for colour in Colour})
    dark = f"@media screen and (prefers-color-scheme: dark) {{ :root {{ {_variables(_ON_DARK)} }} }}"
    return f":root {{ color-scheme: light dark; {light} }}\n{dark}\n{_RULES}"


def _variables(colours: Mapping[Colour, str]) -> str:
    return " ".join(f"{colour.variable}: {value};" for colour, value in colours.items())
