"""A report as Markdown, for a pull request: the machine, a table, and warnings where the figures are in doubt."""

from edge_power_runtime.profiler.report.record import Report
from edge_power_runtime.profiler.report.rows import rows
from edge_power_runtime.profiler.text.table import cells, columns, flag_lines, headline, notes
from edge_power_runtime.reading.printable import one_line

# What Markdown or HTML would take for more than a letter. A backslash hides all of them but the two of HTML.
_SPECIAL = frozenset("\\`*_[]|~$#")
_HTML = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def markdown(report: Report) -> str:
    """Sum up a report in GitHub's Markdown.

    Names and reasons are escaped, so that they show as text.

    Args:
        report: any.

    Returns:
        Lines that end with a newline.

    Raises:
        InputError: a case has no samples.
    """
    found = rows(report)
    names = tuple(map(escaped, columns(report)))
    table = [names, ("---", *("---:" for _ in names[1:])), *(tuple(map(escaped, cells(row, report))) for row in found)]
    lines = [f"**{escaped(headline(report))}**", ""]
    lines += [f"| {' | '.join(line)} |" for line in table]
    lines += ["", *(escaped(note) for note in notes(report, found)), ""]
    if report.flags:
        lines += ["> [!WARNING]", "> These figures are in doubt:", ">"]
        lines += [f"> - {escaped(line)}" for line in flag_lines(report)] + [""]
    lines.append(escaped(versions(report)))
    return "\n".join(lines) + "\n"


def versions(report: Report) -> str:
    """The software that ran and the moment, in one line."""
    environment = report.environment
    parts = [f"{name} {version}" for name, version in sorted(environment.versions.items())]
    return ", ".join([*parts, f"{environment.system}, kernel {environment.kernel}", report.created])


def escaped(text: str) -> str:
    """Text that Markdown shows as it is, on one line."""
    return "".join(_HTML.get(letter, f"\\{letter}" if letter in _SPECIAL else letter) for letter in one_line(text))
