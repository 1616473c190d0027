"""retention.json: every form of it there and back, and what a model makes of it."""

import pytest

from edge_power.model import PowerForSequenceClassification
from edge_power.retention_file import Retention, parse_keep, parse_retention, read_retention
from edge_power_runtime import RetentionConfig, RetentionError, RetentionSchedule
from tests.tiny import tiny_model

SCHEDULE = Retention(schedule=RetentionSchedule((0.8, 0.5, 0.3, 0.3)))
CONFIGURATIONS = Retention(
    configurations={32: RetentionConfig(32, (20, 10, 5, 1)), 8: RetentionConfig(8, (8, 4, 2, 2))}
)


@pytest.mark.parametrize("retention", [SCHEDULE, CONFIGURATIONS])
def test_text_round_trip(retention):
    again = parse_retention(retention.to_json())
    assert again == retention
    assert again.to_json() == retention.to_json()


@pytest.mark.parametrize("retention", [SCHEDULE, CONFIGURATIONS, None])
def test_a_checkpoint_carries_it(tmp_path, retention):
    model = tiny_model()
    model.retention = retention
    model.save_pretrained(tmp_path)
    assert (tmp_path / "retention.json").is_file() == (retention is not None)
    assert PowerForSequenceClassification.from_pretrained(tmp_path).retention == retention


def test_a_bare_list_is_a_schedule():
    assert parse_retention("[0.8, 0.5, 0.3, 0.3]") == SCHEDULE
    assert parse_keep("0.8,0.5, 0.3 ,0.3") == SCHEDULE
    assert parse_retention("[1, 1]").schedule == RetentionSchedule((1.0, 1.0))


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
        read_retention(path)
    path.write_text("[0.5, 0.9]", encoding="utf-8")
    with pytest.raises(RetentionError, match=r"retention\.json: encoder 2 has 0.9, more than the 0.5 before"):
        read_retention(path)
    path.write_text("[" * 100_000, encoding="utf-8")
    with pytest.raises(RetentionError, match="not valid JSON"):
        read_retention(path)
