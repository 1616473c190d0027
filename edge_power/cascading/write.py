"""The bundle of a cascade: a copy of the last tier's, with what the tiers before it need."""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from edge_power.cascading.readme import with_cascade
from edge_power.cascading.rungs import BAG_FILE, Rung
from edge_power.cascading.thresholds.choose import CONFIDENCE, Choice
from edge_power.conversion.bundle_readme import README_FILE
from edge_power.conversion.cascade_golden import add_cascade_answers
from edge_power_converters import ConversionError
from edge_power_converters.output.staging import Place, staged_directory
from edge_power_converters.program import file_entry
from edge_power_runtime.bundle.bundle import Bundle
from edge_power_runtime.bundle.cascades import CascadeEntry, MeasuredCascade
from edge_power_runtime.bundle.manifest import MANIFEST_FILE, Manifest
from edge_power_runtime.bundle.seal import SEAL_FILE, write_manifest
from edge_power_runtime.errors import BundleError

CASCADE = "cascade"


def entry_of(rungs: Sequence[Rung], choice: Choice) -> CascadeEntry:
    """Give what the manifest says of a choice; `rungs` are those that were chosen."""
    mixture = choice.mixture
    tiers = [
        rung.entry(temperature, threshold)
        for rung, temperature, threshold in zip(rungs, choice.temperatures, (*mixture.thresholds, None), strict=True)
    ]
    measured = MeasuredCascade(
        rows=choice.tested,
        accuracy=mixture.accuracy,
        last_accuracy=mixture.last_accuracy,
        passed_on=mixture.passed_on,
        max_loss=choice.max_loss,
        confidence=CONFIDENCE,
    )
    return CascadeEntry(CASCADE, tuple(tiers), measured)


def write_cascade(
    place: Place, last: Bundle, rungs: Sequence[Rung], bag: bytes | None, entry: CascadeEntry
) -> Manifest:
    """Write the bundle, with the cascade in front of those it has, and open it as a device will.

    Args:
        place: as `check_output` gave it before the work.
        last: the last tier's, which is copied; a cascade of the same name is replaced.
        rungs: its tiers.
        bag: the bag tier's file; None where there is none.
        entry: of the manifest.

    Returns:
        The manifest that was written.

    Raises:
        OutputError: the bundle cannot be written.
        BundleError: a file of a bundle is missing or altered.
        EngineError: an engine failed.
        ConversionError: the bundle cannot be read back; nothing was written.
    """
    with staged_directory(place) as directory:
        _copy(last, directory, but=(README_FILE, BAG_FILE))
        added = []
        if bag is not None:
            (directory / BAG_FILE).write_bytes(bag)  # the directory is new
            added.append(directory / BAG_FILE)
        for rung in rungs:
            if rung.inside is not None and rung.classifier is not None:
                added += _copy(rung.classifier.bundle, directory / rung.inside)
        readme = directory / README_FILE
        readme.write_text(with_cascade(last, entry), encoding="utf-8")
        paths = {path.relative_to(directory).as_posix() for path in (*added, readme)}
        kept = (one for one in last.manifest.files if one.path not in paths and one.path != BAG_FILE)
        files = sorted((*kept, *(file_entry(directory, path) for path in (*added, readme))), key=lambda one: one.path)
        others = (one for one in last.manifest.cascades if one.name != CASCADE)
        manifest = replace(last.manifest, files=tuple(files), cascades=(entry, *others))
        write_manifest(directory, manifest.to_json().encode())
        return _finished(directory)


def _finished(directory: Path) -> Manifest:
    try:
        add_cascade_answers(directory)
        bundle = Bundle.open(directory)
        bundle.check(bundle.manifest.listed)
    except BundleError as error:
        raise ConversionError(f"the bundle cannot be read back, so none was written: {error}") from error
    return bundle.manifest


def _copy(bundle: Bundle, directory: Path, but: Sequence[str] = ()) -> list[Path]:
    """Copy what a bundle's manifest lists, checked, and the manifest itself, which others may replace."""
    wanted = [entry for entry in bundle.manifest.listed if entry.path not in but]
    bundle.check(wanted)
    made = []
    for path in dict.fromkeys((MANIFEST_FILE, SEAL_FILE, *(entry.path for entry in wanted))):
        target = directory / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(bundle.resolve(path), target)
        made.append(target)
    return made
