"""docs/accuracy.md and docs/accuracy.json, from the results of all units."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from statistics import mean

from benchmarks.accuracy.arms import ARMS
from benchmarks.accuracy.prose import EQUAL, LEVERS, METHOD, READING, USE
from benchmarks.accuracy.result import Result
from benchmarks.accuracy.tasks import BUDGETS, TASKS, Settings, Task
from benchmarks.accuracy.units import Unit
from edge_power.errors import FitError
from edge_power.fitting.record import PhaseRecord
from edge_power_runtime.errors import BundleError
from edge_power_runtime.reading.jsonnode import parse
from edge_power_runtime.reading.records import read_record
from edge_power_runtime.reading.whole_file import write_whole

# From this heading on the page is a person's, and is kept when it is written anew.
KEPT = "## What was tried"

_LEVERS = ("learned", "learned+depth", "depth")

Runs = dict[str, list[Result]]  # of one task: by arm, in the order of seeds


def read_results(directory: Path) -> list[Result]:
    """All results below a directory, by task, arm and seed."""
    return in_order([Result.read(path) for path in directory.glob("*/seed*/*.json")])


def in_order(results: Sequence[Result]) -> list[Result]:
    """By task, arm and seed."""
    tasks, arms = list(TASKS), list(ARMS)
    return sorted(results, key=lambda one: (tasks.index(one.task), arms.index(one.arm), one.seed))


def write_page(results: Sequence[Result], page: Path, *, is_trial: bool) -> None:
    """Write the page, and beside it the JSON file with every figure but the curves.

    Args:
        results: see `read_results`; what the file has of other tasks and seeds stays (`with_earlier`).
        page: what a person wrote there, from KEPT on, stays.
        is_trial: whether the page shall say that its figures mean nothing.
    """
    before = page.read_text(encoding="utf-8") if page.is_file() else ""
    own = before[before.index(KEPT) :] if KEPT in before else ""
    data = page.with_suffix(".json")
    shown = with_earlier(results, read_page(data) if data.is_file() and not is_trial else [])
    made = render(shown, data=data.name, is_trial=is_trial)
    if before and before.partition("\n")[0] != made.partition("\n")[0]:
        raise FitError(f"{page} exists and is no page of this benchmark; give another --page")
    write_whole(page, made + own)
    figures = [asdict(replace(one, found=replace(one.found, phases=_without_curves(one)))) for one in shown]
    write_whole(data, json.dumps(figures, indent=1) + "\n")


def read_page(data: Path) -> list[Result]:
    """All results of a page, from the JSON file beside it.

    Raises:
        FitError: it holds something else.
    """
    try:
        return [read_record(Result, one) for one in parse(data.read_bytes(), data.name).items()]
    except BundleError as error:
        raise FitError(f"{data} has no results of a page; take the JSON file that --table wrote beside one") from error


def take_over(earlier: Sequence[Result], settings: Settings) -> None:
    """Write results of an earlier page beside those of the same tasks and seeds that began the same way; these stay."""
    new = read_results(settings.output)
    begun = {(one.task, one.seed) for one in new}
    for one in with_earlier(new, earlier):
        path = Unit(TASKS[one.task], one.arm, one.seed).path(settings)
        if (one.task, one.seed) in begun and not path.is_file():
            one.write(path)


def with_earlier(results: Sequence[Result], earlier: Sequence[Result]) -> list[Result]:
    """Add the results of an earlier page, which may be another machine's, where no new one takes their place.

    Arms are held against one another, so all of a task and seed stay or go together: they stay beside new ones only
    where they began with the same fine-tuned model and the same options, whatever the precision.
    """
    new = {(one.task, one.seed): _beginning(one) for one in results}
    have = {(one.task, one.seed, one.arm) for one in results}
    kept = [
        one
        for one in earlier
        if (one.task, one.seed, one.arm) not in have
        and new.get((one.task, one.seed), _beginning(one)) == _beginning(one)
    ]
    return in_order([*results, *kept])


def _beginning(result: Result) -> tuple[float, float, dict[str, str]]:
    """What tells one fine-tuned model from another, and how it was gone on with."""
    options = {name: value for name, value in result.options.items() if name != "precision"}
    return result.unpruned_dev, result.unpruned_select, options


def render(results: Sequence[Result], *, data: str, is_trial: bool) -> str:
    """The page but for what a person adds.

    Args:
        results: see `read_results`.
        data: name of the JSON file.
        is_trial: see `write_page`.
    """
    runs: dict[str, Runs] = {}
    for one in results:
        runs.setdefault(one.task, {}).setdefault(one.arm, []).append(one)
    warning = "**A trial on few rows or steps: these figures mean nothing.**\n\n" if is_trial else ""
    parts = [
        "# What learned retention costs in accuracy\n",
        f"{warning}{_opening(runs)}",
        USE,
        _bars(runs),
        READING,
        "## Against other ways to spend as much\n",
        _arms(),
        *(_task(TASKS[name], found) for name, found in runs.items()),
        "## Retention or depth\n",
        LEVERS,
        _levers(runs),
        "## How it was measured\n",
        _method(results, data),
    ]
    return "\n".join(parts) + "\n"


def _opening(runs: dict[str, Runs]) -> str:
    """The figure by which a reader decides."""
    judged = [
        (task, [_holds(task, arm, found[arm]) for arm in ("learned", "learned+depth") if arm in found])
        for task in TASKS.values()
        if "learned" in (found := runs.get(task.name, {}))
    ]
    if not judged:
        return "`edge-power fit` was not run on any task yet.\n"
    bars, points = [task.bar.most for task, _ in judged], [task.points for task, _ in judged]
    return (
        f"`edge-power fit` leaves {_range(bars, 2)} of the multiply-adds. On {sum(any(held) for _, held in judged)} of "
        f"{len(judged)} tasks it stays within {_range(points, 1)} points of the unpruned model.\n"
    )


def _range(numbers: Sequence[float], digits: int) -> str:
    least, most = (f"{one:.{digits}f}" for one in (min(numbers), max(numbers)))
    return least if least == most else f"{least} to {most}"


def _holds(task: Task, arm: str, found: Sequence[Result]) -> bool:
    """Whether an arm is within its task's bar; what is shown is what is judged."""
    left, lost = mean(one.found.multiply_adds for one in found), mean(one.loss for one in found)
    return round(left, 2) <= task.bar_of(arm).most and round(lost, 2) <= task.points


def _bars(runs: dict[str, Runs]) -> str:
    rows = []
    for task in TASKS.values():
        found = runs.get(task.name, {})
        both = task.depth_bar is not None or "learned+depth" in found
        arms = ("learned", "learned+depth") if both else ("learned",)
        rows += [_bar(task, arm, found.get(arm, [])) for arm in arms]
    return _table(
        ("task, metric", "arm", "bar: multiply-adds", "left", "bar: points", "unpruned", "learned", "points lost",
         "mean", "held"),
        rows,
    )  # fmt: skip


def _bar(task: Task, arm: str, found: Sequence[Result]) -> Sequence[str]:
    head = (f"{task.directory}, {task.metric}", arm, f"{task.bar_of(arm).most:.2f}")
    if not found:
        return (*head, "not run", f"{task.points:.1f}", *[""] * 5)
    left, lost = mean(one.found.multiply_adds for one in found), mean(one.loss for one in found)
    return (
        *head, f"{left:.2f}", f"{task.points:.1f}", _each(one.unpruned_dev for one in found),
        _each(one.found.dev for one in found), ", ".join(f"{one.loss:.2f}" for one in found), f"{lost:.2f}",
        "yes" if _holds(task, arm, found) else "**no**",
    )  # fmt: skip


def _arms() -> str:
    lines = (f"- **{arm.name}**: {arm.says}." for arm in ARMS.values())
    return "\n".join((*lines, "", EQUAL))


def _task(task: Task, runs: Runs) -> str:
    rows = [_row(found) for found in runs.values()]
    head = (
        "arm",
        "encoders",
        "multiply-adds",
        "expected latency",
        "steps",
        f"{task.metric} on dev",
        "mean",
        "points lost",
    )
    parts = [f"### {task.directory}, {task.bar.most:.2f} of the multiply-adds\n", _table(head, rows)]
    if "learned" in runs:
        said = (*_schedules(runs["learned"]), *verdict(runs), *_of_paper(runs.get("paper", [])), *of_shared(runs))
        parts += [f"{sentence}\n" for sentence in said]
    return "\n".join(parts)


def _schedules(found: Sequence[Result]) -> list[str]:
    """Fractions of the words that encoders pass on; the last one passes on [CLS] alone."""
    written = ("`" + " ".join(f"{part:.2f}" for part in one.found.schedule[:-1]) + "`" for one in found)
    return [f"Learned, words passed on by encoders 1 to {found[0].found.encoders - 1}: {'; '.join(written)}."]


def _row(found: Sequence[Result]) -> Sequence[str]:
    return (
        found[0].arm,
        ", ".join(sorted({str(one.found.encoders) for one in found})),
        f"{mean(one.found.multiply_adds for one in found):.2f}",
        f"{mean(one.found.expected_latency for one in found):.2f}",
        ", ".join(sorted({f"{one.found.steps:,}" for one in found})),
        _each(one.found.dev for one in found),
        f"{mean(one.found.dev for one in found):.4f}",
        _points(found),
    )


def verdict(runs: Runs) -> list[str]:
    """Say whether the learned schedule is above each rival, on the mean over the seeds that both were run with.

    Args:
        runs: of one task, with the arm `learned`.
    """
    beaten, others, missing = [], [], []
    for name, arm in ARMS.items():
        if not arm.is_rival or (arm.is_dearer and name not in runs):
            continue
        rivals, learned = _dev_of(runs, name), _dev_of(runs, "learned")
        ours = {seed: dev for seed, dev in learned.items() if seed in rivals}
        if not ours:
            missing.append(f"*{name}*")
            continue
        ahead = 100 * (mean(ours.values()) - mean(rivals[seed] for seed in ours))
        if ahead > 0:
            beaten.append(f"*{name}* by {ahead:.2f}")
        elif ahead == 0:
            others.append(f"It ties with *{name}*.")
        else:
            others.append(f"**It does not win against *{name}***, which is {-ahead:.2f} points above it.")
    said = [f"The learned schedule beats {_listed(beaten)} points."] if beaten else []
    return said + others + ([f"Not run with the same seeds: {_listed(missing)}."] if missing else [])


def _dev_of(runs: Runs, arm: str) -> dict[int, float]:
    """The metric of an arm by seed."""
    return {one.seed: one.found.dev for one in runs.get(arm, [])}


def _of_paper(found: Sequence[Result]) -> list[str]:
    """What the paper's own comparison would say, and what its scan cost."""
    scans = [one.found.scan for one in found if one.found.scan is not None]
    if not scans:
        return []
    length, padded = scans[0].length, mean(scan.of_padded for scan in scans)
    left = mean(one.found.multiply_adds for one in found)
    searches = "; ".join(
        ", ".join(f"{price:.2g}: {reached:.2f}" for price, reached in scan.searches) + f" (took {scan.chosen:.2g})"
        for scan in scans
    )
    extra = sum(scan.seconds for scan in scans) / 60
    return [
        f"*paper*: {padded:.2f} of the multiply-adds of a model padded to {length}, as the paper compares, are "
        f"{left:.2f} of those at the true lengths. Searches, lambda and what was left: {searches}; those not taken "
        f"cost {extra:.0f} minutes more."
    ]


def _levers(runs: dict[str, Runs]) -> str:
    """A row for each task, by the length of its texts."""
    have = [(TASKS[name], found) for name, found in runs.items() if "learned" in found]
    rows = [levers(task, found) for task, found in sorted(have, key=lambda one: one[1]["learned"][0].tokens)]
    pairs = [f"*{arm}*: {what}" for arm in _LEVERS for what in ("latency", "lost")]
    return _table(("task", "tokens", *pairs), rows)


def levers(task: Task, runs: Runs) -> Sequence[str]:
    """Expected latency and points lost by retention, by both, and by depth: means over seeds that have the same arms.

    Args:
        task: with its name.
        runs: of this task, with the arm `learned`.
    """
    have = {arm: _dev_of(runs, arm) for arm in _LEVERS}
    arms_of = {seed: [arm for arm in _LEVERS if seed in have[arm]] for seed in have["learned"]}
    most = max(arms_of.values(), key=len)
    seeds = [seed for seed, arms in arms_of.items() if arms == most]
    cells = []
    for arm in _LEVERS:
        found = [one for one in runs.get(arm, []) if one.seed in seeds]
        cells += [f"{mean(one.found.expected_latency for one in found):.2f}", _points(found)] if found else ["", ""]
    return (task.directory, f"{runs['learned'][0].tokens:.0f}", *cells)


def _points(found: Sequence[Result]) -> str:
    return f"{mean(one.loss for one in found):.2f}"


def of_shared(runs: Runs) -> list[str]:
    """Hold weights that serve three budgets against weights of their own for each.

    Args:
        runs: of one task.
    """
    rows = sorted(row for row in (_sharing(runs, budget) for budget in BUDGETS) if row is not None)
    if not rows:
        return []
    head = ("multiply-adds", "one set of weights for all", "a set for each", "points that sharing costs")
    shown = [(f"{left:.2f}", f"{one:.4f}", f"{own:.4f}", f"{100 * (own - one):.2f}") for left, one, own in rows]
    said = "*shared* against *learned*, *more* and *less*, which took as many steps each, on the seeds that both have:"
    return [said, _table(head, shown).rstrip()]


def _sharing(runs: Runs, budget: str) -> tuple[float, float, float] | None:
    """A budget of `shared`: multiply-adds, the metric, and that of weights of its own; means over the seeds of both."""
    own = _dev_of(runs, budget)
    both = [one for one in runs.get("shared", []) if one.seed in own]
    if not both:
        return None
    found = [next(each for each in one.found.served if each.name == budget) for one in both]
    left, shared = mean(one.multiply_adds for one in found), mean(one.dev for one in found)
    return left, shared, mean(own[one.seed] for one in both)


def _method(results: Sequence[Result], data: str) -> str:
    machines = sorted({f"{_machine(one.machine)}, {one.options['precision']}" for one in results})
    versions = sorted({f"{name} {number}" for one in results for name, number in one.versions.items()})
    hours = sum(one.seconds for one in results) / 3600
    return (
        f"{METHOD}- {len(results)} units, {hours:.1f} hours of training. Machines: {'; '.join(machines) or 'none'}. "
        f"{', '.join(versions)}. Every figure: [{data}]({data}).\n"
    )


def _machine(machine: dict[str, str]) -> str:
    threads = f"{machine['threads']} thread{'s' * (machine['threads'] != '1')}"
    return f"{machine['device']} ({machine['processor']}, {threads})"


def _without_curves(result: Result) -> tuple[PhaseRecord, ...]:
    return tuple(replace(phase, log=()) for phase in result.found.phases)


def _each(metrics: Iterable[float]) -> str:
    return ", ".join(f"{metric:.4f}" for metric in metrics)


def _listed(items: Sequence[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"
