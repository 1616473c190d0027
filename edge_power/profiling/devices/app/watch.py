"""Watches the app while it measures, by the files that it leaves in its folder."""

import time

from edge_power.profiling.devices.app.install import PACKAGE
from edge_power.profiling.devices.reach.device import Device
from edge_power.profiling.devices.reach.errors import DeviceError
from edge_power.progress import Progress
from edge_power_runtime.reading.printable import one_line

SILENCE_S = 180.0
"""How long the app may tell nothing new. Its longest step without a word is the copy of a bundle out of its assets."""

# One shell on the device looks once a second and says what it finds: that takes less of the device than an adb command
# for every look would. It writes in every turn, so that it ends when nobody reads any more. The app's process is missed
# for some turns before it counts as gone, since it may not have begun yet.
_SCRIPT = """
gone=0
while :; do
  if [ -f "$1.json" ]; then echo done; exit 0; fi
  if [ -f "$1.error" ]; then echo "error $(cat "$1.error")"; exit 0; fi
  echo "progress $(cat "$1.progress" 2>/dev/null)"
  if pidof "$2" >/dev/null; then gone=0; else gone=$((gone + 1)); fi
  if [ "$gone" -ge 5 ]; then echo gone; exit 0; fi
  sleep 1
done
"""


class AppError(DeviceError):
    """The app gave an error, and goes on running."""


def watch(device: Device, stem: str, progress: Progress, *, silence_s: float = SILENCE_S) -> None:
    """Wait until the app has written its report.

    Args:
        device: where the app runs.
        stem: the path of the report's files without their endings.
        progress: is told how far it is.
        silence_s: see `SILENCE_S`.

    Raises:
        AppError: the app gave an error.
        DeviceError: the app ended, or tells nothing new; or the connection was lost.
    """
    heard = _Heard(device.name, progress, silence_s)
    device.run(["sh", "-c", _SCRIPT, "sh", stem, PACKAGE], on_line=heard)
    if heard.error is not None:
        raise AppError(f"the app on {device.name} says: {heard.error}")
    if not heard.is_done:
        raise DeviceError(
            f"the app on {device.name} ended before its report was written; see why with `adb logcat -b crash`"
        )


class _Heard:
    """Hears the lines of `_SCRIPT`."""

    def __init__(self, name: str, progress: Progress, silence_s: float) -> None:
        self.is_done = False
        self.error: str | None = None
        self._name, self._progress, self._silence_s = name, progress, silence_s
        self._last, self._heard_at = "", time.monotonic()
        self._done, self._total = 0, 0

    def __call__(self, line: str) -> None:
        kind, _, rest = line.partition(" ")
        match kind:
            case "done":
                self.is_done = True
            case "error":
                self.error = one_line(rest) or "no reason was given"
            case "progress":
                self._tell(rest)

    def _tell(self, line: str) -> None:
        now = time.monotonic()
        if line != self._last:
            self._last, self._heard_at = line, now
            self._pass_on(line.split(" ", 2))
        elif now - self._heard_at > self._silence_s:
            what = f"since {one_line(line)!r}" if line else "at all"
            raise DeviceError(
                f"the app on {self._name} has told nothing new {what} in {self._silence_s:.0f} seconds; "
                "unlock the screen, and see that the app stays in front"
            )

    def _pass_on(self, words: list[str]) -> None:
        """Tell of a line `done total what`; another one is none of the app's, and says nothing."""
        if len(words) < 3 or not (words[0].isdecimal() and words[1].isdecimal()):
            return
        done, total = int(words[0]), int(words[1])
        if total != self._total:
            self._progress.begin("measuring", total)
            self._done, self._total = 0, total
        self._progress.advance(max(0, done - self._done), words[2])
        self._done = max(self._done, done)
