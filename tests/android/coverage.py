"""Lines of core that its tests reach, by JaCoCo, which instruments core before the tests run."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.android.jvm import BUILD, JARS, JavaError, compile_java, java_command

PROGRAM = Path(__file__).with_name("java") / "Coverage.java"
JACOCO = [JARS / f"{name}.jar" for name in ("org.jacoco.core", "org.jacoco.agent.rt", "asm", "asm-tree", "asm-commons")]


@dataclass(frozen=True)
class ClassCoverage:
    """One class: its lines of code, and those that no test reached.

    Attributes:
        name: as in edgepower/runtime/Classifier$1.
        lines: how many lines hold code.
        missed: their numbers.
    """

    name: str
    lines: int
    missed: tuple[int, ...]


def instrument(classes: Path, target: Path) -> None:
    """Copy compiled classes with JaCoCo's probes in them."""
    coverage_program("instrument", classes, target)


def read_coverage(executed: Path, classes: Path) -> list[ClassCoverage]:
    """What a run with instrumented classes reached, of the classes as they were compiled."""
    found = []
    for line in coverage_program("report", executed, classes).splitlines():
        name, lines, *missed = line.split()
        found.append(ClassCoverage(name, int(lines), tuple(map(int, missed))))
    return found


def summary(found: list[ClassCoverage]) -> str:
    """Coverage of each package, and the classes that miss most."""
    packages = sorted({entry.name.rpartition("/")[0] for entry in found})
    rows = [
        row(name.replace("/", "."), [entry for entry in found if entry.name.rpartition("/")[0] == name])
        for name in packages
    ]
    worst = sorted(found, key=lambda entry: -len(entry.missed))[:5]
    rows += [
        f"  most missed: {entry.name}, lines {' '.join(map(str, entry.missed[:30]))}" for entry in worst if entry.missed
    ]
    return "\n".join([*rows, row("core, line coverage", found)])


def row(name: str, found: list[ClassCoverage]) -> str:
    """One line: a name, its share of lines that were reached, and how many there are."""
    return f"{name:42} {100 * share(found):5.1f} % of {sum(entry.lines for entry in found)} lines"


def share(found: list[ClassCoverage]) -> float:
    """The fraction of lines that were reached."""
    lines = sum(entry.lines for entry in found)
    return 1 - sum(len(entry.missed) for entry in found) / lines if lines else 1.0


def coverage_program(*arguments: object) -> str:
    """Run Coverage.java; what it printed."""
    target = BUILD / "coverage-program"
    compile_java([], target, JACOCO, for_android=False, also=[PROGRAM])
    command = java_command([target, *JACOCO], "Coverage", map(str, arguments))
    found = subprocess.run(command, capture_output=True, text=True)
    if found.returncode:
        raise JavaError(found.stderr)
    return found.stdout
