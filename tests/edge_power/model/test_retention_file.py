"""retention.json: every form of it there and back, and what a model makes of it."""

import os
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from edge_power.model.classifier import PowerForSequenceClassification
from edge_power.model.retention_file import (
    Retention,
    parse_keep,
    parse_retention,
    read_budgets,
    retention_to_json,
)
from edge_power_runtime import RetentionConfig, RetentionError, RetentionSchedule
from tests.tiny import tiny_model

SCHEDULE = Retention(schedule=RetentionSchedule((0.8, 0.5, 0.3, 0.3)))
CONFIGURATIONS = Retention(
    configurations={32: RetentionConfig(32, (20, 10, 5, 1)), 8: RetentionConfig(8, (8, 4, 2, 2))}
)


def _parse(text):
    return parse_retention(text).budgets["balanced"]


BUDGETS = [
    {"balanced": SCHEDULE},
    {"balanced": CONFIGURATIONS},
    {"quick": SCHEDULE},
    {"quick": SCHEDULE, "balanced": CONFIGURATIONS},
]


@pytest.mark.parametrize("budgets", BUDGETS)
def test_text_round_trip(budgets):
    again = parse_retention(retention_to_json(budgets)).budgets
    assert list(again.items()) == list(budgets.items())


@pytest.mark.parametrize("budgets", [*BUDGETS, {}])
def test_a_checkpoint_carries_it(tmp_path, budgets):
    model = tiny_model()
    model.budgets = budgets
    model.save_pretrained(tmp_path)
    assert (tmp_path / "retention.json").is_file() == bool(budgets)
    again = PowerForSequenceClassification.from_pretrained(tmp_path)
    assert list(again.budgets.items()) == list(budgets.items())
    assert again.retention == next(iter(budgets.values()), None)


def test_one_retention_is_written_without_a_name():
    assert retention_to_json({"balanced": SCHEDULE}) == '{\n "schedule": [\n  0.8,\n  0.5,\n  0.3,\n  0.3\n ]\n}\n'


def test_a_budget_has_a_name_that_programs_can_have():
    with pytest.raises(RetentionError, match="budget name 'my budget' cannot be used; take letters, digits, _"):
        parse_retention('{"budgets": {"my budget": [0.5]}}')
    with pytest.raises(RetentionError, match="budget name 'full' cannot be used"):
        parse_retention('{"budgets": {"full": [0.5]}}')


def test_a_bare_list_is_a_schedule():
    assert _parse("[0.8, 0.5, 0.3, 0.3]") == SCHEDULE
    assert parse_keep("0.8,0.5, 0.3 ,0.3") == SCHEDULE
    assert _parse("[1, 1]").schedule == RetentionSchedule((1.0, 1.0))


def test_one_schedule_serves_every_length():
    assert SCHEDULE.at(20, encoders=4) == RetentionConfig(20, (16, 10, 6, 1))
    assert parse_keep("0.8,0.5,0.3").at(20, encoders=4) == RetentionConfig(20, (16, 10, 6, 1))
    with pytest.raises(RetentionError, match="4 fractions and the model has 6 encoders; give 5 fractions"):
        SCHEDULE.at(20, encoders=6)


def test_configurations_serve_their_lengths():
    assert CONFIGURATIONS.at(8, encoders=4) == RetentionConfig(8, (8, 4, 2, 1))
    assert CONFIGURATIONS.at(8, encoders=5) == RetentionConfig(8, (8, 4, 2, 2, 1))
    with pytest.raises(RetentionError, match="no configuration for length 16, only for 8, 32; add one"):
        CONFIGURATIONS.at(16, encoders=4)
    with pytest.raises(RetentionError, match="length 8 has 4 numbers, the model has 3 encoders"):
        CONFIGURATIONS.at(8, encoders=3)


def test_a_configuration_goes_before_the_schedule():
    both = Retention(SCHEDULE.schedule, {8: RetentionConfig(8, (2, 2, 2, 1))})
    assert both.at(8, encoders=4).keep == (2, 2, 2, 1)
    assert both.at(10, encoders=4).keep == (8, 5, 3, 1)


def test_errors_name_the_file(tmp_path):
    path = tmp_path / "retention.json"
    with pytest.raises(RetentionError, match="no retention file at .*retention.json"):
        read_budgets(path)
    path.write_text("[0.5, 0.9]", encoding="utf-8")
    with pytest.raises(RetentionError, match=r"retention\.json: encoder 2 has 0.9, more than the 0.5 before"):
        read_budgets(path)
    path.write_text("[" * 100_000, encoding="utf-8")
    with pytest.raises(RetentionError, match="not valid JSON"):
        read_budgets(path)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"[1{'0' * 400}]", "encoder 1 has the fraction inf, must be in"),
        ("[1e999]", "encoder 1 has the fraction inf"),
        ("[NaN]", "encoder 1 has the fraction nan"),
        (f'{{"configurations": {{"{"9" * 5000}": [1]}}}}', "listed under a length such as '32', found '999"),
        ('{"configurations": {"08": [8, 4, 2, 1]}}', "listed under a length such as '32', found '08'"),
        ('{"configurations": {"8": [8], "8": [4]}}', "the key '8' is there twice"),
        ('{"schedule": [0.5], "schedule": [0.4]}', "the key 'schedule' is there twice"),
        (f"[{'0.5,' * 1000} 0.5]", "a number per encoder, at most 512, found 1001"),
        (f'{{"configurations": {{"8": [{"8," * 1000} 8]}}}}', "a number per encoder, at most 512, found 1001"),
        (f'{{"budgets": {{"{"a" * 300}": [0.5]}}}}', "the budget name 'aaa"),
        ('{"budgets": {"\\ud800": [0.5]}}', r"the budget name '\ud800' cannot be used"),
    ],
    ids=range(11),
)
def test_numbers_and_names_that_no_retention_has(text, expected):
    with pytest.raises(RetentionError, match=re.escape(expected)) as caught:
        parse_retention(text)
    assert len(str(caught.value)) < 400 and "\n" not in str(caught.value)


def test_a_file_without_end_is_not_read_to_it():
    with pytest.raises(RetentionError, match="the retention file /dev/zero has more than 1,048,576 bytes"):
        read_budgets(Path("/dev/zero"))


def test_a_pipe_is_read_once(tmp_path):
    """As a shell gives it: --retention <(echo ...)."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor() as threads:
        threads.submit(pipe.write_text, "[0.8, 0.5, 0.3, 0.3]", "utf-8")
        assert read_budgets(pipe) == {"balanced": SCHEDULE}
