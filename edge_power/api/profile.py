"""`edge_power.profile`."""

from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from edge_power.api.files import check_files
from edge_power_runtime.errors import InputError

if TYPE_CHECKING:
    from edge_power.progress import Progress
    from edge_power_runtime.profiler.options import Options
    from edge_power_runtime.profiler.report.record import Report

_LOCAL = "local"


def profile(
    bundle: str | PathLike[str],
    options: "Options | None" = None,
    *,
    device: str = _LOCAL,
    python: str | None = None,
    setup: bool = False,
    wheels: str | PathLike[str] | None = None,
    keep: bool = False,
    ssh_config: str | PathLike[str] | None = None,
    runner: str | PathLike[str] | None = None,
    app: bool = False,
    apk: str | PathLike[str] | None = None,
    json: str | PathLike[str] | None = None,
    report: str | PathLike[str] | None = None,
    markdown: str | PathLike[str] | None = None,
    force: bool = False,
    progress: "Progress | None" = None,
) -> "Report":
    """Measure how long a bundle's programs take, here or on another machine.

    Every sample is kept, and the report says what casts doubt on the figures. The measuring runs in a process of its
    own, so that nothing of the caller's disturbs it.

    Args:
        bundle: its directory.
        options: what to measure and how, a `ProfileOptions`; by default all programs, 100 answers each.
        device: local, ssh://user@host[:port] or adb[:SERIAL].
        python: on the device, with the runtime; by default what `setup` made, or python3.
        setup: install the runtime there, in a folder of its own.
        wheels: folder of wheels for `setup`; by default the package index.
        keep: leave the bundle there, so that the next time is quicker.
        ssh_config: configuration file for ssh; by default its own.
        runner: for adb without Python, an engine's own benchmark program.
        app: for adb, measure by the demo app, which holds this bundle (see `edge-power android`).
        apk: the file of `app`, which is installed unless that very file is.
        json: write the report with every sample there.
        report: write the report as a page there.
        markdown: write the summary for a pull request there.
        force: replace files that exist.
        progress: is told how far it is.

    Returns:
        The report; `to_json` writes it, `load_report` reads it back.

    Raises:
        InputError: an argument cannot be used; the message names it.
        BundleError: the bundle is malformed.
        EngineError: an engine is not installed, or failed.
        DeviceError: the device cannot be reached, or failed.
    """
    from edge_power.progress import Silent
    from edge_power_runtime.profiler.options import Options

    asked, told = options or Options(), progress or Silent()
    choice = DeviceChoice(device, python, setup, _path(wheels), keep, _path(ssh_config), _path(runner), app, _path(apk))
    choice.check(asked)
    outputs = Outputs(_path(json), _path(report), _path(markdown))
    outputs.check(force=force, inputs=[Path(bundle), asked.texts, *choice.files])
    measured = _measure(Path(bundle), asked, choice, told)
    outputs.write(measured)
    return measured


@dataclass(frozen=True, slots=True)
class DeviceChoice:
    """Where to measure, and what may be done there; see `profile` for the fields."""

    device: str
    python: str | None
    setup: bool
    wheels: Path | None
    keep: bool
    ssh_config: Path | None
    runner: Path | None
    app: bool = False
    apk: Path | None = None

    @property
    def files(self) -> list[Path | None]:
        """What is read on this machine."""
        return [self.wheels, self.ssh_config, self.runner, self.apk]

    def check(self, options: "Options") -> None:
        """Refuse what contradicts itself or is not there, before anything is opened.

        Raises:
            InputError: with the fix.
        """
        from edge_power.data.stream import is_readable

        texts = options.texts
        if texts is not None and texts != "-" and not is_readable(Path(texts)):  # before a bundle is sent to a device
            raise InputError(f"cannot read {texts}: there is no such file")
        remote = self.device != _LOCAL
        for name in ("python", "setup", "wheels", "keep"):
            if getattr(self, name) and not remote:
                raise InputError(f"`{name}` is for another machine; give `device` with it")
        if self.wheels is not None and not self.setup:
            raise InputError("`wheels` is for `setup`; add it")
        if self.wheels is not None and not self.wheels.is_dir():
            raise InputError(f"expected a folder of wheels at {self.wheels}, found none")
        if self.ssh_config is not None and not self.device.startswith("ssh://"):
            raise InputError("`ssh_config` is for `device` ssh://...")
        if self.ssh_config is not None and not self.ssh_config.is_file():
            raise InputError(f"there is no file {self.ssh_config}")
        if self.runner is not None and not self.device.startswith("adb"):
            raise InputError("`runner` is for `device` adb")
        if self.runner is not None and not self.runner.is_file():
            raise InputError(f"there is no file {self.runner}; `runner` names the program on this machine")
        self._check_app()

    def _check_app(self) -> None:
        if self.apk is not None and not self.app:
            raise InputError("`apk` is for `app`; add it")
        if not self.app:
            return
        if not self.device.startswith("adb"):
            raise InputError("`app` is for `device` adb")
        for name in ("python", "setup", "keep", "runner"):
            if getattr(self, name):
                raise InputError(f"`{name}` has nothing to do where the `app` measures; leave one of them out")
        if self.apk is not None and not self.apk.is_file():
            raise InputError(f"there is no file {self.apk}; `apk` names the app's file on this machine")


@dataclass(frozen=True, slots=True)
class Outputs:
    """The files to write; None for those that nobody asked for.

    Attributes:
        json: for the report.
        html: for the page.
        markdown: for the summary.
    """

    json: Path | None
    html: Path | None
    markdown: Path | None

    @property
    def paths(self) -> list[Path]:
        """Those that are asked for."""
        return [path for path in (self.json, self.html, self.markdown) if path is not None]

    def check(self, *, force: bool, inputs: Sequence[str | PathLike[str] | None]) -> None:
        """Refuse places that cannot take a file, before anything is measured.

        Args:
            force: replace files that are there.
            inputs: what is read, and never replaced.

        Raises:
            InputError: with the fix.
        """
        paths = self.paths
        if len({path.absolute() for path in paths}) < len(paths):
            raise InputError("two of `json`, `report` and `markdown` name the same file; give each its own")
        check_files(paths, force=force, inputs=inputs)

    def write(self, report: "Report") -> None:
        """Write them, each beside its place first.

        Raises:
            InputError: one cannot be written.
        """
        from edge_power_runtime.profiler.report.file import write_file

        if self.json is not None:
            write_file(self.json, report.to_json())
        if self.markdown is not None:
            from edge_power_runtime.profiler.text.markdown import markdown

            write_file(self.markdown, markdown(report))
        if self.html is not None:
            from edge_power.profiling.page import page

            write_file(self.html, page(report))


def _path(name: str | PathLike[str] | None) -> Path | None:
    return None if name is None else Path(name)


def _measure(bundle: Path, options: "Options", choice: DeviceChoice, progress: "Progress") -> "Report":
    from edge_power.profiling.devices.reach.choose import LOCAL, open_device
    from edge_power.profiling.devices.remote_profile import Request, profile_here, profile_on

    if choice.device == LOCAL:
        return profile_here(bundle, options, progress=progress)
    device = open_device(choice.device, ssh_config=choice.ssh_config)
    try:
        if choice.runner is not None:
            from edge_power.profiling.devices.runner.profile import RunnerRequest, profile_with_runner

            job = RunnerRequest(bundle, options, choice.runner, choice.keep)
            return profile_with_runner(device, job, progress=progress)
        if choice.app:
            from edge_power.profiling.devices.app.profile import AppRequest, profile_with_app

            return profile_with_app(device, AppRequest(bundle, options, choice.apk), progress=progress)
        request = Request(bundle, options, choice.python, choice.setup, choice.wheels, choice.keep)
        return profile_on(device, request, progress=progress)
    finally:
        device.close()
