"""The latency table that a fit chooses by: which reports are taken, and that what they say decides."""

from dataclasses import replace
from pathlib import Path

import pytest

from edge_power.data import Source
from edge_power.errors import OptionError
from edge_power.fitting.latency import check_table, read_table
from edge_power.fitting.options import FitOptions, Goal
from edge_power_runtime import InputError
from edge_power_runtime.profiler.report.record import LatencyRates
from tests.profile_records import full_report, latency_table

TABLE = replace(latency_table(), rates=LatencyRates(0.01, 0.0001, 0.02))


def write(tmp_path: Path, *tables: object) -> Path:
    path = tmp_path / "report.json"
    path.write_text(replace(full_report(), latency_tables=tables).to_json(), encoding="utf-8")
    return path


def test_the_table_of_a_report_is_read(tmp_path):
    assert read_table(write(tmp_path, TABLE)) == TABLE


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ((), "`latency` needs a report with one latency table, found none in"),
        ((TABLE, replace(TABLE, engine="tflite")), "found onnx fp32 1 threads, tflite fp32 1 threads in"),
        ((latency_table(),), "is of an older version; profile the bundle again"),
    ],
)
def test_other_reports_are_refused(tmp_path, tables, message):
    with pytest.raises(OptionError, match=message):
        read_table(write(tmp_path, *tables))


def test_a_report_that_is_not_there_is_told(tmp_path):
    with pytest.raises(InputError, match="cannot read .*none.json: No such file"):
        read_table(tmp_path / "none.json")


def test_a_table_of_another_model_is_refused():
    check_table(TABLE, 6)
    with pytest.raises(OptionError, match="is of 6 encoders, and this model has 12; profile a bundle of this model"):
        check_table(TABLE, 12)


def test_a_table_is_for_a_goal_that_chooses_by_latency():
    report = Path("report.json")
    options = FitOptions("model", Source("train.tsv"), Path("fit"), Goal(max_loss=1.0), latency=report)
    assert options.latency == report
    with pytest.raises(OptionError, match="^`latency` chooses what is cheapest within `max_loss`; give that with it$"):
        replace(options, goal=Goal(target=0.5))
