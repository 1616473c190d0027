"""What an app can use of a bundle, and whether the demo's code reads it: found out before anything is written."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from edge_power_runtime import Bundle
from edge_power_runtime.bundle.files import FileEntry
from edge_power_runtime.errors import InputError
from edge_power_runtime.reading.jsonnode import Node, parse

ENGINE = "onnx"
TOKENIZER_FILE = "tokenizer.json"

# What the demo's core reads of a tokenizer.json; a part that is null does nothing.
_MODELS: tuple[str, ...] = ("WordPiece",)
_PARTS = {
    "normalizer": (
        ("BertNormalizer", "Lowercase", "NFC", "NFD", "NFKC", "NFKD", "Sequence", "StripAccents"),
        "normalizers",
    ),
    "pre_tokenizer": (
        ("BertPreTokenizer", "Punctuation", "Sequence", "Whitespace", "WhitespaceSplit"),
        "pretokenizers",
    ),
    "post_processor": (("BertProcessing", "RobertaProcessing", "TemplateProcessing"), "processors"),
}


def app_files(bundle: Bundle) -> list[FileEntry]:
    """Files of a bundle that an app takes: those of ONNX Runtime's artifacts, and those of no engine. All are checked.

    Raises:
        InputError: the demo cannot run this bundle; the message says why.
        BundleError: a file is missing or altered, or no tokenizer.
    """
    artifacts = [artifact for artifact in bundle.manifest.artifacts if artifact.engine == ENGINE]
    if not artifacts:
        have = ", ".join(artifact.key for artifact in bundle.manifest.artifacts) or "none that this version knows"
        raise InputError(
            f"the app runs ONNX Runtime, and the bundle {bundle.path} has no artifact for it, it has: {have}; "
            "make one by edge-power convert --format onnx"
        )
    check_tokenizer(bundle)
    entries = {entry.path: entry for entry in bundle.manifest.files}
    entries |= {entry.path: entry for artifact in artifacts for entry in artifact.files}
    for path in entries:
        check_packed(path)
    bundle.check(entries.values())
    return list(entries.values())


def check_tokenizer(bundle: Bundle) -> None:
    """Refuse a tokenizer that the demo's code does not read.

    Raises:
        InputError: it is another kind.
        BundleError: it is no tokenizer.
    """
    root = parse(bundle.read(TOKENIZER_FILE), TOKENIZER_FILE)
    kinds = [(root.field("model"), _MODELS)]
    for name, (known, members) in _PARTS.items():
        part = root.later(name)
        kinds += [] if part is None else [(item, known) for item in _with_members(part, members)]
    for part, known in kinds:
        kind = part.field("type")
        if kind.value not in known:
            raise InputError(
                f"{TOKENIZER_FILE} of the bundle {bundle.path}: {kind.where} is {kind.value!r}, and the app reads "
                f"{', '.join(known)}: tokenizers of BERT, DistilBERT and ELECTRA"
            )


def _with_members(part: Node, members: str) -> Iterator[Node]:
    """Give a part of a tokenizer, and if it is a sequence the parts in it."""
    yield part
    if part.field("type").value == "Sequence":
        for member in part.field(members).items():
            yield from _with_members(member, members)


def check_packed(path: str) -> None:
    """Refuse a name that Android's tools leave out of an app without a word.

    Raises:
        InputError: it would be missing in the app.
    """
    *folders, name = PurePosixPath(path).parts
    if name.startswith(".") or any(folder.startswith((".", "_")) for folder in folders):
        raise InputError(
            f"the bundle's file {path} would be left out of the app: Android's tools pass over names that start with a "
            "dot, and folders that start with _; convert again, or name it otherwise"
        )
