"""What we say to a device's POSIX shell: the same few lines over ssh and over adb, and how their answers are read."""

import re
import shlex
from collections.abc import Iterable, Sequence

# Both names of the program: coreutils, busybox and toybox have the first, macOS the second.
_SHA256 = '{ command -v sha256sum >/dev/null && sha256sum "$@" || shasum -a 256 "$@"; }'
_DIGEST = re.compile(r"([0-9a-f]{64}) [ *]\./(.+)")


def command_line(argv: Sequence[str]) -> str:
    """Quote a command for a shell."""
    return " ".join(shlex.quote(word) for word in argv)


def digests_script(folder: str) -> str:
    """Print a line for every file under `folder`, as sha256sum does; nothing where there is no folder."""
    per_file = shlex.quote(_SHA256)
    quoted = shlex.quote(folder)
    return f"[ -d {quoted} ] || exit 0; cd {quoted} && find . -type f -exec sh -c {per_file} sh {{}} +"


def read_digests(lines: Iterable[str]) -> dict[str, str]:
    """Read what `digests_script` printed; a line of another form is no file of ours, and left out."""
    found = (_DIGEST.fullmatch(line) for line in lines)
    return {match[2]: match[1] for match in found if match}


def receive_script(target: str, size_bytes: int) -> str:
    """Write standard input to the file `target`: under a temporary name, renamed only when all of it has come."""
    folder, _, _ = target.rpartition("/")
    partial = shlex.quote(f"{target}.partial")
    make = f"mkdir -p {shlex.quote(folder)} && " if folder else ""
    # A lost connection ends the input early, and cat cannot tell that from its end; the size can.
    return (
        f"{make}cat > {partial} && [ $(wc -c < {partial}) -eq {size_bytes} ] && mv {partial} {shlex.quote(target)}"
        f" || {{ rm -f {partial}; exit 1; }}"
    )


def remove_script(path: str) -> str:
    """Remove a file or a folder, and the folder that it stood in, if that is empty then."""
    folder, _, _ = path.rpartition("/")
    empty = f" && {{ rmdir {shlex.quote(folder)} 2>/dev/null || true; }}" if folder else ""
    return f"rm -rf {shlex.quote(path)}{empty}"


def free_script(folder: str) -> str:
    """Print what df says of the disk that holds `folder`, or would."""
    return (
        f"d={shlex.quote(folder)}; "
        'while [ ! -d "$d" ]; do case "$d" in */*) d=${d%/*}; [ -n "$d" ] || d=/ ;; *) d=. ;; esac; done; df -Pk "$d"'
    )


def read_free(lines: Sequence[str]) -> int | None:
    """Read the bytes that are free from POSIX df's last line; None where it is another form."""
    words = lines[-1].split() if lines else []
    # The mount point may hold spaces, and so may the device's name: the percentage stands behind the number wanted.
    place = next((index for index, word in enumerate(words) if re.fullmatch(r"\d+%", word)), 0)
    if place < 1 or not words[place - 1].isdigit():
        return None
    return int(words[place - 1]) * 1024
