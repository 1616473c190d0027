"""tokenizer.json, which may come from anyone, and what the tokenizers library does where it is not sound."""

from typing import TYPE_CHECKING

from edge_power_runtime.bundle.manifest import TOKENIZER_FILE
from edge_power_runtime.errors import BundleError
from edge_power_runtime.system.native_output import captured

if TYPE_CHECKING:
    from tokenizers import Tokenizer


def read_tokenizer(data: bytes) -> "Tokenizer":
    """Read tokenizer.json, and try it on the empty text and the empty pair: what it adds to every text must be sound.

    Raises:
        BundleError: it is no tokenizer that the installed `tokenizers` reads, or it fails there.
    """
    from tokenizers import Tokenizer

    try:
        with captured(2):  # where Rust panics it also prints where, for its own authors
            tokenizer = Tokenizer.from_str(data.decode("utf-8"))
            empty = [tokenizer.encode(""), tokenizer.encode("", "")]
    except BaseException as error:  # a panic of Rust is no Exception
        if reason := failure(error):
            raise BundleError(f"{TOKENIZER_FILE} cannot be read by the tokenizers library: {reason}") from error
        raise
    for encoding in empty:
        sizes = {len(encoding.ids), len(encoding.tokens), len(encoding.type_ids), len(encoding.sequence_ids)}
        if len(sizes) > 1:
            raise BundleError(
                f"{TOKENIZER_FILE} adds the tokens {encoding.tokens} with the ids {encoding.ids} to a text; "
                "expected an id for each token"
            )
    return tokenizer


def failure(error: BaseException) -> str | None:
    """Say in one line what the tokenizers library found wrong; None where it is no failure of the library.

    It raises Exception itself for most of it. Where its Rust code panics, PyO3 raises a PanicException, which derives
    from BaseException and which no module exports; KeyboardInterrupt and its like are not ours to catch.
    """
    if isinstance(error, Exception):
        return str(error).strip().split("\n")[0] or type(error).__name__
    if type(error).__name__ == "PanicException":
        return f"the library panicked: {str(error).strip().split(chr(10))[0]}"
    return None
