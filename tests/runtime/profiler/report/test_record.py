"""A report against literal bytes: what is read, what is written, and how each mistake is told."""

import json
from dataclasses import replace

import pytest

from edge_power_runtime import BundleError, SchemaVersionError
from edge_power_runtime.profiler.report.file import read_report
from edge_power_runtime.profiler.report.record import Baseline, Case, Flag, Reference
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
    '{"schema_version":3,"created":"2026-01-02T03:04:05+00:00","bundle":{"name":"tiny","architecture":"bert",'
    '"manifest_sha256":"00","schedules":{"größer":[0.5,0.25]},"delegation":{"full_8":{"delegate":"XnnpackBackend",'
    '"inside":{"linear":2},"outside":{"topk":1}}}},"settings":{"warmup":1,"iterations":2,"max_seconds":null,"burst":2,'
    '"percentiles":[50.0,99.0],"texts":"built-in","num_texts":0,"baseline":'
    '{"engine":"onnx","precision":null,"budget":"größer"}},"environment":{"device":null,"cpu":"a CPU",'
    '"architecture":"aarch64","cores":[{"index":0,"min_mhz":null,"max_mhz":2400.0,"governor":"schedutil"}],'
    '"memory_bytes":null,"system":"Linux","kernel":"6.1","android":null,"versions":{"python":"3.11.7"},"before":'
    + STATE
    + ',"after":'
    + EMPTY_STATE
    + ',"usage":{"wall_s":1.5,"own_cpu_s":1.0,"other_cpu_s":null,"stolen_s":0.0,"involuntary_switches":4}},"results":'
    '[{"case":' + CASE + ',"keep":[4,1],"macs":1000,"artifact_bytes":500,"num_tokens":8,"startup":{"load_ms":1.0,'
    '"first_answer_ms":2.0,"steady_bytes":3,"peak_bytes":null,"process_bytes":5},"rounds":[1,1],"spans":'
    '[{"name":"encode","in_engine":false,"times_ms":[0.1,0.2]},{"name":"choose","in_engine":false,"times_ms":'
    '[0.25,0.25]},{"name":"run","in_engine":true,"times_ms":[1.0,2.0]},{"name":"decode","in_engine":false,"times_ms":'
    '[0.5,0.5]}],"num_texts":0}],"mixes":'
    '[{"engine":"onnx","precision":"fp32","budget":"größer","threads":1,"lengths":[8],"num_tokens":[3],'
    '"total_ms":[1.5],"truncated":0,"cascade":null},{"engine":"onnx","precision":"fp32","budget":"cascade","threads":1,'
    '"lengths":[0,8,8,8],"num_tokens":[3,4,5,6],"total_ms":[0.5,2.0,2.5,3.0],"truncated":0,"cascade":{"tiers":'
    '[{"name":"bag","temperature":1.5,"threshold":0.75,"times_ms":[0.25,0.5,0.5,0.25]},{"name":"full","temperature":1.0,'
    '"threshold":null,"times_ms":[0.0,1.0,1.5,2.0]}],"answered":[0,1,1,1],"alone_ms":[3.0,3.0,6.0]}}],"operations":[{"case":'
    + CASE
    + ',"runs":20,"operations":[{"name":"a/MatMul",'
    '"kind":"MatMul","encoder":1,"group":"attention","time_ms":0.5}],"unavailable":null}],"latency_tables":'
    '[{"engine":"onnx","precision":"fp32","threads":1,"word_vectors":[1,8],"fixed_ms":0.1,"token_ms":0.01,'
    '"entering_ms":[[0.0,0.1]],"leaving_ms":[[0.0,0.2]],"fitted":["full_8"],"errors":[0.01],"extract_ms":0.05,"rates":{"entering_ms":0.5,"square_ms":0.125,"leaving_ms":0.25}}],"flags":[{"kind":'
    '"few-samples","case":' + CASE + ',"reason":"too few"},{"kind":"throttled","case":null,"reason":"hot"}],'
    '"reference":{"work":"a fixed product","rounds":[1,2],"times_ms":[1.5,1.625,1.75]}}\n'
)


def broken(*path: str | int, value: object = None, drop: bool = False) -> str:
    """The literal with one value replaced, or left out."""
    if not drop:
        return mangled(LITERAL, path, value)
    root = json.loads(LITERAL)
    node = root
    for key in path[:-1]:
        node = node[key]
    del node[path[-1]]
    return json.dumps(root)


def test_a_literal_report_is_read():
    report = read_report(LITERAL.encode(), "report.json")
    (result,) = report.results
    assert result.case == Case("onnx", "fp32", "größer", 8, 1)
    assert [(span.name, span.in_engine) for span in result.spans] == [
        ("encode", False), ("choose", False), ("run", True), ("decode", False),
    ]  # fmt: skip
    assert result.spans[0] == SpanTimes("encode", False, (0.1, 0.2))
    assert result.total_ms == pytest.approx((1.85, 2.95))
    assert result.run_ms == (1.0, 2.0)
    assert not result.is_run_alone
    assert result.startup.peak_bytes is None
    assert report.settings.baseline == Baseline(engine="onnx", budget="größer")
    assert report.environment.before.battery.status == "Discharging"
    assert report.environment.after.battery is None
    assert report.flags == (Flag("few-samples", result.case, "too few"), Flag("throttled", None, "hot"))
    assert report.bundle.delegation["full_8"].outside == {"topk": 1}
    assert report.operations[0].operations[0].group == "attention"
    assert report.latency_tables[0].entering_ms == ((0.0, 0.1),)
    assert report.mixes[0].lengths == (8,) and report.mixes[0].cascade is None
    assert report.reference == Reference("a fixed product", (1, 2), (1.5, 1.625, 1.75))


def test_what_a_mix_tells_of_a_cascade():
    mix = read_report(LITERAL, "report.json").mixes[1]
    found = mix.cascade
    assert [tier.name for tier in found.tiers] == ["bag", "full"]
    assert (found.share(0), found.share(1), found.passed_on) == (0.25, 0.75, (0.75,))
    assert found.asked_ms(0) == (0.25, 0.5, 0.5, 0.25) and found.asked_ms(1) == (1.0, 1.5, 2.0)
    # Of the three texts that both answered: 0.5, 2 and 2.5 ms against 3, 3 and 6.
    assert found.speed_up(mix.total_ms) == pytest.approx(12 / 5)
    assert found.speed_up(mix.total_ms, max) == 6 / 2.5
    assert found.speed_up((0.0,) * 4) is None


def test_a_report_of_version_2_is_read_as_one_of_today():
    older = json.loads(LITERAL)
    older["schema_version"], older["mixes"] = 2, older["mixes"][:1]
    del older["mixes"][0]["cascade"]
    report = read_report(json.dumps(older), "report.json")
    assert report.schema_version == 3 and report.mixes[0].cascade is None
    assert report == replace(read_report(LITERAL, "report.json"), mixes=report.mixes)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("tiers",), [], "tiers must be an array of two tiers at least"),
        (("tiers", 1, "name"), "bag", r"tiers\[1\].name must be a name that no other tier of the cascade has"),
        (
            ("tiers", 0, "times_ms"),
            [1],
            r"tiers\[0\].times_ms must be an array of as many samples as the rounds count, 4",
        ),
        (("tiers", 0, "times_ms"), [1, 1, 1, -1], r"tiers\[0\].times_ms must be an array of numbers of at least 0"),
        (("answered",), [0, 1, 1], "answered must be an array of 4 places of tiers, from 0"),
        (("answered",), [0, 1, 1, 2], "answered must be an array of 4 places of tiers, from 0"),
        (("alone_ms",), [], "alone_ms must be an array of one sample at least"),
        (("alone_ms",), [-1], "alone_ms must be an array of numbers of at least 0"),
    ],
)
def test_a_cascade_that_contradicts_itself_is_told_with_its_place(path, value, message):
    with pytest.raises(BundleError, match=rf"mixes\[1\].cascade.{message}"):
        read_report(broken("mixes", 1, "cascade", *path, value=value), "report.json")


def test_it_is_written_as_it_was_read():
    assert read_report(LITERAL, "report.json").to_json() == LITERAL


def test_a_newer_schema_is_refused():
    newer = LITERAL.replace('"schema_version":3', '"schema_version":4')
    with pytest.raises(SchemaVersionError) as caught:
        read_report(newer, "report.json")
    assert str(caught.value) == (
        "report.json has schema_version 4, this runtime reads up to 3; "
        "update edge-power-runtime: pip install --upgrade edge-power-runtime"
    )


def test_an_engines_run_alone_is_a_report_without_the_other_spans():
    text = broken("results", 0, "spans", value=[json.loads(LITERAL)["results"][0]["spans"][2]])
    (result,) = read_report(text, "report.json").results
    assert result.total_ms == result.run_ms == (1.0, 2.0)
    assert result.is_run_alone


def test_an_answer_of_two_runs_is_read():
    spans = [{"name": name, "in_engine": name != "ask", "times_ms": [1, 0]} for name in ("first", "ask", "second")]
    (result,) = read_report(broken("results", 0, "spans", value=spans), "report.json").results
    assert (result.total_ms, result.run_ms, result.is_run_alone) == ((3.0, 0.0), (2.0, 0.0), False)


def test_an_answer_without_an_engine_is_read():
    spans = [{"name": "look up", "in_engine": False, "times_ms": [1, 2]}]
    (result,) = read_report(broken("results", 0, "spans", value=spans), "report.json").results
    assert (result.total_ms, result.run_ms, result.is_run_alone) == ((1.0, 2.0), (0.0, 0.0), False)


def test_a_newer_schema_is_refused_whatever_else_it_has():
    with pytest.raises(SchemaVersionError):
        read_report('{"schema_version": 5, "results": "elsewhere"}', "report.json")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "report.json is not valid JSON"),
        ("[]", "report.json: the document must be an object"),
        ("{}", "report.json: schema_version is missing"),
        (broken("schema_version", value=0), "schema_version must be a whole number in 1"),
        (broken("flags", drop=True), "report.json: flags is missing"),
        (
            broken("results", 0, "spans", 2, "times_ms", 1, value="2"),
            r"results\[0\].spans\[2\].times_ms\[1\] must be a number",
        ),
        (broken("results", 0, "spans", 2, "in_engine", value=1), r"spans\[2\].in_engine must be true or false"),
        (broken("results", 0, "spans", drop=True), r"results\[0\].spans is missing"),
        (broken("results", 0, "case", "length", value=-1), r"results\[0\].case.length must be a whole number in 0"),
        (broken("results", 0, "case", "threads", value=True), "threads must be a whole number"),
        (broken("results", value={}), "results must be an array"),
        (broken("environment", "versions", value=[]), "environment.versions must be an object"),
        (broken("environment", "before", value=None), "environment.before must be an object"),
        (
            broken("operations", 0, "operations", 0, "group", value="mlp"),
            "must be one of attention, extract, ffn, rest",
        ),
        (broken("flags", 0, "kind", value="ghost"), r"flags\[0\].kind must be one of clock-changed"),
        (broken("reference", "times_ms", 2, value="1.75"), r"reference.times_ms\[2\] must be a number"),
        (broken("reference", "times_ms", drop=True), "reference.times_ms is missing"),
        (broken("reference", value=[1.5]), "reference must be an object"),
        (LITERAL.replace("1.625", "NaN"), "NaN is not a JSON value"),
        (LITERAL.replace("1.5", "NaN"), "NaN is not a JSON value"),
        (LITERAL.replace("1.5", "1e999"), "must be a finite number"),
    ],
)
def test_a_mistake_is_told_with_its_place(text, message):
    with pytest.raises(BundleError, match=message):
        read_report(text, "report.json")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            broken("results", 0, "spans", 2, "times_ms", value=[1]),
            r"spans\[2\].times_ms must be an array of as many samples as the rounds",
        ),
        (
            broken("results", 0, "spans", 0, "times_ms", value=[1, -1]),
            r"spans\[0\].times_ms must be an array of numbers of at least 0",
        ),
        (broken("results", 0, "spans", value=[]), r"results\[0\].spans must be an array of one span at least"),
        (
            broken("results", 0, "spans", 1, "name", value="encode"),
            r"spans\[1\].name must be a name that no other span",
        ),
        (broken("results", 0, "spans", 1, "name", value=""), r"spans\[1\].name must be a name that no other span"),
        (broken("results", value=[]), "results must be an array of one result at least"),
        (broken("results", 0, "rounds", value=[]), r"results\[0\].rounds must be numbers whose sum is at least 1"),
        (broken("results", 0, "keep", value=[]), "keep must be a number for each encoder"),
        (
            broken("results", 0, "keep", value=[4, 5]),
            r"keep must be .*, one encoder at least, from 1 to what enters it",
        ),
        (broken("results", 0, "keep", value=[9, 1]), r"results\[0\].keep must be .* from 1 to what enters it"),
        (broken("results", 0, "keep", value=[4, 0]), r"results\[0\].keep must be .* from 1 to what enters it"),
        (
            broken("results", value=2 * json.loads(LITERAL)["results"]),
            r"results\[1\].case must be a case that no other",
        ),
        (broken("mixes", 0, "lengths", value=[]), "lengths must be an array of one sample at least"),
        (broken("mixes", 0, "num_tokens", value=[3, 4]), "num_tokens must be an array of as many samples"),
        (broken("mixes", 0, "total_ms", value=[]), "total_ms must be an array of as many samples"),
        (broken("latency_tables", 0, "word_vectors", value=[8, 1]), "word_vectors must be an array of rising numbers"),
        (broken("latency_tables", 0, "entering_ms", value=[[0.5]]), r"entering_ms\[0\] must be an array of one number"),
        (broken("latency_tables", 0, "leaving_ms", value=[]), "leaving_ms must be an array of as many encoders"),
        (broken("reference", "rounds", value=[1, 1]), "reference.times_ms must be an array of as many samples as the"),
        (broken("reference", "rounds", value=[0]), "reference.rounds must be numbers whose sum is at least 1"),
        (broken("reference", "times_ms", 0, value=-1.5), "reference.times_ms must be an array of numbers of at least"),
        (broken("reference", "times_ms", 0, value=0), "reference.times_ms must be an array of numbers above 0"),
        (
            broken("results", 0, "case", "engine", value="ort"),
            r"results\[0\].case.engine must be one of onnx, tflite, ex",
        ),
        (broken("results", 0, "case", "precision", value="int4"), r"case.precision must be one of fp32, fp16, int8"),
        (broken("operations", 0, "case", "engine", value=""), r"operations\[0\].case.engine must be one of onnx"),
        (broken("flags", 0, "case", "engine", value="x"), r"flags\[0\].case.engine must be one of onnx"),
        (broken("results", 0, "case", "length", value=0), r"case.length must be a whole number in 1"),
        (broken("mixes", 0, "threads", value=0), r"mixes\[0\].threads must be a whole number in 1"),
        (broken("mixes", 0, "engine", value="x"), r"mixes\[0\].engine must be one of onnx"),
        (broken("latency_tables", 0, "precision", value="x"), r"latency_tables\[0\].precision must be one of fp32"),
        (
            broken("results", 0, "spans", 2, "times_ms", value=[1, 1e16]),
            r"times_ms\[1\] must be a number within 1e\+15",
        ),
        (broken("latency_tables", 0, "fixed_ms", value=-1e300), r"fixed_ms must be a number within 1e\+15"),
        (broken("settings", "percentiles", value=[101]), "percentiles must be an array of numbers in 0..100"),
    ],
)
def test_parts_that_do_not_fit_together_are_told(text, message):
    with pytest.raises(BundleError, match=message):
        read_report(text, "report.json")


def test_every_number_that_is_not_whole_has_a_bound():
    """Of all fields, those that are null here too: a sum or a square of one without a bound would overflow."""

    def is_taken(value: float) -> bool:
        try:
            read_report(broken(*place, value=value), "report.json")
        except BundleError:
            return False
        return True

    numbers = 0
    for place in places(json.loads(LITERAL)):
        if is_taken(0.5):
            numbers += 1
            assert not is_taken(1e16), place
    assert numbers > 40


def test_operations_are_counted_from_one_as_in_a_manifest():
    with pytest.raises(BundleError, match=r"delegation.full_8.inside.linear must be a whole number in 1\.\."):
        read_report(broken("bundle", "delegation", "full_8", "inside", "linear", value=0), "report.json")


@pytest.mark.parametrize("text", [broken("reference", drop=True), broken("reference", value=None)])
def test_a_report_without_the_reference_is_read(text):
    report = read_report(text, "older.json")
    assert report.reference is None
    assert report.results == read_report(LITERAL, "report.json").results


def test_members_of_a_later_day_are_ignored():
    assert read_report(broken("later", value=1), "report.json") == read_report(LITERAL, "report.json")


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
            assert all(len(result.total_ms) == sum(result.rounds) > 0 for result in report.results)

    check()


def test_any_mangled_bytes_are_told():
    hypothesis = pytest.importorskip("hypothesis")
    st = hypothesis.strategies
    literal = LITERAL.encode()

    @hypothesis.settings(max_examples=200, deadline=None)
    @hypothesis.given(st.integers(0, len(literal) - 1), st.binary(max_size=4), st.integers(0, 4))
    def check(start, inserted, dropped):
        try:
            read_report(literal[:start] + inserted + literal[start + dropped :], "report.json")
        except BundleError as error:
            assert "report.json" in str(error)

    check()
