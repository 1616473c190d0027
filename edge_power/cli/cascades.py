"""The cascades of a bundle in words, for `edge-power inspect`."""

from edge_power_runtime.bundle.cascades import CascadeEntry, MeasuredCascade
from edge_power_runtime.bundle.manifest import Manifest


def cascade_lines(manifest: Manifest) -> list[str]:
    """Give a line for each cascade and each of its tiers, and an empty one behind them; none where there is none."""
    lines = [line for place, entry in enumerate(manifest.cascades) for line in _lines(entry, is_default=place == 0)]
    lines += [f"cascade {name} (passed over): this version does not know a tier" for name in manifest.unknown_cascades]
    return [*lines, ""] if lines else []


def _lines(entry: CascadeEntry, *, is_default: bool) -> list[str]:
    named = f"cascade {entry.name}, the default:" if is_default else f"cascade {entry.name}:"
    lines = [named]
    for tier in entry.tiers:
        stands = "always" if tier.threshold is None else f"at a confidence of {tier.threshold:g}"
        kind = "" if tier.name == tier.kind else f"{tier.kind} "
        lines.append(f"  {kind}{tier.name} answers {stands}, at temperature {tier.temperature:g}")
    return [*lines, *_measured(entry.measured)]


def _measured(found: MeasuredCascade | None) -> list[str]:
    if found is None:
        return []
    said = [f"measured on {found.rows} rows"]
    if found.accuracy is not None:
        beside = "" if found.last_accuracy is None else f", the last tier alone {found.last_accuracy:.4f}"
        said.append(f"accuracy {found.accuracy:.4f}{beside}")
    if found.passed_on is not None:
        said.append(f"passed on {', '.join(f'{share:.1%}' for share in found.passed_on)}")
    if found.max_loss is not None:
        sure = "" if found.confidence is None else f", with {found.confidence:.0%} confidence"
        said.append(f"at most {100 * found.max_loss:g} points lost{sure}")
    return [f"  {'; '.join(said)}"]
