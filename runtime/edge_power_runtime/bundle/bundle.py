"""A bundle on disk: its manifest, its files, and the artifact to run."""

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from edge_power_runtime.bundle import bounds
from edge_power_runtime.bundle.artifacts import PRECISIONS, Artifact
from edge_power_runtime.bundle.cascades import BudgetEntry, StageEntry
from edge_power_runtime.bundle.checks.manifest import read_manifest
from edge_power_runtime.bundle.files import FileEntry
from edge_power_runtime.bundle.manifest import MANIFEST_FILE, Manifest
from edge_power_runtime.bundle.paths import resolve
from edge_power_runtime.bundle.programs import Program
from edge_power_runtime.bundle.seal import SEAL_BYTES, SEAL_FILE, check_seal
from edge_power_runtime.engines import ENGINE_NAMES, engine_info, engine_name, missing_engine
from edge_power_runtime.errors import BundleError, InputError, UnsupportedEngineError
from edge_power_runtime.retention import RetentionConfig


@dataclass(frozen=True, slots=True)
class Bundle:
    """An opened bundle.

    Attributes:
        path: its directory.
        manifest: what bundle.json says, checked.
    """

    path: Path
    manifest: Manifest

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> "Bundle":
        """Read the manifest of the bundle in the directory `path`, and its seal; no other file is touched.

        Raises:
            InputError: `path` is no directory.
            BundleError: bundle.json is missing, unreadable, malformed, or not what bundle.json.sha256 says.
            SchemaVersionError: it is written in a newer format.
        """
        directory = Path(path)
        if not os.path.isdir(directory):
            found = "a file" if os.path.exists(directory) else "nothing"
            raise InputError(f"expected the directory of a bundle at {str(path)!r}, found {found}")
        data = _read_start(directory, MANIFEST_FILE, bounds.MANIFEST_BYTES + 1)
        if len(data) > bounds.MANIFEST_BYTES:
            raise BundleError(f"{directory / MANIFEST_FILE} must have at most {bounds.MANIFEST_BYTES} bytes, has more")
        check_seal(directory, data, _read_start(directory, SEAL_FILE, SEAL_BYTES))
        return cls(directory, read_manifest(data))

    def artifact(self, engine: str | None = None, precision: str | None = None) -> Artifact:
        """Choose an artifact of those that this runtime knows.

        Args:
            engine: a name or an alias; None takes the first installed of onnx, tflite, executorch.
            precision: fp32, fp16 or int8; None takes the first there is, in this order.

        Raises:
            UnsupportedEngineError: no engine is called so, here or in the bundle.
            InputError: the bundle has no such artifact; the message lists those that it has, and those passed over.
            MissingEngineError: no engine is named, and none that the bundle is made for is installed.
        """
        found = self.choose_artifacts(engine, precision)
        if engine is None:
            engines = dict.fromkeys(artifact.engine for artifact in found)
            found = tuple(artifact for artifact in found if engine_info(artifact.engine).is_installed)
            if not found:
                raise missing_engine(*engines)
        return min(found, key=lambda item: (ENGINE_NAMES.index(item.engine), PRECISIONS.index(item.precision)))

    def artifact_like(self, other: Artifact) -> Artifact:
        """Choose an installed artifact for whoever runs `other`, of another bundle, beside it.

        That is one of the same engine and precision, else of the same engine, else as `artifact` chooses.

        Raises:
            MissingEngineError: no engine that the bundle is made for is installed.
        """
        same = [item for item in self.manifest.artifacts if item.engine == other.engine]
        exact = [item for item in same if item.precision == other.precision]
        return self.artifact(other.engine if same else None, other.precision if exact else None)

    def choose_artifacts(self, engine: str | None = None, precision: str | None = None) -> tuple[Artifact, ...]:
        """Choose all artifacts of an engine, or of a precision, whether or not the engine is installed.

        Args:
            engine: a name or an alias; None takes each.
            precision: fp32, fp16 or int8; None takes each.

        Raises:
            UnsupportedEngineError: no engine is called so, here or in the bundle.
            InputError: the bundle has no such artifact; the message lists those that it has, and those passed over.
        """
        name = None if engine is None else self._engine_name(engine)
        found = tuple(
            artifact
            for artifact in self.manifest.artifacts
            if name in (None, artifact.engine) and precision in (None, artifact.precision)
        )
        if not found:
            raise self._no_artifact(" ".join(filter(None, (name, precision))))
        return found

    def choose_budget(self, artifact: Artifact, name: str | None = None) -> str:
        """Choose the budget or the cascade `name` of an artifact.

        Args:
            artifact: that has its programs.
            name: None takes the manifest's first cascade that the artifact can answer by, else its first budget.

        Raises:
            InputError: the artifact has no such budget or cascade; the message lists those that it has.
        """
        return self._choose(artifact, name, [*self.cascades_of(artifact), *self.budgets_of(artifact)])

    def choose_plain_budget(self, artifact: Artifact, name: str | None = None) -> str:
        """Choose the budget `name` of an artifact, or where it is None the manifest's first that the artifact has.

        Raises:
            InputError: the artifact has no such budget; the message lists those that it has.
        """
        return self._choose(artifact, name, self.budgets_of(artifact))

    def plain_budget(self, artifact: Artifact, name: str) -> str:
        """Give the budget whose programs stand for `name`: itself, or of a cascade that which its last tier has.

        Where that tier is none of the artifact it is the manifest's first budget.
        """
        entry = self.manifest.cascade(name)
        if entry is None:
            return name
        last = entry.tiers[-1]
        return last.budget if isinstance(last, BudgetEntry | StageEntry) else self.choose_plain_budget(artifact)

    def budgets_of(self, artifact: Artifact) -> list[str]:
        """List the budgets that an artifact has programs of, in the manifest's order."""
        programs = {program.budget for program in artifact.programs}
        return [entry.name for entry in self.manifest.budgets if entry.name in programs]

    def cascades_of(self, artifact: Artifact) -> list[str]:
        """List the cascades of whose every budget and stage an artifact has programs, in the manifest's order."""
        budgets = set(self.budgets_of(artifact))
        staged = {(stage.budget, stage.last) for stage in artifact.stages or ()}
        return [
            entry.name
            for entry in self.manifest.cascades
            if budgets.issuperset(entry.budgets) and staged.issuperset(entry.stages)
        ]

    def _choose(self, artifact: Artifact, name: str | None, have: list[str]) -> str:
        if name is None:
            return have[0]
        if name not in have:
            where = f"{artifact.key} of the bundle {self.path}"
            raise InputError(f"no budget {name!r} in {where}; it has: {', '.join(have)}{self._not_known(name)}")
        return name

    def _not_known(self, cascade: str) -> str:
        if cascade not in self.manifest.unknown_cascades:
            return ""
        return "; this runtime does not know a tier of the cascade: pip install --upgrade edge-power-runtime"

    def retention_of(self, program: Program) -> RetentionConfig:
        """Give the configuration of a program at its own length, of a stage its part."""
        return self.manifest.retention_at(program, program.length)

    def _engine_name(self, typed: str) -> str:
        """Give our name of an engine, or that of one which only the bundle knows."""
        try:
            return engine_name(typed)
        except UnsupportedEngineError:
            if typed not in {item.engine for item in self.manifest.unknown}:
                raise
            return typed

    def _no_artifact(self, wanted: str) -> InputError:
        have = ", ".join(item.key for item in self.manifest.artifacts) or "none"
        if not self.manifest.unknown:
            return InputError(f"the bundle {self.path} has no artifact {wanted}; it has: {have}")
        unknown = ", ".join(f"{item.engine} {item.precision}" for item in self.manifest.unknown)
        return InputError(
            f"the bundle {self.path} has no artifact {wanted} for this runtime; it has: {have}; "
            f"this runtime does not know {unknown}: pip install --upgrade edge-power-runtime"
        )

    def inside(self, path: str) -> "Bundle":
        """Open a bundle that lies in the directory `path` of this one, and lists its manifest among this one's files.

        Raises:
            BundleError: it is missing, altered or malformed.
            SchemaVersionError: it is written in a newer format.
        """
        self.read(f"{path}/{MANIFEST_FILE}")
        return Bundle.open(self.path / path)

    def resolve(self, entry_path: str) -> Path:
        """Find a file of the bundle; see `edge_power_runtime.bundle.paths.resolve`."""
        return resolve(self.path, entry_path)

    def read(self, entry_path: str) -> bytes:
        """Check a file that the manifest lists outside the artifacts, and give its content.

        Raises:
            BundleError: it is not listed, missing or altered.
        """
        entry = next((item for item in self.manifest.files if item.path == entry_path), None)
        if entry is None:
            listed = ", ".join(item.path for item in self.manifest.files)
            raise BundleError(f"{MANIFEST_FILE} in {self.path} lists no {entry_path}; it lists: {listed}")
        self.check([entry])
        return self.resolve(entry_path).read_bytes()

    def check(self, files: Iterable[FileEntry]) -> None:
        """Compare the size, then the sha256 of each file with its entry.

        Raises:
            BundleError: a file is missing or altered.
        """
        for entry in files:
            path = self.resolve(entry.path)
            try:
                _expect(entry.path, self.path, "size in bytes", path.stat().st_size, entry.size_bytes)
                with path.open("rb") as stream:
                    digest = hashlib.file_digest(stream, "sha256").hexdigest()
            except OSError as error:
                raise BundleError(f"cannot read {path}: {error.strerror}") from error
            _expect(entry.path, self.path, "sha256", digest, entry.sha256)


def programs_of(artifact: Artifact, budget: str) -> list[Program]:
    """Give an artifact's programs of one budget, the shortest first."""
    return sorted((item for item in artifact.programs if item.budget == budget), key=lambda item: item.length)


def takes_any_length(artifact: Artifact, budget: str) -> bool:
    """Say whether programs of a budget run each text at its own length."""
    return any(item.any_length for item in artifact.programs if item.budget == budget)


def _read_start(directory: Path, name: str, size: int) -> bytes:
    """Read a file of a bundle, or its first `size` bytes."""
    try:
        with resolve(directory, name).open("rb") as stream:
            return stream.read(size)
    except OSError as error:
        raise BundleError(f"cannot read {directory / name}: {error.strerror}") from error


def _expect(name: str, bundle: Path, what: str, found: object, expected: object) -> None:
    if found != expected:
        raise BundleError(
            f"{name} in the bundle {bundle} has the {what} {found}, {MANIFEST_FILE} says {expected}; "
            "the file is damaged or altered: copy the bundle again"
        )
