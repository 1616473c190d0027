"""A report of version 1, which had four stages of fixed names, is read as one of today."""

import json

import pytest

from edge_power_runtime import BundleError
from edge_power_runtime.profiler.report.file import read_report
from edge_power_runtime.profiler.report.spans import SpanTimes
from tests.mangled import any_values, mangled, places

STATE = (
    '{"clocks_mhz":{"0":2400.5},"temperatures_c":{"cpu-thermal":41.0},"throttle_counts":{"0":3},'
    '"load_average":[0.1,0.2,0.3],"available_bytes":1000,"battery":{"percent":80.0,"status":"Discharging"}}'
)
EMPTY_STATE = (
    '{"clocks_mhz":{},"temperatures_c":{},"throttle_counts":{},"load_average":[],"available_bytes":null,"battery":null}'
)
CASE = '{"engine":"onnx","precision":"fp32","budget":"größer","length":8,"threads":1}'
LITERAL = (
    '{"schema_version":1,"created":"2026-01-02T03:04:05+00:00","bundle":{"name":"tiny","architecture":"bert",'
    '"manifest_sha256":"00","schedules":{"größer":[0.5,0.25]},"delegation":{"full_8":{"delegate":"XnnpackBackend",'
    '"inside":{"linear":2},"outside":{"topk":1}}}},"settings":{"warmup":1,"iterations":2,"max_seconds":null,"burst":2,'
    '"percentiles":[50.0,99.0],"texts":"built-in","num_texts":0},"environment":{"device":null,"cpu":"a CPU",'
    '"architecture":"aarch64","cores":[{"index":0,"min_mhz":null,"max_mhz":2400.0,"governor":"schedutil"}],'
    '"memory_bytes":null,"system":"Linux","kernel":"6.1","android":null,"versions":{"python":"3.11.7"},"before":'
    + STATE
    + ',"after":'
    + EMPTY_STATE
    + ',"usage":{"wall_s":1.5,"own_cpu_s":1.0,"other_cpu_s":null,"stolen_s":0.0,"involuntary_switches":4}},"results":'
    '[{"case":' + CASE + ',"keep":[4,1],"macs":1000,"artifact_bytes":500,"num_tokens":8,"startup":{"load_ms":1.0,'
    '"first_answer_ms":2.0,"steady_bytes":3,"peak_bytes":null,"process_bytes":5},"rounds":[1,1],"stages":'
    '{"tokenize_ms":[0.1,0.2],"choose_ms":[0.25,0.25],"run_ms":[1.0,2.0],"decode_ms":[0.5,0.5]},"num_texts":0}],"mixes":'
    '[{"engine":"onnx","precision":"fp32","budget":"größer","threads":1,"lengths":[8],"num_tokens":[3],'
    '"total_ms":[1.5],"truncated":0}],"operations":[{"case":' + CASE + ',"runs":20,"operations":[{"name":"a/MatMul",'
    '"kind":"MatMul","encoder":1,"group":"attention","time_ms":0.5}],"unavailable":null}],"latency_tables":'
    '[{"engine":"onnx","precision":"fp32","threads":1,"word_vectors":[1,8],"fixed_ms":0.1,"token_ms":0.01,'
    '"entering_ms":[[0.0,0.1]],"leaving_ms":[[0.0,0.2]],"fitted":["full_8"],"errors":[0.01],"extract_ms":0.05}],"flags":[{"kind":'
    '"few-samples","case":' + CASE + ',"reason":"too few"},{"kind":"throttled","case":null,"reason":"hot"}],'
    '"reference":{"work":"a fixed product","rounds":[1,2],"times_ms":[1.5,1.625,1.75]}}\n'
)


# What an engine's own benchmark program gave: its run, and no other stage.
RUN_ALONE = LITERAL
for stage in ("[0.1,0.2]", "[0.25,0.25]", "[0.5,0.5]"):
    RUN_ALONE = RUN_ALONE.replace(f'_ms":{stage}', '_ms":null')


def broken(name: str, value: object) -> str:
    """The literal with one stage replaced."""
    return mangled(LITERAL, ("results", 0, "stages", name), value)


def test_the_stages_are_spans_of_a_classifier():
    report = read_report(LITERAL.encode(), "report.json")
    (result,) = report.results
    assert result.spans == (
        SpanTimes("encode", False, (0.1, 0.2)),
        SpanTimes("choose", False, (0.25, 0.25)),
        SpanTimes("run", True, (1.0, 2.0)),
        SpanTimes("decode", False, (0.5, 0.5)),
    )
    assert result.total_ms == pytest.approx((1.85, 2.95))
    assert report.schema_version == 3
    assert report.reference.times_ms == (1.5, 1.625, 1.75) and report.flags[0].case == result.case


def test_it_is_written_as_today_and_nothing_else_of_it_changes():
    report = read_report(LITERAL, "report.json")
    assert read_report(report.to_json(), "again") == report
    before, after = json.loads(LITERAL), json.loads(report.to_json())
    del before["schema_version"], after["schema_version"]
    del before["results"][0]["stages"], after["results"][0]["spans"]
    # What version 1 did not have.
    assert [table.pop("rates") for table in after["latency_tables"]] == [None]
    assert after["settings"].pop("baseline") is None
    assert [mix.pop("cascade") for mix in after["mixes"]] == [None]
    assert before == after


def test_stages_that_were_not_timed_are_no_spans():
    (result,) = read_report(RUN_ALONE, "report.json").results
    assert result.spans == (SpanTimes("run", True, (1.0, 2.0)),)
    assert result.is_run_alone


def test_three_stages_are_null_or_none_is():
    for name, value in (("tokenize_ms", "choose_ms"), ("decode_ms", "decode_ms")):
        message = rf"stages.{value} must be null where the other stages are, or no stage null"
        with pytest.raises(BundleError, match=message):
            read_report(broken(name, None), "report.json")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (broken("run_ms", [1, "2"]), r"results\[0\].stages.run_ms\[1\] must be a number"),
        (broken("run_ms", None), r"results\[0\].stages.run_ms must be an array"),
        (broken("run_ms", [1]), r"stages.run_ms must be an array of as many samples as the rounds count, 2"),
        (broken("decode_ms", [1, -1]), "stages.decode_ms must be an array of numbers of at least 0"),
        (LITERAL.replace('"stages":{', '"later":{'), r"results\[0\].stages is missing"),
        (LITERAL.replace('"keep":[4,1],', ""), r"results\[0\].keep is missing"),
        ('{"schema_version":1,"results":{}}', "results must be an array"),
        ('{"schema_version":1}', "report.json: results is missing"),
    ],
)
def test_a_mistake_is_told_with_its_place(text, message):
    with pytest.raises(BundleError, match=message):
        read_report(text, "report.json")


def test_any_mangled_value_is_told():
    hypothesis = pytest.importorskip("hypothesis")
    st = hypothesis.strategies
    every = places(json.loads(LITERAL))

    @hypothesis.settings(max_examples=200, deadline=None)
    @hypothesis.given(st.sampled_from(every), any_values(st))
    def check(place, value):
        try:
            report = read_report(mangled(LITERAL, place, value), "report.json")
        except BundleError as error:
            assert str(error).startswith("report.json")
        else:
            assert read_report(report.to_json(), "again") == report

    check()
