"""What README.md of a bundle says of its cascade."""

from edge_power.conversion.bundle_readme import README_FILE, code
from edge_power_runtime.bundle.bundle import Bundle
from edge_power_runtime.bundle.cascades import CascadeEntry
from edge_power_runtime.errors import BundleError

_HEADING = "## Cascade"


def with_cascade(bundle: Bundle, entry: CascadeEntry) -> str:
    """Give the page of a bundle with a section on a cascade, in place of one that it has."""
    try:
        page = bundle.read(README_FILE).decode("utf-8", errors="replace")
    except BundleError:  # a bundle need not have the page
        page = f"# {code(bundle.manifest.name)}\n"
    before, _, after = page.partition(f"{_HEADING}\n")
    _, heading, rest = after.partition("\n## ")
    return f"{before.rstrip()}\n\n{_section(entry)}{heading}{rest}"


def _section(entry: CascadeEntry) -> str:
    rows = "".join(
        f"| {code(tier.name)} | {tier.kind} | {'-' if tier.threshold is None else f'{tier.threshold:.4f}'} "
        f"| {tier.temperature:.3f} |\n"
        for tier in entry.tiers
    )
    return (
        f"{_HEADING}\n\nBy default the tiers of {code(entry.name)} answer, in this order: the first whose confidence "
        "reaches its threshold. `--budget` with a budget's name, or `budget=` in Python, leaves the cascade out.\n\n"
        f"| tier | kind | threshold | temperature |\n| --- | --- | --- | --- |\n{rows}\n{_promise(entry)}"
    )


def _promise(entry: CascadeEntry) -> str:
    found = entry.measured
    if found is None or found.accuracy is None or found.last_accuracy is None or found.max_loss is None:
        return ""
    passed = ", ".join(f"{share:.1%}" for share in found.passed_on or ())
    return (
        f"On {found.rows} rows that it was chosen on: accuracy {found.accuracy:.4f}, the last tier alone "
        f"{found.last_accuracy:.4f}; passed on: {passed}. On texts like these rows at most "
        f"{100 * found.max_loss:g} points are lost, with {found.confidence or 0:.0%} confidence; on others nothing is "
        "promised: watch `Cascade.stats()`.\n"
    )
