"""What 1 to 12 lengths cost for real texts: expected multiply-adds over those of the texts' true lengths.

    python benchmarks/lengths.py MODEL DATA --output docs/lengths.json
    python benchmarks/lengths.py --read docs/lengths.json --markdown > docs/lengths.md

MODEL gives the tokenizer and the shape; DATA holds the sets, as SST-2/dev.tsv. How many texts have how many tokens goes
into the JSON file, and every figure is computed from that. Reading takes a minute or two. Nothing is timed.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np

from edge_power.data import read_examples
from edge_power.lengths.choose import choose_lengths
from edge_power.lengths.counts import TokenCounts, count_tokens
from edge_power.lengths.expected import LengthCost, length_cost
from edge_power.lengths.plan import price
from edge_power.model.classifier import PowerForSequenceClassification
from edge_power.model.config import ModelConfig
from edge_power.model.retention_file import FULL, Retention
from edge_power.model.tokenizer import text_encoder
from edge_power_runtime.reading.whole_file import write_whole
from edge_power_runtime.retention import RetentionSchedule

SETS = {"SST-2": "sentences", "AG-News": "news", "IMDB": "reviews", "MRPC": "pairs"}
NUMBERS = (1, 2, 4, 6, 8, 12)
MOST = 6
USUAL = (32, 64, 128)
"""What `convert` makes where nobody says lengths."""
PRUNED = (0.8, 0.6, 0.45, 0.3, 0.2)
STEP, BAR_LENGTH, BAR_PADDED, BAR_TRUE = 8, 64, 0.45, 1.10


@dataclass(frozen=True, slots=True)
class Counted:
    """How long the texts of a set are.

    Attributes:
        name: of the set.
        every: all texts.
        first: every other text, beginning with the first.
        second: the others.
    """

    name: str
    every: TokenCounts
    first: TokenCounts
    second: TokenCounts


class Weights:
    """What the programs of one model cost."""

    def __init__(self, config: ModelConfig, keep: tuple[float, ...] | None = None) -> None:
        """Weigh programs of this shape that keep so much, or everything."""
        schedule = RetentionSchedule.full(config.num_encoders) if keep is None else RetentionSchedule(keep)
        self.config = config
        self.cost = price(config, Retention(schedule=schedule))

    def chosen(self, counts: TokenCounts, most: int) -> LengthCost:
        """The best lengths, and what they cost these texts."""
        return self.at(counts, choose_lengths(counts, np.array([self.cost(tokens) for tokens in counts.tokens]), most))

    def at(self, counts: TokenCounts, lengths: Sequence[int]) -> LengthCost:
        """What these texts cost at lengths."""
        return length_cost(FULL, counts, lengths, self.cost, self.cost)

    def in_steps(self, counts: TokenCounts) -> LengthCost:
        """What they cost at every multiple of STEP, up to the longest text."""
        return self.at(counts, range(STEP, counts.tokens[-1] + STEP, STEP))


def measure(model: Path, data: Path) -> dict[str, Any]:
    """Count the tokens of every set, cut at the position table."""
    read = PowerForSequenceClassification.from_pretrained(model)
    encoder, longest = text_encoder(read), read.config.max_positions
    sets = []
    for name in SETS:
        texts = [example.content for example in read_examples(data / name / "dev.tsv", need_labels=False)]
        parts = (count_tokens(part, encoder).at_most(longest) for part in (texts, texts[::2], texts[1::2]))
        sets.append(asdict(Counted(name, *parts)))
    return {"model": model.name, "config": asdict(read.config), "sets": sets}


def read_found(found: dict[str, Any]) -> tuple[Weights, list[Counted]]:
    """Take up what a JSON file holds."""

    def counts(part: dict[str, Any]) -> TokenCounts:
        return TokenCounts(tuple(part["tokens"]), tuple(part["texts"]), part["cut"])

    config = ModelConfig(**{**found["config"], "labels": tuple(found["config"]["labels"])})
    sets = [
        Counted(one["name"], *(counts(one[part]) for part in ("every", "first", "second"))) for one in found["sets"]
    ]
    return Weights(config), sets


def by_number(weights: Weights, sets: Sequence[Counted]) -> list[str]:
    """The first table: a row per number of lengths, a column per set."""
    names = [f"{one.name} {SETS[one.name]}" for one in sets]
    lines = [f"| lengths | {' | '.join(names)} |", "|---|" + "---|" * len(sets)]
    for most in NUMBERS:
        values = [f"{weights.chosen(one.every, most).of_true:.2f}" for one in sets]
        lines.append(f"| {most} | {' | '.join(values)} |")
    steps = [weights.in_steps(one.every) for one in sets]
    values = [f"{cost.of_true:.2f} ({len(cost.lengths)})" for cost in steps]
    lines.append(f"| every multiple of {STEP} (how many) | {' | '.join(values)} |")
    values = [_usual(weights.at(one.every, USUAL)) for one in sets]
    lines.append(f"| {', '.join(map(str, USUAL))}, the default | {' | '.join(values)} |")
    return lines


def by_set(weights: Weights, sets: Sequence[Counted]) -> list[str]:
    """The second table: a row per set, with the lengths that were chosen."""
    lines = [
        f"| texts | how many | tokens, median and longest | {MOST} lengths | of all padded to the longest "
        "| chosen on one half, used on the other |",
        "|---|---|---|---|---|---|",
    ]
    for one in sets:
        cost, other = weights.chosen(one.every, MOST), weights.at(one.second, weights.chosen(one.first, MOST).lengths)
        median = int(np.quantile(np.repeat(one.every.tokens, one.every.texts), 0.5))
        cut = f", {one.every.cut} cut" if one.every.cut else ""
        lines.append(
            f"| {one.name} | {one.every.total} | {median}, {one.every.tokens[-1]}{cut} "
            f"| {' '.join(map(str, cost.lengths))} | {cost.of_padded:.2f} | {other.of_true:.2f} |"
        )
    return lines


def _usual(cost: LengthCost) -> str:
    share = cost.cut / cost.texts
    return f"{cost.of_true:.2f}" if not cost.cut else f"cuts {share:.0%} of the texts"


PAGE = """\
# How many lengths, and which

A text is padded to the next length that the bundle has, and padding costs as much as words do. **Six lengths chosen for
your texts cost {low:.2f} to {high:.2f} times what the texts would cost without any padding**; a single length costs
{one_low:.1f} to {one_high:.1f} times as much. A further length is one more program: some 0.1 MB of file, and memory
while it is loaded, which `max_loaded_programs` bounds.

```
edge-power convert --model my-checkpoint --output my-bundle --lengths auto --lengths-from texts.tsv --max-programs 6
edge-power inspect my-bundle --lengths-from texts.tsv
```

On ONNX Runtime and ExecuTorch `--dynamic-length` pads nothing, and only the largest length matters
([int8.md](int8.md#no-padding---dynamic-length)). This page is for TFLite, for stages, and for budgets without a
schedule.

`texts.tsv` holds texts such as the app will see, some hundreds or more; labels are not looked at. `inspect` says what
the lengths of a bundle that is there cost for such a file.

## What a number of lengths costs

Expected multiply-adds of a text, over those at its true length. The lengths are the best that there are for the texts.

{numbers}

Take 4 where memory is short, and 6 as a rule. 8 to 12 save a few percent more.

## Which lengths

{sets}

The last column tells what to expect of texts that were not looked at: the lengths were chosen for every other text of
the set, and used on the rest. A text that is longer than the longest length is cut, and the answer says so.

## How they are chosen

The best lengths are numbers of tokens that texts have, since anything between would only pad more. Among all choices
of at most `--max-programs` of these numbers the one of least expected cost is found, exactly, by dynamic programming.
The largest is what the longest text needs, up to the model's position table. Texts are counted by the checkpoint's own
tokenizer, pairs as pairs.

* A cost is multiply-adds. With `--latency report.json`, a profile with a latency table, it is milliseconds of that
  device, where a program has a floor that padding does not raise.
* All budgets of a bundle get the same lengths, and count alike: what is made least is the mean of their costs, each
  relative to its own cost at the true lengths.
* Choose for texts that are like the app's. SST-2's training set holds phrases and its dev set sentences: lengths for
  one do not suit the other.

Against padding every text to {bar_length} tokens the six lengths for SST-2 take {of_bar:.3f} of the multiply-adds
(bar: {bar_padded}), and {of_true:.3f} times those at the true lengths. The bar of {bar_true:.2f} for the latter
cannot be met with six: the choice is exact, and no other six cost less. {needed} lengths meet it.

Multiply-adds are those of `{model}` with all words kept. At the schedule {pruned} the six for SST-2 cost
{of_true_pruned:.3f} times those at the true lengths. Nothing is timed here. How many texts have how many tokens:
[{file}]({file}).

```
python benchmarks/lengths.py ../shared/checkpoints/minilm-sst2 ../shared/data --output docs/{file}
python benchmarks/lengths.py --read docs/{file} --markdown > docs/lengths.md
```
"""


def page_of(found: dict[str, Any], file: str) -> str:
    """The page beside a JSON file of this name, whole."""
    weights, sets = read_found(found)
    ratios = {most: [weights.chosen(one.every, most).of_true or 0.0 for one in sets] for most in (1, MOST)}
    sst2 = next(one.every for one in sets if one.name == "SST-2")
    six = weights.chosen(sst2, MOST)
    needed = next(most for most in range(1, 99) if (weights.chosen(sst2, most).of_true or 0.0) <= BAR_TRUE)
    return PAGE.format(
        low=min(ratios[MOST]),
        high=max(ratios[MOST]),
        one_low=min(ratios[1]),
        one_high=max(ratios[1]),
        numbers="\n".join(by_number(weights, sets)),
        sets="\n".join(by_set(weights, sets)),
        bar_length=BAR_LENGTH,
        of_bar=six.expected / weights.cost(BAR_LENGTH),
        bar_padded=BAR_PADDED,
        of_true=six.of_true,
        bar_true=BAR_TRUE,
        pruned=",".join(map(str, PRUNED)),
        of_true_pruned=Weights(weights.config, PRUNED).chosen(sst2, MOST).of_true,
        needed={7: "Seven", 8: "Eight"}.get(needed, str(needed)),
        model=found["model"],
        file=file,
    )


@click.command()
@click.argument("model", required=False, type=click.Path(path_type=Path))
@click.argument("data", required=False, type=click.Path(path_type=Path))
@click.option("--output", type=click.Path(path_type=Path), help="JSON file for the counts.")
@click.option("--read", "source", type=click.Path(path_type=Path), help="Take the counts of a file; read no texts.")
@click.option("--markdown", is_flag=True, help="Print the whole page of docs/ in place of the tables.")
def main(model: Path | None, data: Path | None, output: Path | None, source: Path | None, markdown: bool) -> None:
    """Weigh lengths for real texts."""
    if source is not None:
        found = json.loads(source.read_text(encoding="utf-8"))
    elif model is None or data is None:
        raise click.UsageError("give MODEL and DATA, or --read")
    else:
        found = measure(model, data)
    if output is not None:
        write_whole(output, json.dumps(found) + "\n")
    if markdown:
        print(page_of(found, (source or output or Path("lengths.json")).name), end="")
    else:
        print("\n".join([*by_number(*read_found(found)), "", *by_set(*read_found(found))]))


if __name__ == "__main__":
    main()
