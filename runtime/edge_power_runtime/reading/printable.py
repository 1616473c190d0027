r"""Text from files and users, made fit to be shown: what a terminal would obey rather than show becomes an escape.

A control character moves the cursor, rings, or writes over what stands there; a mark of direction shows letters in
another order than they have; a TAB or a line break makes a column or a line that nobody wrote. Each becomes the escape
that Python and JSON have for it (`\x1b`, `\t`, `\u202e`), so that a reader sees what is there.
"""

import os
import re
import shlex
from unicodedata import category

# Controls; format characters, which are not seen themselves; separators of lines and paragraphs; half of a pair.
_OBEYED = frozenset(("Cc", "Cf", "Zl", "Zp", "Cs"))
# Of the format characters, those that change how their neighbours look and not where they stand: the joiners of emoji
# and of the scripts of India and Arabia, and the signs that stand for a number or a verse.
_HARMLESS = frozenset("\u200c\u200d\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u08e2")
_NAMED = {"\t": "\\t", "\n": "\\n", "\r": "\\r"}
# Where a message of ours or of a library goes on in another line.
_BREAK = re.compile("[ \t]*[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]\\s*")


def printable(text: str) -> str:
    r"""Put an escape for each character that a terminal would obey; all others stay.

    A backslash stays too, so that what is printable already does not change.
    """
    if text.isprintable():
        return text
    return "".join(_NAMED.get(letter) or _escape(letter) if _is_obeyed(letter) else letter for letter in text)


def one_line(text: str) -> str:
    """Put a message on one line: its own line breaks become blanks, and all else is as `printable` makes it."""
    return printable(_BREAK.sub(" ", text.strip()))


def printable_json(text: str) -> str:
    r"""Escape within a JSON document as JSON does, `\u202e`: what it says stays the same.

    Line breaks between its values stay; within a string JSON has none.
    """
    if text.isprintable():
        return text
    return "".join(_escape_json(letter) if letter not in "\n\r\t" and _is_obeyed(letter) else letter for letter in text)


def shell_word(path: str | os.PathLike[str]) -> str:
    r"""Quote a path for a shell, so that a suggested command can be copied.

    What cannot be printed stands in the quotes `$'...'`, which bash and zsh read, as its bytes: `$'a\033b'`.
    """
    word = os.fspath(path)
    word = f"./{word}" if word.startswith("-") else word  # it would be taken for an option
    if printable(word) == word:
        return shlex.quote(word)
    return f"$'{''.join(map(_in_dollar_quotes, word))}'"


def _is_obeyed(letter: str) -> bool:
    return not letter.isprintable() and letter not in _HARMLESS and category(letter) in _OBEYED


def _escape(letter: str) -> str:
    code = ord(letter)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _escape_json(letter: str) -> str:
    units = letter.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[place] << 8 | units[place + 1]:04x}" for place in range(0, len(units), 2))


def _in_dollar_quotes(letter: str) -> str:
    if letter in "\\'":
        return f"\\{letter}"
    # Three octal digits: shells differ in how many hexadecimal ones they read.
    return "".join(f"\\{byte:03o}" for byte in os.fsencode(letter)) if _is_obeyed(letter) else letter
