"""One program as a .tflite with TFLite Metadata, which MediaPipe's TextClassifier loads as it is.

The metadata is a flatbuffer of its own inside the file, by metadata_schema.fbs of TensorFlow Lite Support, and the
vocabulary and the labels that it names are a zip behind it:
https://github.com/tensorflow/tflite-support/blob/master/tensorflow_lite_support/metadata/metadata_schema.fbs
"""

import io
import zipfile
from collections.abc import Mapping, Sequence

import flatbuffers
import torch

from edge_power_converters.program import SourceProgram
from edge_power_converters.quiet import quiet
from edge_power_converters.tflite.flatbuffer import TfliteFile
from edge_power_converters.tflite.lowering import to_module

VOCABULARY, LABELS = "vocab.txt", "labels.txt"
# By our names: what MediaPipe looks for in a model of BERT, in its tensors and in the metadata
# (mediapipe/tasks/cc/text/utils/text_model_utils.h and metadata/metadata_schema.fbs).
_INPUTS = {
    "input_ids": ("serving_default_input_word_ids:0", "ids"),
    "attention_mask": ("serving_default_input_mask:0", "mask"),
    "token_type_ids": ("serving_default_input_type_ids:0", "segment_ids"),
}
_OUTPUT = "probability"
# enum AssociatedFileType, union ProcessUnitOptions.
_AXIS_LABELS, _VOCABULARY, _BERT_TOKENIZER = 2, 5, 4
_IDENTIFIER = b"M001"
_METADATA = "TFLITE_METADATA"


class _Probabilities(torch.nn.Module):
    """A program up to its logits, and their softmax: MediaPipe shows what a model gives as it is."""

    def __init__(self, program: SourceProgram) -> None:
        super().__init__()
        self.program = to_module(program)
        self.training = False  # see to_module: eval() would ask the program too, which refuses

    def forward(self, **inputs: torch.Tensor) -> dict[str, torch.Tensor]:
        return {_OUTPUT: torch.softmax(self.program(**inputs)["logits"], dim=-1)}


def to_text_classifier(
    program: SourceProgram, vocabulary: Sequence[str], labels: Sequence[str], *, name: str = "model"
) -> bytes:
    """Write a program for MediaPipe.

    MediaPipe splits text by itself: it lowers ASCII letters, cuts at spaces and punctuation, looks pieces up in the
    vocabulary, and cuts a long text behind. Accents stay.

    Args:
        program: a classifier with one label a text.
        vocabulary: word pieces in the order of their ids, WordPiece with ## inside words.
        labels: in the order of the logits.
        name: of the model.

    Returns:
        The file's content.

    Raises:
        ConversionError: LiteRT's tools failed.
    """
    import litert_torch

    with quiet("converting to TFLite for MediaPipe"):
        module = _Probabilities(program)
        converted = litert_torch.signature(program.name, module, sample_kwargs=program.samples()).convert()
        file = TfliteFile(converted.model_content())
        graph = file.graphs[0]
        graph.rename_inputs({ours: theirs for ours, (theirs, _) in _INPUTS.items()}, shape=(1, program.length))
        file.describe(_METADATA, _metadata([_INPUTS[key][1] for key in graph.input_keys], name))
        return file.write() + _archive({VOCABULARY: vocabulary, LABELS: labels})


def _metadata(inputs: Sequence[str], name: str) -> bytes:
    """ModelMetadata, with the tokenizer of the one graph's inputs and the labels of its output."""
    builder = flatbuffers.Builder(1024)

    def table(fields: Mapping[int, int], *, small: Mapping[int, int] = {}) -> int:  # noqa: B006  # it is only read
        builder.StartObject(1 + max((*fields, *small)))
        for slot, offset in fields.items():
            builder.PrependUOffsetTRelativeSlot(slot, offset, 0)
        for slot, number in small.items():
            builder.PrependUint8Slot(slot, number, 0)
        return int(builder.EndObject())

    def vector(*tables: int) -> int:
        builder.StartVector(4, len(tables), 4)
        for offset in reversed(tables):
            builder.PrependUOffsetTRelative(offset)
        return int(builder.EndVector())

    def file(path: str, kind: int) -> int:  # AssociatedFile: name, description, type
        return table({0: builder.CreateString(path)}, small={2: kind})

    tokenizer = table({0: vector(file(VOCABULARY, _VOCABULARY))})  # BertTokenizerOptions: vocab_file
    unit = table({1: tokenizer}, small={0: _BERT_TOKENIZER})  # ProcessUnit: options, behind their type
    # TensorMetadata: name, ... associated_files
    tensors = [table({0: builder.CreateString(tensor)}) for tensor in inputs]
    output = table({0: builder.CreateString(_OUTPUT), 6: vector(file(LABELS, _AXIS_LABELS))})
    # SubGraphMetadata: ..., input_tensor_metadata, output_tensor_metadata, associated_files, input_process_units
    graph = table({2: vector(*tensors), 3: vector(output), 5: vector(unit)})
    # ModelMetadata: name, description, version, subgraph_metadata, ..., min_parser_version
    version = builder.CreateString("1.1.0")  # the first with tokenizers as process units
    builder.Finish(table({0: builder.CreateString(name), 3: vector(graph), 7: version}), file_identifier=_IDENTIFIER)
    return bytes(builder.Output())


def _archive(files: Mapping[str, Sequence[str]]) -> bytes:
    """A zip of text files, a line each; stored, since readers map them, and without the time of day."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:
        for path, lines in files.items():
            archive.writestr(zipfile.ZipInfo(path), "".join(f"{line}\n" for line in lines))
    return content.getvalue()
