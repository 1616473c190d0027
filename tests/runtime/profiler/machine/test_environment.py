"""The device and its state, read from machines laid out in a folder, and from this one."""

import json
import math
import os
import platform
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from edge_power_runtime.errors import InputError
from edge_power_runtime.profiler.machine.device_facts import (
    cpu_model,
    describe_cores,
    device_model,
    memory_bytes,
    system_name,
)
from edge_power_runtime.profiler.machine.environment import Observer
from edge_power_runtime.profiler.machine.state import battery, clocks, temperatures, throttle_counts
from edge_power_runtime.profiler.machine.system_files import SystemFiles, fields, finite, kibibytes, whole
from edge_power_runtime.profiler.machine.usage import usable_cores
from edge_power_runtime.profiler.report.environment import Battery, Core

CPU = "sys/devices/system/cpu"
THERMAL = "sys/class/thermal"
POWER = "sys/class/power_supply"
MEMORY = "MemTotal:       16000000 kB\nMemFree:  5 kB\nMemAvailable:   8000000 kB\n"


def lay_out(root: Path, files: dict[str, str]) -> SystemFiles:
    """Write files below `root`."""
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return SystemFiles(root)


def phone_cpuinfo() -> str:
    """Four small cores and two large ones."""
    parts = ["0xd05"] * 4 + ["0xd41"] * 2
    paragraphs = [
        f"processor\t: {index}\nCPU implementer\t: 0x41\nCPU part\t: {part}" for index, part in enumerate(parts)
    ]
    return "\n\n".join([*paragraphs, "Hardware\t: Example SoC"]) + "\n"


def test_a_pc_that_tells_everything(tmp_path):
    core = usable_cores()[0]
    folder = f"{CPU}/cpu{core}"
    lay_out(
        tmp_path,
        {
            "sys/devices/virtual/dmi/id/product_name": "Example Book 5\n",
            "proc/cpuinfo": f"processor\t: {core}\nmodel name\t: Example CPU 9\ncpu MHz\t\t: 1234.5\n",
            "proc/meminfo": MEMORY,
            "proc/loadavg": "0.50 0.25 0.10 1/130 1523\n",
            "etc/os-release": 'NAME="Example"\nPRETTY_NAME="Example OS 12"\n',
            f"{folder}/cpufreq/cpuinfo_min_freq": "800000\n",
            f"{folder}/cpufreq/cpuinfo_max_freq": "4200000\n",
            f"{folder}/cpufreq/scaling_cur_freq": "4100000\n",
            f"{folder}/cpufreq/scaling_governor": "performance\n",
            f"{folder}/thermal_throttle/core_throttle_count": "7\n",
            f"{THERMAL}/thermal_zone0/type": "x86_pkg_temp\n",
            f"{THERMAL}/thermal_zone0/temp": "45500\n",
            f"{POWER}/BAT0/type": "Battery\n",
            f"{POWER}/BAT0/capacity": "64\n",
            f"{POWER}/BAT0/status": "Discharging\n",
        },
    )
    observer = Observer(tmp_path)
    observer.start()
    (tmp_path / f"{THERMAL}/thermal_zone0/temp").write_text("52000\n")
    found = observer.stop({"python": "3.11.2"})
    assert (found.device, found.cpu, found.system) == ("Example Book 5", "Example CPU 9", "Example OS 12")
    assert found.cores[0] == Core(core, 800.0, 4200.0, "performance")
    assert [one.index for one in found.cores] == list(usable_cores())
    assert found.memory_bytes == 16_000_000 * 1024
    assert found.android is None
    assert (found.architecture, found.kernel) == (platform.machine(), platform.release())
    assert found.versions == {"python": "3.11.2"}
    assert found.before.clocks_mhz[str(core)] == 4100.0
    assert found.before.load_average == (0.5, 0.25, 0.1)
    assert found.before.available_bytes == 8_000_000 * 1024
    assert found.before.battery == Battery(64.0, "Discharging")
    assert found.before.throttle_counts == {str(core): 7}
    assert (found.before.temperatures_c, found.after.temperatures_c) == (
        {"x86_pkg_temp": 45.5},
        {"x86_pkg_temp": 52.0},
    )


def test_a_machine_that_tells_nothing(tmp_path):
    observer = Observer(tmp_path)
    observer.start()
    found = observer.stop({})
    assert found.device is None and found.android is None
    assert found.cores == tuple(Core(index, None, None, None) for index in usable_cores())
    assert found.before.clocks_mhz == {} and found.after.temperatures_c == {}
    assert found.usage.other_cpu_s is None and found.usage.stolen_s is None
    assert found.system  # the interpreter knows


def test_this_machine(tmp_path):
    observer = Observer()
    observer.start()
    found = observer.stop({})
    json.dumps(asdict(found), allow_nan=False)
    assert found.usage.wall_s > 0 and math.isfinite(found.usage.own_cpu_s)
    assert found.memory_bytes is None or found.memory_bytes > 2**20
    if sys.platform == "linux":
        assert found.cpu or platform.machine() != "x86_64"
        assert found.before.available_bytes is not None
        assert found.usage.involuntary_switches is not None


def test_stopped_before_it_was_started(tmp_path):
    with pytest.raises(InputError, match=r"call start\(\) first"):
        Observer(tmp_path).stop({})


def test_a_phone_names_the_kinds_of_its_cores(tmp_path):
    named = cpu_model(lay_out(tmp_path, {"proc/cpuinfo": phone_cpuinfo()}))
    assert named == "Example SoC (4x Cortex-A55 + 2x Cortex-A78)"


# Of a Snapdragon 865 as a 64-bit program reads it, shortened: the generic name leads, the chip's own comes last.
SNAPDRAGON = """\
Processor\t: AArch64 Processor rev 14 (aarch64)
processor\t: 0
BogoMIPS\t: 38.40
CPU implementer\t: 0x51
CPU variant\t: 0xd
CPU part\t: 0x805
CPU revision\t: 14

processor\t: 4
BogoMIPS\t: 38.40
CPU implementer\t: 0x41
CPU variant\t: 0x1
CPU part\t: 0xd0d
CPU revision\t: 0

Hardware\t: Qualcomm Technologies, Inc SM8250
"""
# Of a Raspberry Pi 3 under a 32-bit system.
RASPBERRY = """\
processor\t: 0
model name\t: ARMv7 Processor rev 4 (v7l)
CPU implementer\t: 0x41
CPU part\t: 0xd03

processor\t: 1
model name\t: ARMv7 Processor rev 4 (v7l)
CPU implementer\t: 0x41
CPU part\t: 0xd03

Hardware\t: BCM2835
Model\t\t: Raspberry Pi 3 Model B Rev 1.2
"""
# Of a kernel 3.4, which describes all cores in one paragraph.
OLD_PHONE = """\
Processor\t: ARMv7 Processor rev 2 (v7l)
processor\t: 0
BogoMIPS\t: 13.53

processor\t: 1
BogoMIPS\t: 13.53

Features\t: swp half thumb fastmult vfp edsp neon vfpv3
CPU implementer\t: 0x41
CPU part\t: 0xc09

Hardware\t: SMDK4210
"""
GENERIC = "processor : 0\nmodel name : ARMv8 Processor rev 4 (v8l)\n"


@pytest.mark.parametrize(
    ("cpuinfo", "name"),
    [
        (SNAPDRAGON, "Qualcomm Technologies, Inc SM8250 (1x Kryo-4XX-Silver + 1x Cortex-A77)"),
        (RASPBERRY, "BCM2835 (2x Cortex-A53)"),
        (OLD_PHONE, "SMDK4210 (2x Cortex-A9)"),
        (f"{GENERIC}Hardware : Generic DT based system\nCPU implementer : 0x41\nCPU part : 0xd0b\n", "1x Cortex-A76"),
        (f"{GENERIC}Model : Example Pi\n", "Example Pi"),
        (GENERIC, "ARMv8 Processor rev 4 (v8l)"),
        ("CPU implementer : 0x51\nCPU part : 0xfff\n", "1x ARM implementer 0x51 part 0xfff"),
        ("CPU part : 0xd0b\n", "1x ARM implementer unknown part 0xd0b"),
        ("CPU implementer : 0x41\nCPU part : new\nHardware : BCM2711\n", "BCM2711"),
        ("processor : 0\nModel : Example Pi\n", "Example Pi"),
        ("processor : 0\n", None),
    ],
)
def test_other_cpus(tmp_path, cpuinfo, name):
    assert cpu_model(lay_out(tmp_path, {"proc/cpuinfo": cpuinfo})) == name


def test_a_cpu_without_a_name_is_that_of_its_board(tmp_path):
    files = lay_out(tmp_path, {"proc/cpuinfo": GENERIC, "proc/device-tree/model": "Example Board 5\0"})
    assert cpu_model(files) == "Example Board 5"


def test_a_board_is_named_by_its_device_tree(tmp_path):
    assert device_model(lay_out(tmp_path, {"proc/device-tree/model": "Example Pi 5\0"})) == "Example Pi 5"


@pytest.mark.skipif(os.name != "posix", reason="needs a shell script")
def test_android_is_asked_by_its_own_command(tmp_path):
    files = lay_out(
        tmp_path,
        {
            "proc/device-tree/model": "Internal board name",
            "system/bin/getprop": "#!/bin/sh\ncase $1 in\nro.product.model) echo Example Phone 8;;\n"
            "ro.build.version.release) echo 14;;\nro.build.fingerprint) echo example/phone:14/keys;;\nesac\n",
        },
    )
    (tmp_path / "system/bin/getprop").chmod(0o755)
    assert (device_model(files), system_name(files)) == ("Example Phone 8", "Android 14")
    observer = Observer(tmp_path)
    observer.start()
    assert observer.stop({}).android == "example/phone:14/keys"


def test_an_android_command_that_does_not_run_is_no_android(tmp_path):
    files = lay_out(tmp_path, {"system/bin/getprop": "not executable"})
    assert device_model(files) is None


def test_clocks_come_from_cpufreq_or_else_from_cpuinfo(tmp_path):
    files = lay_out(
        tmp_path,
        {
            "proc/cpuinfo": "processor: 0\ncpu MHz: 1000.5\n\nprocessor: 1\ncpu MHz: 2000\n\nprocessor: 2\ncpu MHz: -1",
            f"{CPU}/cpu1/cpufreq/scaling_cur_freq": "1800000",
        },
    )
    assert clocks(files, (0, 1, 2, 3)) == {"0": 1000.5, "1": 1800.0}
    assert describe_cores(files, (1,)) == (Core(1, None, None, None),)


def test_thermal_zones_of_one_type_get_names_of_their_own(tmp_path):
    zones = {0: ("soc", "41000"), 1: ("soc", "-273000"), 2: ("soc", "43000"), 10: ("skin", "x"), 11: ("", "30000")}
    files = lay_out(
        tmp_path,
        {f"{THERMAL}/thermal_zone{number}/type": kind for number, (kind, _) in zones.items()}
        | {f"{THERMAL}/thermal_zone{number}/temp": temp for number, (_, temp) in zones.items()}
        | {f"{THERMAL}/cooling_device0/type": "Fan"},
    )
    # The second is off, and the third keeps its name all the same.
    assert temperatures(files) == {"soc": 41.0, "soc 3": 43.0, "thermal_zone11": 30.0}


def test_only_the_cores_that_we_may_use_count_as_throttled(tmp_path):
    path = "thermal_throttle/core_throttle_count"
    files = lay_out(tmp_path, {f"{CPU}/cpu{core}/{path}": str(core) for core in range(4)})
    assert throttle_counts(files, (1, 3, 9)) == {"1": 1, "3": 3}


def test_the_battery_of_a_mouse_is_not_ours(tmp_path):
    files = lay_out(
        tmp_path,
        {
            "proc/uptime": "1",
            f"{POWER}/AC/type": "Mains",
            f"{POWER}/hid-mouse/type": "Battery",
            f"{POWER}/hid-mouse/scope": "Device",
            f"{POWER}/hid-mouse/status": "Discharging",
        },
    )
    assert battery(files) is None
    lay_out(tmp_path, {f"{POWER}/main/type": "Battery", f"{POWER}/main/status": "Full", f"{POWER}/main/capacity": "x"})
    assert battery(files) == Battery(None, "Full")


def test_a_folder_in_the_place_of_a_file_is_nothing(tmp_path):
    (tmp_path / "proc/meminfo").mkdir(parents=True)
    assert SystemFiles(tmp_path).text("proc/meminfo") is None
    assert memory_bytes(SystemFiles(tmp_path)) != 0


@pytest.mark.parametrize("text", [None, "", "-1", "1.5", "9" * 19, "9" * 5000, "0x1", "one"])
def test_what_is_no_whole_number(text):
    assert whole(text) is None


@pytest.mark.parametrize("text", [None, "", "nan", "inf", "-1e999", "1,5", "one"])
def test_what_is_no_finite_number(text):
    assert finite(text) is None


def test_sizes_in_kibibytes():
    assert kibibytes("3 kB") == 3072
    assert [kibibytes(text) for text in (None, "3", "3 MB", "-3 kB", "x kB", "9" * 18 + " kB")] == [None] * 6


def test_the_first_of_two_fields_counts():
    assert fields("a : 1\nno colon\na: 2\n b\t: x: y\n") == {"a": "1", "b": "x: y"}


def test_any_bytes_in_any_file_give_a_report_that_can_be_written(tmp_path):
    hypothesis = pytest.importorskip("hypothesis")
    st = hypothesis.strategies
    core = usable_cores()[0]
    paths = (
        "proc/cpuinfo", "proc/meminfo", "proc/loadavg", "proc/stat", f"{CPU}/cpu{core}/cpufreq/scaling_cur_freq",
        f"{CPU}/cpu{core}/cpufreq/cpuinfo_max_freq", f"{CPU}/cpu{core}/thermal_throttle/core_throttle_count",
        f"{THERMAL}/thermal_zone0/temp", f"{THERMAL}/thermal_zone0/type", f"{POWER}/BAT/type", f"{POWER}/BAT/status",
        f"{POWER}/BAT/capacity", "etc/os-release",
    )  # fmt: skip
    lay_out(tmp_path, dict.fromkeys(paths, "") | {f"{POWER}/BAT/type": "Battery"})
    words = [b"processor", b"cpu MHz", b"CPU part", b"MemAvailable", b"cpu0", b":", b" ", b"\n", b"\n\n", b"=", b"kB"]
    numbers = [b"1", b"-1", b"1e999", b"nan", b"9" * 30, b"\xff\xfe", b"\xed\xa0\x80", b"\0"]
    contents = st.lists(st.sampled_from(words + numbers), max_size=12).map(b"".join)
    observer = Observer(tmp_path)

    @hypothesis.settings(deadline=None, max_examples=15)
    @hypothesis.given(st.sampled_from(paths), st.one_of(contents, st.binary(max_size=40)))
    def check(path, content):
        (tmp_path / path).write_bytes(content)
        observer.start()
        json.dumps(asdict(observer.stop({})), allow_nan=False).encode()

    check()
