"""Texts with two labels, made of CLINC150: two questions of different intents, joined by "and".

Every fifteenth intent of labels.txt is taken. In each round each text is once the first and once the second of a row,
beside a text of another intent; a seed decides which. So train has 2,000 rows of 1,000 texts, and dev 600 rows of 200
others. The same data set gives the same files.

    python benchmarks/multi_label_data.py --data ../shared/data/clinc150 --output out/clinc-pairs
"""

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from edge_power.data import Example, label_ids, labels_from, read_examples
from edge_power_runtime.reading.whole_file import write_whole

EVERY = 15
ROUNDS = {"train": 2, "dev": 3}

Intent = tuple[str, str]  # a label, and a text of it


@click.command(help=__doc__)
@click.option(
    "--data", required=True, type=click.Path(exists=True, path_type=Path), help="Of labels.txt and the parts."
)
@click.option("--output", required=True, type=click.Path(path_type=Path), help="Directory of train.tsv and dev.tsv.")
def main(data: Path, output: Path) -> None:
    """Make both parts."""
    labels = labels_from(str(data / "labels.txt"))
    output.mkdir(parents=True, exist_ok=True)
    for part, rounds in ROUNDS.items():
        path = data / f"{part}.tsv"
        examples = list(read_examples(path, need_labels=True))
        names = (labels[index] for index in label_ids(examples, labels, path=path))
        texts = list(chosen(names, examples, labels[::EVERY]))
        rows = [row for seed in range(rounds) for row in joined(texts, random.Random(seed))]
        written = "".join(f"{first}|{second}\t{text}\n" for first, second, text in rows)
        write_whole(output / f"{part}.tsv", ("labels\ttext_a\n" + written).encode())
        print(f"{output / part}.tsv: {len(rows)} rows")


def chosen(names: Iterator[str], examples: Sequence[Example], wanted: Sequence[str]) -> Iterator[Intent]:
    """The texts of the intents that are wanted."""
    return ((name, example.text) for name, example in zip(names, examples, strict=True) if name in wanted)


def joined(texts: Sequence[Intent], dice: random.Random) -> Iterator[tuple[str, str, str]]:
    """Put a text of another intent behind each; both labels, and the text that was made."""
    second = list(texts)
    dice.shuffle(second)
    for place, (label, _) in enumerate(texts):
        # One further down that fits here, and whose place takes what stands here: only few have to change.
        while second[place][0] == label:
            other = dice.randrange(len(texts))
            if second[other][0] != label and second[place][0] != texts[other][0]:
                second[place], second[other] = second[other], second[place]
    for (label, text), (other_label, other_text) in zip(texts, second, strict=True):
        yield label, other_label, f"{text} and {other_text}"


if __name__ == "__main__":
    main()
