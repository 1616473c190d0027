"""Android's `am`, `pm` and `pidof` in few words, for an adbd on a machine without Android.

They keep what Android keeps in a folder: the file of an app that is installed, the number of its process, and what it
does when it is started, which a test says. Another machine's adbd finds them first on its PATH.
"""

import json
import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PACKAGE = "edgepower.demo"

# `am start` and `am force-stop`; the app is a process of its own, as on Android.
_AM = """
import json, os, signal, subprocess, sys
folder = {folder!r}
pid_file = os.path.join(folder, "pid")
with open(os.path.join(folder, "am.log"), "a") as log:
    print(json.dumps(sys.argv[1:]), file=log)
if sys.argv[1] == "force-stop":
    assert sys.argv[2] == {package!r}
    try:
        os.killpg(int(open(pid_file).read()), signal.SIGKILL)
        os.remove(pid_file)
    except (FileNotFoundError, ProcessLookupError):
        pass
    sys.exit()
assert sys.argv[1:5] == ["start", "-W", "-n", {package!r} + "/.ProfileActivity"], sys.argv
words = sys.argv[5:]
assert words[::3] == ["--es"] * (len(words) // 3), words
extras = dict(zip(words[1::3], words[2::3]))
app = json.load(open(os.path.join(folder, "app.json")))
if app.get("says"):
    print(app["says"])
    sys.exit(app["status"])
print("Starting: Intent {{ cmp=" + sys.argv[4] + " }}")
files = os.path.join(os.environ["EXTERNAL_STORAGE"], "Android/data", {package!r}, "files")
os.makedirs(files, exist_ok=True)
command = [*app["command"], files, *(name + "=" + value for name, value in extras.items())]
log = open(os.path.join(folder, "app.log"), "wb")
process = subprocess.Popen(command, env=app["environment"] or None, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                           start_new_session=True)
open(pid_file, "w").write(str(process.pid))
print("Status: ok")
"""
_PM = """
case "$1" in
  path) [ -f {folder}/base.apk ] || exit 1; echo "package:{folder}/base.apk" ;;
  install) shift; while [ $# -gt 1 ]; do shift; done
    if grep -q broken "$1"; then echo "Failure [INSTALL_PARSE_FAILED_NOT_APK]"; exit 1; fi
    cp "$1" {folder}/base.apk; echo Success ;;
esac
"""
_PIDOF = """
[ "$1" = edgepower.demo ] && [ -f {folder}/pid ] || exit 1
pid=$(cat {folder}/pid)
grep -q '^State:[[:space:]]*[^Z]' "/proc/$pid/status" 2>/dev/null && echo "$pid"
"""


@dataclass(frozen=True)
class Android:
    """What Android would keep.

    Attributes:
        folder: for all of it.
    """

    folder: Path

    @property
    def bin(self) -> Path:
        """A folder for the PATH of adbd."""
        return self.folder / "bin"

    @property
    def storage(self) -> Path:
        """What Android's shell calls EXTERNAL_STORAGE."""
        return self.folder / "storage"

    @property
    def files(self) -> Path:
        """The app's own folder that adb may read."""
        return self.storage / "Android/data" / PACKAGE / "files"

    @property
    def apk(self) -> Path:
        """The app's file, where it is installed."""
        return self.folder / "base.apk"

    def lay_out(self) -> None:
        """Write the commands."""
        self.bin.mkdir(parents=True)
        self.storage.mkdir()
        am = self.bin / "am.py"
        am.write_text(_AM.format(folder=str(self.folder), package=PACKAGE))
        scripts = {"am": f'exec {shlex.quote(sys.executable)} -I {am} "$@"\n', "pm": _PM, "pidof": _PIDOF}
        for name, text in scripts.items():
            script = self.bin / name
            script.write_text("#!/bin/sh\n" + text.replace("{folder}", str(self.folder)))
            script.chmod(0o755)

    def app_does(self, command: Sequence[str], environment: dict[str, str] | None = None) -> None:
        """Say what a start of the app runs; the folder for its files and its extras as NAME=VALUE are added."""
        self._write({"command": list(command), "environment": environment})

    def am_says(self, text: str, status: int) -> None:
        """Let `am start` fail."""
        self._write({"says": text, "status": status})

    def asked(self) -> list[list[str]]:
        """The arguments of every `am`, in order."""
        log = self.folder / "am.log"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []

    def _write(self, app: dict[str, object]) -> None:
        (self.folder / "app.json").write_text(json.dumps(app))
