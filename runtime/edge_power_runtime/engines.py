"""The engines' names, and whether this machine has them."""

import difflib
from dataclasses import dataclass
from importlib.util import find_spec

from edge_power_runtime.errors import MissingEngineError, UnsupportedEngineError


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """How an engine is called and installed.

    Attributes:
        name: our name for it.
        extra: the extra of edge-power-runtime that installs it.
        packages: alternatives, each the import packages that must all be there.
        aliases: other names that users type.
    """

    name: str
    extra: str
    packages: tuple[tuple[str, ...], ...]
    aliases: tuple[str, ...]

    @property
    def is_installed(self) -> bool:
        """Whether one of the alternatives is importable."""
        return self.package is not None

    @property
    def package(self) -> str | None:
        """The first alternative that is importable, as package indexes call it; nothing is imported to find out."""
        for packages in self.packages:
            if all(find_spec(package) for package in packages):
                return packages[0].replace("_", "-")
        return None


# In order of preference where the caller names none.
ENGINES = (
    EngineInfo("onnx", "onnx", (("onnxruntime",),), ("ort", "onnxruntime")),
    EngineInfo("tflite", "tflite", (("ai_edge_litert",), ("tflite_runtime",)), ("litert", "ai-edge-litert", "lite")),
    EngineInfo("executorch", "executorch", (("executorch", "torch"),), ("et", "pte")),
)
ENGINE_NAMES = tuple(info.name for info in ENGINES)


def engine_name(text: str) -> str:
    """Give our name of the engine that a user typed: case and aliases (et, ort, litert) are understood.

    Raises:
        UnsupportedEngineError: no engine is called so; the message suggests the nearest.
    """
    known = {alias: info.name for info in ENGINES for alias in (info.name, *info.aliases)}
    typed = str(text).strip().lower()
    if typed in known:
        return known[typed]
    near = difflib.get_close_matches(typed, known, n=1)
    hint = f"; did you mean {known[near[0]]!r}?" if near else ""
    raise UnsupportedEngineError(f"no engine is called {text!r}; this runtime runs {', '.join(ENGINE_NAMES)}{hint}")


def engine_info(name: str) -> EngineInfo:
    """Look up an engine by a name or an alias."""
    found = engine_name(name)
    return next(info for info in ENGINES if info.name == found)


def missing_engine(*names: str) -> MissingEngineError:
    """Make the error that tells how to install one of the engines `names`."""
    commands = " or ".join(f'pip install "edge-power-runtime[{engine_info(name).extra}]"' for name in names)
    return MissingEngineError(f"the engine {' or '.join(names)} is not installed; run: {commands}")
