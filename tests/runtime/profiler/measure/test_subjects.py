"""Cases that are made ready: what differs by budget and length alone shares a model."""

import pytest

from edge_power_runtime import model as runtime_model
from edge_power_runtime.profiler.measure.subjects import SubjectOpener
from edge_power_runtime.profiler.report.record import Case


@pytest.fixture
def opened(monkeypatch) -> list[int]:
    """The thread counts of the engines that were opened."""
    found: list[int] = []
    open_engine = runtime_model.open_engine

    def counting(*arguments, num_threads):
        found.append(num_threads)
        return open_engine(*arguments, num_threads=num_threads)

    monkeypatch.setattr(runtime_model, "open_engine", counting)
    return found


def test_an_engine_is_opened_once_for_all_budgets_and_lengths(tiny, engine, opened):
    opener = SubjectOpener(tiny, ())
    cases = [
        Case(engine, "fp32", budget, length, threads)
        for threads in (1, 2)
        for budget in ("fast", "full")
        for length in (8, 24)
    ]
    subjects = [opener.open(case) for case in cases]
    assert opened == [1, 2]
    for case, subject in zip(cases, subjects, strict=True):
        assert (subject.case, subject.classifier.budget, subject.classifier.num_threads) == (
            case, case.budget, case.threads
        )  # fmt: skip
        assert subject.classifier(subject.texts.texts[0]).length == case.length
    assert len({id(subject.classifier) for subject in subjects}) == 4
    assert len({id(subject.classifier.model) for subject in subjects}) == 2
