"""What the runtime adds to an engine's call: tokenizing, padding, naming the label; for texts of about 30 words.

    edge-power convert --model MODEL --output BUNDLE --format onnx,tflite --lengths 32,64 --keep 0.8,0.6,0.5,0.4,0.3
    python benchmarks/overhead.py BUNDLE DEV.tsv --output docs/overhead.json
    python benchmarks/overhead.py --read docs/overhead.json --markdown > docs/overhead.md

Each round sends all texts through the classifier and all through a stock loop, in an order drawn anew; both call one
and the same loaded engine, whose time is taken off. Not text by text in turn: with three runs of the model between two
texts, a contender finds less of itself in the CPU's caches than in real use (0.47 ms and not 0.40, in one run).
Every sample goes into the JSON file. Takes a minute.
"""

import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click
import numpy as np
from tokenizers import Tokenizer

from edge_power.data import read_examples
from edge_power_runtime import Bundle, Classifier
from edge_power_runtime.bundle.manifest import TOKENIZER_FILE
from edge_power_runtime.bundle.programs import Program
from edge_power_runtime.reading.whole_file import write_whole

WORDS = range(26, 35)
WARM_UP = 50
SEED = 0
BAR_MS = 0.3
# Where each session keeps the engine's own call.
ENGINE_CALL = {"onnx": "_run", "tflite": "_runner"}


@dataclass(frozen=True, slots=True)
class Series:
    """Samples of one contender.

    Attributes:
        engine: whose call is taken off.
        contender: classifier, stock or clock.
        caches: `cold` behind a run of the model, `warm` where the engine's call repeats its last answer.
        samples_ms: one per text and round, without the engine's call.
    """

    engine: str
    contender: str
    caches: str
    samples_ms: tuple[float, ...]


class EngineCall:
    """Stands in the place of an engine's call and times it; when warm, it repeats the last answer at once."""

    def __init__(self, call: Callable[..., Any]) -> None:
        """Stand around `call`."""
        self._call = call
        self._answer: Any = None
        self.warm = False
        self.spent_ns = 0

    def __call__(self, *inputs: Any, **named: Any) -> Any:
        """Pass on what the session gives: ONNX Runtime takes positions, TFLite names."""
        if self.warm:
            self.spent_ns = 0
            return self._answer
        start = time.perf_counter_ns()
        self._answer = self._call(*inputs, **named)
        self.spent_ns = time.perf_counter_ns() - start
        return self._answer


class Stock:
    """What a person writes by hand: the tokenizers library pads, numpy makes arrays, the largest logit wins."""

    def __init__(self, bundle: Bundle, program: Program, call: EngineCall) -> None:
        """Run `program` of `bundle` by `call`."""
        self._tokenizer = Tokenizer.from_str(bundle.read(TOKENIZER_FILE).decode())
        self._tokenizer.enable_truncation(program.length)
        self._tokenizer.enable_padding(length=program.length)
        self._engine_call = call
        self._labels = bundle.manifest.labels
        self._outputs = [spec.engine_name for spec in program.outputs]
        self._names = {spec.name: spec.engine_name or "" for spec in (*program.inputs, *program.outputs)}
        self._dtype = program.inputs[0].dtype
        self._named = program.method is not None  # TFLite's signatures take their inputs by name

    def __call__(self, text: str) -> str:
        """Give the label."""
        encoding = self._tokenizer.encode(text)
        feed = {
            self._names["input_ids"]: np.array([encoding.ids], dtype=self._dtype),
            self._names["attention_mask"]: np.array([encoding.attention_mask], dtype=self._dtype),
            self._names["token_type_ids"]: np.array([encoding.type_ids], dtype=self._dtype),
        }
        if self._named:
            logits = self._engine_call(**feed)[self._names["logits"]]
        else:
            logits = self._engine_call(self._outputs, feed)[0]
        return str(self._labels[logits[0].argmax()])


class Clock:
    """Nothing but the engine's call, on the same input each time: what the measurement itself adds."""

    def __init__(self, program: Program, call: EngineCall) -> None:
        """Run `program` by `call`."""
        self._engine_call = call
        self._outputs = [spec.engine_name for spec in program.outputs]
        self._feed = {spec.engine_name or "": np.ones(spec.shape, dtype=spec.dtype) for spec in program.inputs}
        self._named = program.method is not None

    def __call__(self, text: str) -> None:
        """Read nothing of the text."""
        if self._named:
            self._engine_call(**self._feed)
        else:
            self._engine_call(self._outputs, self._feed)


def texts_of(data: Path, classifier: Classifier, program: Program) -> list[str]:
    """The texts of about 30 words that `program` is the one to run."""
    texts = [example.text for example in read_examples(data, need_labels=False)]
    texts = [text for text in texts if len(text.split()) in WORDS]
    return [text for text in texts if classifier(text).program == program.name and not classifier(text).truncated]


def measure(path: Path, data: Path, engine: str, budget: str, rounds: int) -> list[Series]:
    """Time one engine's contenders, cold, then warm."""
    classifier = Classifier.open(path, engine=engine, budget=budget)
    classifier.warm_up()
    programs = [program for program in classifier.artifact.programs if program.budget == budget]
    program = max(programs, key=lambda item: item.length)
    session = classifier.model.session(program)
    call = EngineCall(getattr(session, ENGINE_CALL[engine]))
    setattr(session, ENGINE_CALL[engine], call)
    texts = texts_of(data, classifier, program)
    contenders: dict[str, Callable[[str], object]] = {
        "classifier": classifier,
        "stock": Stock(classifier.bundle, program, call),
        "clock": Clock(program, call),
    }
    for text in texts[:WARM_UP]:
        assert contenders["stock"](text) == classifier(text).label
        contenders["clock"](text)
    cold = interleave(contenders, texts, call, rounds)
    classifier(texts[0])  # leaves an answer of this program to repeat
    call.warm = True
    warm = interleave(contenders, texts, call, rounds)
    return [
        Series(engine, name, caches, tuple(samples))
        for caches, found in (("cold", cold), ("warm", warm))
        for name, samples in found.items()
    ]


def interleave(
    contenders: dict[str, Callable[[str], object]], texts: Sequence[str], call: EngineCall, rounds: int
) -> dict[str, list[float]]:
    """Give all texts to one contender after the other, round by round; milliseconds that were not the engine's."""
    samples: dict[str, list[float]] = {name: [] for name in contenders}
    names = list(contenders)
    order = np.random.default_rng(SEED)
    for _ in range(rounds):
        for turn in order.permutation(len(names)).tolist():
            contender, taken = contenders[names[turn]], samples[names[turn]]
            for text in texts:
                start = time.perf_counter_ns()
                contender(text)
                elapsed = time.perf_counter_ns() - start
                taken.append((elapsed - call.spent_ns) * 1e-6)
    return samples


def lines_of(found: dict[str, Any]) -> list[str]:
    """The table in Markdown: a row per series, with its ratio to the classifier's, text by text within a round."""
    series = [Series(**item) for item in found["series"]]
    ours = {(item.engine, item.caches): item for item in series if item.contender == "classifier"}
    lines = ["| engine | caches | contender | median ms | p90 ms | of the classifier's |", "|---|---|---|---|---|---|"]
    for item in series:
        ratio = np.median(np.divide(item.samples_ms, ours[item.engine, item.caches].samples_ms))
        median, p90 = np.percentile(item.samples_ms, [50, 90])
        bold = f"**{median:.3f}**" if (item.contender, item.caches) == ("classifier", "cold") else f"{median:.3f}"
        lines.append(f"| {item.engine} | {item.caches} | {item.contender} | {bold} | {p90:.3f} | {ratio:.2f} |")
    return lines


def figures_of(found: dict[str, Any]) -> str:
    """The medians by which the bar is judged."""
    judged = [item for item in found["series"] if (item["contender"], item["caches"]) == ("classifier", "cold")]
    return " and ".join(f"{np.median(item['samples_ms']):.2f} ms on {item['engine']}" for item in judged)


PAGE = """\
# What the runtime adds to an engine's call

For a text of some 30 words the runtime adds {figures}, with cold caches. Bar: {bar} ms.
That is all but the engine's own call: tokenizing, padding, checks, softmax and naming the label. Read this page where
programs take a few milliseconds.

{table}

{texts} texts of {low} to {high} words, {rounds} rounds, one thread, budget `{budget}`, {processor}, {system};
Python {python}, onnxruntime {onnxruntime}, ai-edge-litert {ai-edge-litert}, tokenizers {tokenizers}, numpy {numpy}.
Load average at the end: {load} (work of other programs makes the figures larger).
Every sample: [{file}]({file}).

* `cold` is real use, text after text: each follows a run of the model, which has swept the CPU's caches.
* `warm` is the same with the engine's last answer repeated at once, so that nothing leaves the caches.
* `stock` is a loop by hand on the same loaded engine. The tokenizers library pads, numpy makes three arrays, and the
  largest logit names the label. No check of the text, no probabilities, no choice of the length.
* `clock` calls the engine and does nothing else: what the measurement itself adds to every row.
* Each round gives all texts to one contender after the other, in an order drawn anew. The ratio is the median of the
  ratios, text by text within a round, to the classifier's.

```
edge-power convert --model ../shared/checkpoints/minilm-sst2 --output BUNDLE --format onnx,tflite --lengths 32,64 \\
  --keep 0.8,0.6,0.5,0.4,0.3
python benchmarks/overhead.py BUNDLE ../shared/data/SST-2/dev.tsv --output {path}
python benchmarks/overhead.py --read {path} --markdown > {page}
```

## Where it goes, and what helped

Behind a run of the model a few lines of Python cost 5 to 20 us: they have to come back into the caches. So what helps
is fewer calls:

* one array for the three inputs in place of three arrays and as many assignments;
* one sum that finds a logit that is no number;
* one `isascii` in place of the check for lone surrogates;
* the kept rows left as the engine gave them until somebody asks.

About half of what is left is the tokenizers library itself.
"""


def page_of(found: dict[str, Any], path: Path) -> str:
    """The page beside the JSON file `path`, whole."""
    return PAGE.format(
        file=path.name,
        path=path,
        page=path.with_suffix(".md"),
        figures=figures_of(found),
        bar=BAR_MS,
        table="\n".join(lines_of(found)),
        low=WORDS[0],
        high=WORDS[-1],
        load=", ".join(f"{value:.1f}" for value in found["load"]),
        **{key: found[key] for key in ("texts", "rounds", "budget")},
        **found["machine"],
    )


def machine() -> dict[str, str]:
    """What it was measured on; imported after measuring, since it brings torch along and the runtime runs without."""
    from efficiency import machine as describe

    return describe() | {package: version(package) for package in ("tokenizers", "numpy")}


@click.command()
@click.argument("bundle", required=False, type=click.Path(path_type=Path))
@click.argument("data", required=False, type=click.Path(path_type=Path))
@click.option("--engine", "engines", multiple=True, type=click.Choice(list(ENGINE_CALL)), help="Default: each.")
@click.option("--budget", default="balanced", show_default=True)
@click.option("--rounds", default=5, show_default=True, help="Over all texts.")
@click.option("--output", type=click.Path(path_type=Path), help="JSON file for every sample.")
@click.option("--read", "source", type=click.Path(path_type=Path), help="Print the table of a file; measure nothing.")
@click.option("--markdown", is_flag=True, help="Print the whole page of docs/ in place of the table.")
def main(
    bundle: Path | None,
    data: Path | None,
    engines: tuple[str, ...],
    budget: str,
    rounds: int,
    output: Path | None,
    source: Path | None,
    markdown: bool,
) -> None:
    """Measure what the runtime adds to an engine's call."""
    if source is not None:
        found = json.loads(source.read_text())
    elif bundle is None or data is None:
        raise click.UsageError("give BUNDLE and DATA, or --read")
    else:
        series = [item for engine in engines or ENGINE_CALL for item in measure(bundle, data, engine, budget, rounds)]
        found = {
            "load": os.getloadavg(),
            "machine": machine(),
            "budget": budget,
            "rounds": rounds,
            "texts": len(series[0].samples_ms) // rounds,
            "series": [asdict(item) for item in series],
        }
    if output is not None:
        write_whole(output, json.dumps(found) + "\n")
    path = source or output or Path("docs/overhead.json")
    print(page_of(found, path) if markdown else "\n".join(lines_of(found)), end="" if markdown else "\n")


if __name__ == "__main__":
    main()
