"""What is escaped, and what is not."""

import json
import re
import shutil
import subprocess
import sys
from unicodedata import category

import pytest

from edge_power_runtime.reading.printable import one_line, printable, printable_json, shell_word

# C0, DEL, C1; marks of direction; invisible characters; separators; half of a pair.
HOSTILE = "\x00\t\n\r\x1b\x7f\x85\x9b\u200b\u200e\u202e\u2028\u2066\u061c\ufeff\ud800\U000e0041"


def test_what_a_terminal_would_obey_is_escaped():
    assert printable(HOSTILE) == (
        r"\x00\t\n\r\x1b\x7f\x85\x9b\u200b\u200e\u202e\u2028\u2066\u061c\ufeff\ud800\U000e0041"
    )


@pytest.mark.parametrize(
    "text",
    ["", "plain", "größer 漢字 שלום", "a\\nb", "\N{NO-BREAK SPACE}\u3000", "👩\u200d💻", "می\u200cخواهم", "[b]:smile:"],
)
def test_what_is_seen_stays(text):
    assert printable(text) == text


def test_every_character_is_left_or_escaped_for_good():
    for code in range(sys.maxunicode + 1):
        made = printable(chr(code))
        if made != chr(code):
            assert made.isascii() and made.isprintable() and printable(made) == made
        else:
            assert category(made) not in ("Cc", "Cs", "Zl", "Zp"), code


def test_messages_are_put_on_one_line():
    assert one_line(" a\r\n   b\u2028c  d\te\x1b \n") == r"a b c  d\te\x1b"


def test_json_says_the_same():
    value = {"label": HOSTILE.replace("\ud800", ""), HOSTILE[:9]: [1.5, "größer"]}
    text = printable_json(json.dumps(value, ensure_ascii=False, indent=1))
    assert json.loads(text) == value
    assert re.search("[^\n\x20-\x7e]", text.replace("größer", "")) is None
    assert "größer" in text and r"\udb40\udc41" in text
    assert json.loads(printable_json(json.dumps("\ud800", ensure_ascii=False))) == "\ud800"


@pytest.mark.parametrize(
    ("path", "word"),
    [
        ("bundle", "bundle"),
        ("my bundle", "'my bundle'"),
        ("it's", """'it'"'"'s'"""),
        ("-x", "./-x"),
        ("$(reboot)", "'$(reboot)'"),
        ("größer", "'größer'"),
        ("a\x1b[2J'\\7", r"$'a\033[2J\'\\7'"),
        ("\u202e", r"$'\342\200\256'"),
        ("\udcff", r"$'\377'"),
    ],
)
def test_a_path_is_quoted_for_a_shell(path, word):
    assert shell_word(path) == word


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash to read the words")
@pytest.mark.parametrize(
    "path", ["my bundle", "it's $HOME `x` \\ \"", "a\x1b[2J'\\7\n\tb", "\u202e9", "\udcff", "-x", "a\x011"]
)
def test_a_shell_reads_the_path_back(path):
    said = subprocess.run(["bash", "-c", f"printf %s {shell_word(path)}"], capture_output=True, check=True).stdout
    assert said.decode(errors="surrogateescape").removeprefix("./") == path
