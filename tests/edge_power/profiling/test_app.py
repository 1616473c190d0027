"""Profiles by the demo app, against Debian's real adbd, with an `am` and a `pm` that stand in for Android's."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from edge_power.profiling.devices.app.extras import extras_of
from edge_power.profiling.devices.app.install import PACKAGE
from edge_power.profiling.devices.app.profile import AppRequest, profile_with_app
from edge_power.profiling.devices.app.watch import AppError, watch
from edge_power.profiling.devices.reach.adb import AdbDevice
from edge_power.profiling.devices.reach.errors import DeviceError, LostConnectionError
from edge_power_runtime import Bundle
from edge_power_runtime.errors import InputError
from edge_power_runtime.profiler.options import Options
from edge_power_runtime.profiler.report.file import read_report
from tests.cascades import bag_and_full
from tests.interrupts import listening
from tests.machines.adbd import Adbd, missing, namespace
from tests.machines.android import Android
from tests.profile_records import report

FEW = Options(engines=("onnx",), budgets=("fast",), lengths=(8,), warmup=1, iterations=6, percentiles=(50,))

# The app in few words: a shell script with its files' folder and its extras.
HEAD = 'files=$1; shift; for extra; do case "$extra" in report=*) stem=$files/${extra#report=} ;; esac; done\n'
# What an app does that was told of no bundle.
FAILS = HEAD + 'printf "the app holds no bundle; build it with edge-power android\\n" > $stem.error; exec sleep 61'


@pytest.fixture(scope="module")
def android(tmp_path_factory: pytest.TempPathFactory) -> Android:
    made = Android(tmp_path_factory.mktemp("android"))
    made.lay_out()
    return made


@pytest.fixture(scope="module")
def adbd(android: Android, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Adbd]:
    reason = missing()
    if reason is not None:
        pytest.skip(f"adbd cannot run here: {reason}")
    with pytest.MonkeyPatch.context() as patch, namespace(tmp_path_factory.mktemp("adb")) as running:
        patch.setenv("PATH", f"{android.bin}:{os.environ['PATH']}")
        patch.setenv("EXTERNAL_STORAGE", str(android.storage))
        yield running


@pytest.fixture(scope="module")
def serial(adbd: Adbd) -> str:
    return adbd.start()


@pytest.fixture
def device(
    adbd: Adbd, serial: str, android: Android, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[AdbDevice]:
    monkeypatch.setenv("PATH", f"{adbd.bin}:{os.environ['PATH']}")
    android.apk.write_bytes(b"the app")
    (android.folder / "am.log").unlink(missing_ok=True)
    found = AdbDevice(serial, root=str(tmp_path / "root"))
    yield found
    end_app(android)


def end_app(android: Android) -> None:
    if (android.folder / "pid").exists():
        with suppress(ProcessLookupError):
            os.killpg(int((android.folder / "pid").read_text()), signal.SIGKILL)
        (android.folder / "pid").unlink()


def is_running(android: Android) -> bool:
    done = subprocess.run([str(android.bin / "pidof"), PACKAGE], capture_output=True)
    return done.returncode == 0


def left(android: Android) -> list[str]:
    return sorted(path.name for path in android.files.iterdir()) if android.files.exists() else []


class Watch:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.stages: list[tuple[str, int | None]] = []
        self.steps: list[tuple[int, str]] = []
        self.lines: list[str] = []

    def begin(self, description: str, total: int | None = None, done: int = 0) -> None:
        self.stages.append((description, total))

    def advance(self, steps: int, note: str = "") -> None:
        self.steps.append((steps, note))

    def line(self, text: str) -> None:
        self.lines.append(text)


@pytest.fixture
def canned(tiny_bundle: Path, tmp_path: Path) -> Path:
    """A report that an app could give of the tiny bundle."""
    made = json.loads(report().to_json())
    made["bundle"]["manifest_sha256"] = hashlib.sha256((tiny_bundle / "bundle.json").read_bytes()).hexdigest()
    file = tmp_path / "canned.json"
    file.write_text(json.dumps(made))
    return file


def shell(script: str) -> list[str]:
    return ["sh", "-c", HEAD + script, "sh"]


def gives(file: Path) -> list[str]:
    return shell(
        f"echo '1 4 timing: a' > $stem.progress; sleep 1.2; cp {file} $stem.partial; mv $stem.partial $stem.json"
    )


def profile(device: AdbDevice, bundle: Path, watch: Watch | None = None, **others):
    return profile_with_app(device, AppRequest(bundle, others.pop("options", FEW), **others), progress=watch or Watch())


# What is asked


def test_options_become_extras():
    options = replace(
        FEW, precisions=("fp32", "int8"), threads=(1, 2), max_seconds=1e7, percentiles=(50, 99.9), burst=3, lengths=()
    )
    assert extras_of(options, "r") == [
        *("--es", "report", "r"),
        *("--es", "precisions", "fp32,int8", "--es", "budgets", "fast", "--es", "threads", "1,2"),
        *("--es", "iterations", "6", "--es", "warmup", "1", "--es", "burst", "3"),
        *("--es", "percentiles", "50,99.9", "--es", "max_seconds", "10000000"),
    ]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (replace(FEW, texts="texts.txt"), "the app times its built-in text; leave `texts` out"),
        (replace(FEW, operations=True), "the app tells no operations; leave `operations` out"),
        (replace(FEW, engines=("onnx", "tflite")), "`engines` tflite: the app runs onnx alone"),
        (replace(FEW, budgets=("slow",)), "`budgets` slow: not in onnx fp32; there are: fast"),
        (replace(FEW, precisions=("int8",)), "int8"),
        (replace(FEW, threads=(4096,)), "`threads` 4096: the device has "),
        (replace(FEW, baseline=("full",)), "`baseline` full: no measured case has it"),
        (replace(FEW, latency_table=True), "table"),
    ],
)
def test_what_cannot_be_is_refused_before_the_app_starts(device, android, tiny_bundle, options, expected):
    with pytest.raises(InputError) as caught:
        profile(device, tiny_bundle, options=options)
    assert expected in str(caught.value)
    assert android.asked() == []


def test_a_cascade_is_refused_before_the_app_starts(device, android, tiny_bundle, tmp_path):
    bundle = tmp_path / "cascade"
    shutil.copytree(tiny_bundle, bundle)
    bag_and_full(bundle)
    (name,) = (entry.name for entry in Bundle.open(bundle).manifest.cascades)
    with pytest.raises(InputError, match=rf"^`budgets` {name}: a cascade takes as long as the texts want, and the app"):
        profile(device, bundle, options=replace(FEW, budgets=(name,)))
    assert android.asked() == []


# The app does its part


def test_the_report_comes_back_and_nothing_stays(device, android, tiny_bundle, canned):
    android.app_does(gives(canned))
    told = Watch()
    found = profile(device, tiny_bundle, told)
    assert found == read_report(canned.read_bytes(), "canned")
    (start,) = android.asked()
    assert start[:4] == ["start", "-W", "-n", "edgepower.demo/.ProfileActivity"]
    assert start[4:7][:2] == ["--es", "report"] and len(start[6]) <= 64
    assert ("starting the app", None) in told.stages and ("measuring", 4) in told.stages
    assert (1, "timing: a") in told.steps and told.lines == []
    assert left(android) == []


def test_an_app_that_is_not_there_is_installed_from_the_file_that_is_given(
    device, android, tiny_bundle, canned, tmp_path
):
    android.app_does(gives(canned))
    android.apk.unlink()
    with pytest.raises(
        InputError, match=r"^the app edgepower.demo is not installed on adb:.*; give its file with `apk`"
    ):
        profile(device, tiny_bundle)
    apk = tmp_path / "demo.apk"
    apk.write_bytes(b"a newer app")
    told = Watch()
    profile(device, tiny_bundle, told, apk=apk)
    assert android.apk.read_bytes() == b"a newer app"
    assert ("installing demo.apk", None) in told.stages
    assert device.digests(device.root) == {}
    again = Watch()
    profile(device, tiny_bundle, again, apk=apk)
    assert ("installing demo.apk", None) not in again.stages  # that very file is there
    apk.write_bytes(b"broken")
    with pytest.raises(DeviceError, match=r"^adb:.* refused demo.apk: Failure \[INSTALL_PARSE_FAILED_NOT_APK\]$"):
        profile(device, tiny_bundle, apk=apk)
    assert device.digests(device.root) == {}


def test_the_apps_own_code_measures(device, android, tiny_bundle):
    """The classes that the app takes run in a JVM, on ONNX Runtime's Android library."""
    from tests.android.install import FOLDER
    from tests.android.jvm import JUNIT, ONNXRUNTIME, compile_core, compile_core_tests, java_command, java_environment

    if not (FOLDER / "installed").exists():
        pytest.skip("ONNX Runtime's Android library is not here; `make test-android` fetches it")
    classpath = [compile_core_tests(), compile_core(), ONNXRUNTIME, *JUNIT]
    main = "edgepower.runtime.profiler.ProfileMain"
    android.app_does(java_command(classpath, main, [str(tiny_bundle)]), java_environment())
    told = Watch()
    options = replace(FEW, budgets=("full", "fast"), lengths=(8, 24), threads=(1, 2), iterations=200, max_seconds=3)
    found = profile(device, tiny_bundle, told, options=options)
    assert [str(result.case) for result in found.results][:2] == [
        "onnx fp32 fast 8, 1 thread",
        "onnx fp32 fast 24, 1 thread",
    ]
    assert len(found.results) == 8 and found.settings.max_seconds == 3
    assert found.bundle.manifest_sha256 == hashlib.sha256((tiny_bundle / "bundle.json").read_bytes()).hexdigest()
    assert "java" in found.environment.versions
    assert any(note.startswith("timing: onnx fp32 ") for _, note in told.steps)
    assert left(android) == []
    # What it refuses, such as a bundle that is not there, is told in its own words.
    android.app_does(java_command(classpath, main, [str(android.folder / "none")]), java_environment())
    with pytest.raises(AppError, match=r"^the app on adb:.* says: expected the directory of a bundle at "):
        profile(device, tiny_bundle)


def test_baseline_and_table_are_the_hosts(device, android, tiny_bundle, canned):
    android.app_does(gives(canned))
    found = profile(device, tiny_bundle, options=replace(FEW, baseline=("fp32",)))
    assert found.settings.baseline is not None and found.settings.baseline.precision == "fp32"


# The app does not


def test_another_bundle_is_refused(device, android, tiny_bundle, canned):
    canned.write_text(
        canned.read_text().replace(hashlib.sha256((tiny_bundle / "bundle.json").read_bytes()).hexdigest(), "0" * 64)
    )
    android.app_does(gives(canned))
    with pytest.raises(
        InputError, match=r"^the app on adb:.* holds another bundle, .* with manifest 000000000000, expected "
    ):
        profile(device, tiny_bundle)
    assert left(android) == []


def test_the_apps_own_error_is_told_and_it_goes_on_running(device, android, tiny_bundle):
    android.app_does(["sh", "-c", FAILS, "sh"])
    with pytest.raises(
        AppError, match=r"^the app on adb:.* says: the app holds no bundle; build it with edge-power android$"
    ):
        profile(device, tiny_bundle)
    assert is_running(android)  # somebody else's profile may be what it is busy with
    assert [words[0] for words in android.asked()] == ["start"]
    assert left(android) == []


def test_an_activity_that_is_missing(device, android, tiny_bundle):
    android.am_says("Error type 3\nError: Activity class {edgepower.demo/.ProfileActivity} does not exist.", 0)
    with pytest.raises(
        DeviceError, match=r"^the app edgepower.demo on adb:.* is too old: it has no activity that prof"
    ):
        profile(device, tiny_bundle)


def test_an_am_that_fails_is_told_in_one_line(device, android, tiny_bundle):
    android.am_says("Error: Can't connect to activity manager; is the system running?\nmore", 1)
    with pytest.raises(DeviceError, match=r"^cannot start the app on adb:.*: Error: Can't connect to activity manager"):
        profile(device, tiny_bundle)
    android.am_says("what?", 9)
    with pytest.raises(DeviceError, match=r"^cannot start the app on adb:.*: what\?$"):
        profile(device, tiny_bundle)


def test_an_app_that_ends_early(device, android, tiny_bundle):
    android.app_does(shell("echo '1 4 timing: a' > $stem.progress"))
    with pytest.raises(DeviceError, match=r"^the app on adb:.* ended before its report was written; see why with `adb"):
        profile(device, tiny_bundle)
    assert left(android) == []


def test_an_app_that_tells_nothing_new(device, android):
    android.files.mkdir(parents=True, exist_ok=True)
    (android.files / "x.progress").write_text("0 1 opening the bundle\n")
    expected = r"^the app on adb:.* has told nothing new since '0 1 opening the bundle' in 2 seconds; unlock the screen"
    with subprocess.Popen(["sleep", "61"]) as app:
        (android.folder / "pid").write_text(str(app.pid))
        try:
            with pytest.raises(DeviceError, match=expected):
                watch(device, f"{android.files}/x", Watch(), silence_s=2)
            (android.files / "x.progress").write_text("what\n")
            told = Watch()
            with pytest.raises(DeviceError, match="nothing new since 'what'"):
                watch(device, f"{android.files}/x", told, silence_s=2)
            assert told.steps == []  # a line of another form says nothing
        finally:
            app.kill()
            (android.files / "x.progress").unlink()
            (android.folder / "pid").unlink()


def test_a_report_that_is_malformed_or_newer(device, android, tiny_bundle, canned):
    android.app_does(gives(canned))
    newer = json.loads(canned.read_text()) | {"schema_version": 99}
    canned.write_text(json.dumps(newer))
    with pytest.raises(DeviceError, match=r"^the app on adb:.* is newer than this edge-power: "):
        profile(device, tiny_bundle)
    canned.write_text("{}")
    with pytest.raises(DeviceError, match=r"^the report of the app on adb:.* is malformed: "):
        profile(device, tiny_bundle)
    assert left(android) == []


def test_a_device_that_is_no_android(device, android, tiny_bundle, monkeypatch):
    (android.bin / "pm").rename(android.bin / "pm.gone")
    try:
        with pytest.raises(
            DeviceError, match=r"^adb:.* is no Android: it has no package manager; profile with `python`"
        ):
            profile(device, tiny_bundle)
    finally:
        (android.bin / "pm.gone").rename(android.bin / "pm")


def test_an_unplugged_device(adbd, device, android, tiny_bundle, tmp_path):
    lost = adbd.start()
    android.app_does(shell("echo '1 4 timing: a' > $stem.progress; exec sleep 61"))

    class Unplugs(Watch):
        def advance(self, steps: int, note: str = "") -> None:
            adbd.kill(lost)

    try:
        with pytest.raises(LostConnectionError, match=rf"^the connection to adb:{lost} was lost"):
            profile(AdbDevice(lost, root=str(tmp_path / "lost")), tiny_bundle, Unplugs())
    finally:
        adbd.adb("disconnect", lost)
    for file in android.files.iterdir():
        file.unlink()


# The command


def command(adbd: Adbd, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*listening("from edge_power.cli import main; main()"), "profile", *arguments],
        env={**os.environ, "PATH": f"{adbd.bin}:{os.environ['PATH']}", "NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_command_stops_the_app_when_it_is_interrupted(adbd, serial, device, android, tiny_bundle):
    android.app_does(shell("echo '1 4 timing: a' > $stem.progress; exec sleep 61"))
    running = command(adbd, str(tiny_bundle), f"--device=adb:{serial}", "--app", "--budget=fast", "--lengths=8")
    deadline = time.monotonic() + 60
    while not left(android):
        assert time.monotonic() < deadline and running.poll() is None, running.communicate()
        time.sleep(0.05)
    time.sleep(0.5)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=30)
    assert running.returncode != 0 and "Traceback" not in said
    assert android.asked()[-1] == ["force-stop", "edgepower.demo"]
    assert not is_running(android) and left(android) == []


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--app",), "--app is for --device adb"),
        (("--device=adb", "--apk=x.apk"), "--apk is for --app; add it"),
        (("--device=adb", "--app", "--apk=/no/x.apk"), "there is no file /no/x.apk; --apk names the app's file"),
        (("--device=adb", "--app", "--runner=/bin/true"), "--runner has nothing to do where the --app measures"),
        (("--device=adb", "--app", "--keep"), "--keep has nothing to do where the --app measures"),
    ],
)
def test_contradictions_are_refused_in_one_line(cli, tiny_bundle, arguments, expected):
    done = cli("profile", tiny_bundle, *arguments)
    assert done.status == 2 and f"error: {expected}" in done.err
