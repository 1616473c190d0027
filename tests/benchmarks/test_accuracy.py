"""The accuracy benchmark on a made-up task: every arm, what choosing words by other rules means, and the page."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner

from benchmarks.accuracy.__main__ import main
from benchmarks.accuracy.arms import ARMS
from benchmarks.accuracy.bench import open_bench
from benchmarks.accuracy.page import (
    KEPT,
    levers,
    of_shared,
    read_page,
    read_results,
    render,
    take_over,
    verdict,
    with_earlier,
    write_page,
)
from benchmarks.accuracy.published import AbsoluteSoftExtract, PaddedEncoder, padded_cost
from benchmarks.accuracy.result import Found, Result, Scan, Served
from benchmarks.accuracy.scan import Search, next_price
from benchmarks.accuracy.tasks import TASKS, Bar, Published, Settings, Task
from benchmarks.accuracy.units import Unit, run, units
from benchmarks.accuracy.words import FirstWords, RandomWords, with_encoder
from edge_power.demo.classifier import encoder_directory
from edge_power.errors import FitError
from edge_power.fitting.cost import FLOOR, Cost
from edge_power.model.classifier import PowerForSequenceClassification
from edge_power.model.macs import count_macs, count_unpruned
from edge_power.progress import Silent
from edge_power_runtime.retention import RetentionConfig, RetentionSchedule
from tests.tiny import tiny_config, tiny_model
from tests.tiny_fit import LABELS, make_rows, teach, tokens_of, write_tsv

# Every arm trains a model, half a minute in all; a benchmark is no part of what users install.
slow = pytest.mark.slow

LENGTH = 32
TINY = Task(
    "tiny", "TINY", "accuracy", Bar(0.5), 1.0, Published(LENGTH, 1e-3), tokens=16, seeds=(0,), checkpoint="tiny",
    depth_bar=Bar(0.4, asked=0.39),
)  # fmt: skip
SETTINGS = '{"rows": null, "min_steps": 600, "precision": "fp32"}'  # of whole runs
HALF = RetentionSchedule((0.5,) * 6)


def six_encoders() -> PowerForSequenceClassification:
    """As many as MiniLM has, for which the schedule made by hand is."""
    model = tiny_model(replace(tiny_config(), num_encoders=6))
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "norm" not in name:
                parameter.mul_(0.25)
    return model


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Data and a taught model where the benchmark looks for them."""
    shared = tmp_path_factory.mktemp("shared")
    (shared / "data" / "TINY").mkdir(parents=True)
    rows = make_rows(300, seed=1)
    write_tsv(shared / "data" / "TINY" / "train.tsv", rows)
    write_tsv(shared / "data" / "TINY" / "dev.tsv", make_rows(100, seed=2))
    model = six_encoders()
    teach(model, tokens_of(model, rows), steps=120)
    model.save_pretrained(shared / "checkpoints" / "tiny")
    return Settings(shared, tmp_path_factory.mktemp("output"), rows=100, fewest_steps=6)


@pytest.fixture(scope="module")
def results(settings: Settings) -> dict[str, Result]:
    """Every arm, run once; `learned` comes first, into a directory that is not there yet."""
    order = ["learned", *(arm for arm in ARMS if arm != "learned")]
    return {arm: run(Unit(TINY, arm, 0), settings, Silent()) for arm in order}


def batch(*lengths: int, padded: int = 0) -> dict[str, torch.Tensor]:
    """Texts of these lengths, no word twice the same."""
    length = max(*lengths, padded)
    ids = torch.arange(10, 10 + length).repeat(len(lengths), 1)
    mask = (torch.arange(length) < torch.tensor(lengths)[:, None]).long()
    return {"input_ids": ids * mask, "attention_mask": mask}


@slow
def test_every_arm_begins_with_the_same_model_and_takes_the_same_steps(results):
    assert len({(one.unpruned_dev, one.unpruned_select, one.rows) for one in results.values()}) == 1
    # 90 rows of 100 are left to train on: three epochs of 32 are 9 steps, and a search takes 6 at least.
    assert {arm: one.found.steps for arm, one in results.items()} == {
        **dict.fromkeys(ARMS, 6 + 9), "unpruned": 0, "learned+depth": 6 + 6 + 9,
    }  # fmt: skip


@slow
def test_rivals_leave_no_more_multiply_adds_than_the_target(results):
    for arm in ("learned", "shared", "first", "random", "hand-made", "depth"):
        assert results[arm].target == 0.5
        assert results[arm].found.select_multiply_adds <= 0.5, arm
    assert [results[arm].target for arm in ("more", "less")] == [0.7, 0.5 / 1.4]
    for arm in ("more", "less"):
        # Within the 3 % that `fit` is asked to come.
        assert 0.97 * results[arm].target < results[arm].found.select_multiply_adds <= results[arm].target, arm
    assert results["learned+depth"].target == 0.39
    assert results["learned+depth"].found.select_multiply_adds <= 0.39
    assert 0.4 < results["paper"].found.multiply_adds <= 0.5  # of 32 rows, one row is about 0.02
    assert results["depth+1"].found.select_multiply_adds > 0.5
    assert results["depth"].found.encoders + 1 == results["depth+1"].found.encoders
    assert results["learned"].found.schedule == results["first"].found.schedule == results["random"].found.schedule
    assert results["unpruned"].found.multiply_adds == results["unpruned+"].found.multiply_adds == 1.0


@slow
def test_shared_weights_serve_the_budgets_of_three_arms(results):
    found = results["shared"].found
    assert [budget.name for budget in found.served] == ["learned", "more", "less"]
    learned, more, less = (budget.multiply_adds for budget in found.served)
    assert less < learned < more
    assert (found.served[0].multiply_adds, found.served[0].dev) == (found.multiply_adds, found.dev)
    assert [budget.name for budget in results["learned"].found.served] == ["balanced"]
    assert results["first"].found.served == ()


@slow
def test_latency_has_a_floor_for_each_encoder(results):
    learned, depth = results["learned"].found, results["depth"].found
    assert results["unpruned"].found.expected_latency == 1
    # Six floors stay whatever is dropped; without an encoder there is one less, and words go on in proportion.
    assert learned.multiply_adds < learned.expected_latency < 1
    tokens, floors = results["depth"].tokens, FLOOR * depth.encoders / 6
    expected = (depth.multiply_adds * tokens + floors) / (tokens + FLOOR)
    assert depth.expected_latency == pytest.approx(expected, abs=0.02)  # attention between words is not counted here


@slow
def test_unpruned_loses_nothing(results):
    assert results["unpruned"].loss == 0
    assert results["unpruned"].found.dev == results["unpruned"].unpruned_dev


@slow
def test_the_scan_is_told(results):
    scan = results["paper"].found.scan
    assert scan is not None and scan.length == LENGTH and 1 <= len(scan.searches) <= 6
    assert scan.searches[0][0] == TINY.published.price
    assert scan.chosen in [price for price, _ in scan.searches]
    assert len(results["paper"].found.phases) == len(scan.searches) + 1
    assert scan.of_padded < results["paper"].found.multiply_adds  # texts are shorter than what they are padded to


@slow
def test_a_result_survives_its_file(results, settings):
    for arm, one in results.items():
        assert Result.read(Unit(TINY, arm, 0).path(settings)) == one
    stems = {path.stem for path in settings.output.glob("tiny/seed0/*.json")}
    assert stems == set(results), "nothing else is named as a result"
    assert not list(settings.output.rglob("*.work"))


@pytest.mark.thorough
def test_first_words_needs_the_learned_schedule(settings):
    with pytest.raises(FitError, match="run the arm `learned` of tiny with this seed first"):
        run(Unit(TINY, "first", 1), settings, Silent())


def test_a_model_that_knows_nothing_is_refused(settings, tmp_path):
    six_encoders().save_pretrained(tmp_path / "untaught")
    task = replace(TINY, name="untaught", checkpoint=str(tmp_path / "untaught"))
    with pytest.raises(FitError, match="untaught, seed 0, is no better than a constant"):
        open_bench(task, 0, settings, Silent())


@slow
def test_a_task_has_its_own_rate_of_fine_tuning(settings):
    rate, usual = 1e-3, 3e-5
    task = replace(TINY, name="fine-tuned", checkpoint=None, fine_tune_rate=rate)
    bench = open_bench(task, 0, settings, Silent())
    (phase,) = bench.fine_tuning()
    assert (phase.name, phase.steps) == ("fine-tune", 9)
    pretrained = PowerForSequenceClassification.from_encoder(
        encoder_directory(), LABELS, task="classification"
    ).encoder.state_dict()
    moved = max((bench.model.encoder.state_dict()[name] - pretrained[name]).abs().max() for name in pretrained)
    # Adam moves no weight by more than about the rate in a step.
    assert usual * phase.steps < moved < rate * phase.steps
    assert bench.options.learning_rate == usual, "which the phases that follow have"


def test_rows_are_chosen_once_and_always_the_same(settings):
    source = settings.source(TINY, "train")
    lines = Path(source.name).read_text(encoding="utf-8").splitlines()
    whole = (settings.shared / "data" / "TINY" / "train.tsv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 101 and lines[0] == whole[0]
    order = [whole.index(line) for line in lines]
    assert order == sorted(order)
    again = replace(settings, output=settings.output / "again").source(TINY, "train")
    assert Path(again.name).read_text(encoding="utf-8").splitlines() == lines


def test_first_words_are_the_first():
    model = with_encoder(six_encoders(), FirstWords(six_encoders().config))
    for survivors in model(**batch(12, 12), retention=RetentionConfig(12, (8, 6, 4, 4, 2, 1))).encoder.survivors:
        kept = survivors.shape[1]
        assert survivors.sort(dim=1).values.tolist() == [list(range(kept))] * 2


def test_random_words_are_the_text_s_own_and_nested():
    model = with_encoder(six_encoders(), RandomWords(six_encoders().config))
    short = model(**batch(12), retention=HALF).encoder.survivors
    padded = model(**batch(12, padded=20), retention=HALF).encoder.survivors
    assert [one.tolist() for one in short] == [one.tolist() for one in padded]
    sets = [set(one[0].tolist()) for one in short]
    assert all(0 in kept for kept in sets) and sets[0] != set(range(len(sets[0])))
    other = batch(12)
    other["input_ids"] = other["input_ids"] + 1
    assert model(**other, retention=HALF).encoder.survivors[0].tolist() != short[0].tolist()


def test_padded_encoder_lets_padding_vote_and_counts_at_its_length():
    model = six_encoders()
    padded = with_encoder(model, PaddedEncoder(model.config, LENGTH))
    text = batch(12)
    with torch.no_grad():
        # Nothing dropped, padding changes nothing: 1e-5 is some 80 float32 ulps of a logit near 1.
        torch.testing.assert_close(padded(**text).logits, model(**text).logits, rtol=0, atol=1e-5)
        # A schedule is a configuration at N, the same for a text of any length.
        encoded = padded(**text, retention=HALF).encoder
    assert [one.shape[1] for one in encoded.survivors] == [LENGTH // 2] * 5
    assert not torch.allclose(encoded.scores[0][0, :12], model(**text, retention=HALF).encoder.scores[0][0])


def test_the_published_search_drops_out_no_more_than_any_other_training():
    """With parameters of 1 nothing is weakened: the same random numbers give the same model."""
    model = six_encoders()
    encoder = PaddedEncoder(replace(model.config, dropout=0.3, attention_dropout=0.3), LENGTH)
    padded = with_encoder(model, encoder).train()
    with torch.no_grad():
        torch.manual_seed(0)
        plain = padded(**batch(12)).logits
        torch.manual_seed(0)
        searched = padded(**batch(12), soft_extract=AbsoluteSoftExtract(6, LENGTH)).logits
        torch.manual_seed(1)
        other = padded(**batch(12)).logits
    # The same sums in the same order; 1e-5 as above.
    torch.testing.assert_close(searched, plain, rtol=0, atol=1e-5)
    assert not torch.allclose(other, plain, atol=1e-3), "dropout has to show"


def test_absolute_soft_extract_rounds_down_and_charges_each_word():
    soft = AbsoluteSoftExtract(6, LENGTH)
    ranks = torch.tensor([[0.3, 0.9, 0.1, 0.5]])
    with torch.no_grad():
        soft.retention[0, :4] = torch.tensor([1.0, 0.8, 0.6, 0.4])
        soft.retention[1] = 0.49
        soft.retention[2] = 0.9
        soft.retention[3] = 0.001
    torch.testing.assert_close(soft.weights(0, ranks, torch.tensor([4])), torch.tensor([[0.6, 1.0, 0.4, 0.8]]))
    # 30.8, 15.68, 28.8, 0.032 and 32 words: rounded down, at least one, never more than before.
    kept = [fraction * LENGTH for fraction in soft.schedule().fractions]
    assert kept == [30, 15, 15, 1, 1, 1]


def test_padded_cost_is_against_the_true_lengths():
    config = six_encoders().config
    true = Cost.of(config, torch.tensor([10, 20]).numpy())
    expected = count_macs(config, HALF.at(LENGTH)).total / (
        (count_unpruned(config, 10) + count_unpruned(config, 20)) / 2
    )
    assert padded_cost(true, LENGTH).fraction(HALF) == pytest.approx(expected, rel=1e-6)  # a mean is rounded


@pytest.mark.parametrize(
    ("searches", "expected"),
    [
        ([(1e-3, 0.9)], 4e-3),
        ([(1e-3, 0.2)], 2.5e-4),
        ([(1e-3, 0.9), (4e-3, 0.3)], 2e-3),
        ([(1e-3, 0.9), (4e-3, 0.3), (2e-3, 0.6)], 8**0.5 * 1e-3),
    ],
)
def test_next_price_closes_in(searches, expected):
    assert next_price([Search(*one) for one in searches], 0.5) == pytest.approx(expected)


def test_units_come_in_an_order_that_can_be_run():
    named = [(unit.task.name, unit.arm, unit.seed) for unit in units(["mrpc"], ["first", "learned"], [])]
    assert named == [("mrpc", arm, seed) for seed in (0, 1, 2) for arm in ("learned", "first")]
    assert {unit.task.name for unit in units([], [], [])} == set(TASKS)


def made_up(arm: str, dev: float, *, seed: int = 0, left: float = 0.45) -> Result:
    found = Found(6, (0.5,) * 6, left, 0.6, left, dev, dev, 1200, ())
    machine = {"device": "cpu", "processor": "a processor", "threads": "2"}
    return Result(
        "mrpc", arm, seed, "f1", 0.45, found, 0.90, 0.90, (90, 10, 50), 25.0, 60.0, {"precision": "fp32"}, {}, machine
    )


def test_the_verdict_says_where_the_learned_schedule_does_not_win():
    runs = {
        "learned": [made_up("learned", 0.89), made_up("learned", 0.91, seed=1)],
        "first": [made_up("first", 0.85), made_up("first", 0.86, seed=1)],
        "random": [made_up("random", 0.89)],
        "depth": [made_up("depth", 0.92, seed=1)],
    }
    assert verdict(runs) == [
        "The learned schedule beats *first* by 4.50 points.",
        "It ties with *random*.",
        "**It does not win against *depth***, which is 1.00 points above it.",
        "Not run with the same seeds: *hand-made* and *paper*.",
    ]
    runs["depth+1"] = [made_up("depth+1", 0.90, left=0.50)]
    assert "**It does not win against *depth+1***, which is 1.00 points above it." in verdict(runs)


def test_the_page_tells_the_paper_s_own_comparison():
    paper = made_up("paper", 0.86)
    scan = Scan(128, 0.2, ((1e-3, 0.9), (4e-3, 0.3), (2e-3, 0.46)), 2e-3, 600.0)
    paper = replace(paper, found=replace(paper.found, scan=scan))
    page = render([made_up("learned", 0.89), paper], data="accuracy.json", is_trial=False)
    assert (
        "*paper*: 0.20 of the multiply-adds of a model padded to 128, as the paper compares, are 0.45 of those at the "
        "true lengths. Searches, lambda and what was left: 0.001: 0.90, 0.004: 0.30, 0.002: 0.46 (took 0.002); those "
        "not taken cost 10 minutes more."
    ) in page.splitlines()


def test_levers_are_compared_on_the_same_seeds():
    runs = {
        "learned": [made_up("learned", 0.89), made_up("learned", 0.70, seed=1)],
        "depth": [made_up("depth", 0.86), made_up("depth", 0.20, seed=2)],
    }
    assert levers(TASKS["mrpc"], runs) == ("MRPC", "25", "0.60", "1.00", "", "", "0.60", "4.00")
    page = render([one for found in runs.values() for one in found], data="accuracy.json", is_trial=False)
    assert "| MRPC | 25 | 0.60 | 1.00 |  |  | 0.60 | 4.00 |" in page.splitlines()
    # The second seed has one arm more, so that the first is left out; of two seeds with as many, one is taken.
    runs["depth"].append(made_up("depth", 0.69, seed=1))
    runs["learned+depth"] = [made_up("learned+depth", 0.71, seed=1)]
    assert levers(TASKS["mrpc"], runs) == ("MRPC", "25", "0.60", "20.00", "0.60", "19.00", "0.60", "21.00")
    runs["depth"].pop()
    assert levers(TASKS["mrpc"], runs) == ("MRPC", "25", "0.60", "1.00", "", "", "0.60", "4.00")


def test_shared_weights_are_held_against_weights_of_their_own():
    shared = made_up("shared", 0.88)
    served = (Served("learned", 0.45, 0.88), Served("more", 0.63, 0.89), Served("less", 0.32, 0.85))
    shared = replace(shared, found=replace(shared.found, served=served))
    runs = {
        "learned": [made_up("learned", 0.89), made_up("learned", 0.70, seed=1)],
        "less": [made_up("less", 0.845, left=0.32)],
        "shared": [shared],
    }
    said, table = of_shared(runs)
    assert said.startswith("*shared* against *learned*, *more* and *less*")
    assert table.splitlines()[2:] == ["| 0.32 | 0.8500 | 0.8450 | -0.50 |", "| 0.45 | 0.8800 | 0.8900 | 1.00 |"]
    assert "| 0.32 | 0.8500 | 0.8450 | -0.50 |" in render(
        [one for found in runs.values() for one in found], data="accuracy.json", is_trial=False
    )
    assert of_shared({"learned": runs["learned"]}) == of_shared({"shared": [shared]}) == []


def test_the_page_judges_what_it_shows():
    page = render([made_up("learned", 0.89), made_up("learned", 0.87, seed=1)], data="accuracy.json", is_trial=False)
    row = "| MRPC, f1 | learned | 0.45 | 0.45 | 1.0 | 0.9000, 0.9000 | 0.8900, 0.8700 | 1.00, 3.00 | 2.00 | **no** |"
    assert row in page.splitlines()
    assert "| AG-News, accuracy | learned | 0.40 | not run | 1.0 |  |  |  |  |  |" in page.splitlines()
    assert not any(line.startswith("| MRPC, f1 | learned+depth |") for line in page.splitlines())
    assert any(line.startswith("| SST-2, accuracy | learned+depth | 0.40 | not run |") for line in page.splitlines())
    assert "mean nothing" not in page and "2 units" in page and "cpu (a processor, 2 threads)" in page
    kept = "`0.50 0.50 0.50 0.50 0.50`"
    assert f"Learned, words passed on by encoders 1 to 5: {kept}; {kept}." in page.splitlines()
    both = render([made_up("learned", 0.885), made_up("learned+depth", 0.895)], data="accuracy.json", is_trial=False)
    held = {line.split(" | ")[1]: line for line in both.splitlines() if line.startswith("| MRPC, f1 |")}
    assert held["learned"].endswith("| 1.50 | **no** |") and held["learned+depth"].endswith("| 0.50 | yes |")


def test_the_page_opens_with_the_figure_that_decides():
    def opening(*results):
        return render(results, data="accuracy.json", is_trial=False).splitlines()[2]

    one = (
        "`edge-power fit` leaves 0.45 of the multiply-adds. On {} of 1 tasks it stays within 1.0 points of the "
        "unpruned model."
    )
    assert opening(made_up("learned", 0.89)) == one.format(1)
    assert opening(made_up("learned", 0.88)) == one.format(0)
    assert opening(made_up("learned", 0.88), made_up("learned+depth", 0.895)) == one.format(1)
    two = opening(made_up("learned", 0.89), replace(made_up("learned", 0.50), task="ag-news"))
    assert "leaves 0.40 to 0.45 of the multiply-adds. On 1 of 2 tasks" in two
    assert opening(made_up("first", 0.89)) == "`edge-power fit` was not run on any task yet."


def test_the_command_keeps_trials_apart(tmp_path):
    runner = CliRunner()
    asked = ["--output", str(tmp_path), "--list", "--task", "rte", "--arm", "learned", "--seed", "0"]
    asked += ["--shared", str(tmp_path)]
    data = tmp_path / "data" / "RTE"
    data.mkdir(parents=True)
    write_tsv(data / "train.tsv", make_rows(40), header=("text_a", "label"))
    listed = runner.invoke(main, asked)
    assert listed.exit_code == 0, listed.output
    # 1,200 steps of 32 texts of 68 tokens; searching passes 3 times over each, re-training 1.5 times, at 0.3 ms. The
    # teacher answers half as many texts, since each is seen twice.
    assert f"36 min  python -m benchmarks.accuracy --output {tmp_path} --task rte --arm learned" in listed.output
    (tmp_path / "settings.json").write_text(SETTINGS, encoding="utf-8")
    refused = runner.invoke(main, [*asked, "--rows", "20"])
    assert refused.exit_code == 2 and "take another --output" in refused.output
    trial = ["--output", str(tmp_path / "trial"), "--rows", "20", "--known", str(tmp_path / "settings.json")]
    refused = runner.invoke(main, trial)
    assert refused.exit_code == 2 and "--known has results of whole runs, no trial's; leave it out" in refused.output
    assert "give --output DIR to run units, or --table DIR" in runner.invoke(main, []).output


@pytest.mark.parametrize("content", ["", "1", '{"rows": null}', "[[]]", '[{"task": "rte"}]', "\ufeff[]", "[1"])
def test_what_is_no_page_is_refused(tmp_path, content):
    made_up("learned", 0.89).write(tmp_path / "output" / "mrpc" / "seed0" / "learned.json")
    (tmp_path / "output" / "settings.json").write_text(SETTINGS, encoding="utf-8")
    page = tmp_path / "page.json"
    page.write_text(content, encoding="utf-8")
    output = str(tmp_path / "output")
    for asked in (["--output", output, "--known", str(page), "--list"], ["--table", output, "--page", str(page)]):
        refused = CliRunner().invoke(main, asked)
        assert refused.exit_code == 2, refused.output
        assert f"{page} has no results of a page; take the JSON file that --table wrote beside one" in refused.output
    assert page.read_text(encoding="utf-8") == content


@pytest.mark.parametrize("content", ["", "[]", '{"found": {}}'])
def test_what_is_no_result_is_refused(tmp_path, content):
    """Such as an earlier version's, which has less in it."""
    known = tmp_path / "page.json"
    known.write_text(json.dumps([asdict(made_up("learned", 0.89))]), encoding="utf-8")
    output = tmp_path / "output"
    result = output / "mrpc" / "seed0" / "unpruned.json"
    result.parent.mkdir(parents=True)
    result.write_text(content, encoding="utf-8")
    (output / "settings.json").write_text(SETTINGS, encoding="utf-8")
    asked = ["--output", str(output), "--known", str(known), "--list", "--task", "mrpc"]
    for command in (asked, ["--table", str(output), "--page", str(tmp_path / "new.md")]):
        refused = CliRunner().invoke(main, command)
        assert refused.exit_code == 2, refused.output
        assert f"{result} is no result as this version writes it; remove it and run its unit again" in refused.output
    assert not (tmp_path / "new.md").exists()


@pytest.mark.parametrize("content", [None, "", "[]", '{"rows": null}'])
def test_what_is_no_directory_of_results_is_refused(tmp_path, content):
    settings = tmp_path / "settings.json"
    if content is not None:
        settings.write_text(content, encoding="utf-8")
    refused = CliRunner().invoke(main, ["--table", str(tmp_path), "--page", str(tmp_path / "page.md")])
    assert refused.exit_code == 2, refused.output
    assert f"{settings} is no record of a benchmark; give a directory that --output made" in refused.output
    assert not (tmp_path / "page.md").exists()


def test_what_a_person_wrote_stays(tmp_path):
    made_up("learned", 0.89).write(tmp_path / "mrpc" / "seed0" / "learned.json")
    page = tmp_path / "accuracy.md"
    write_page(read_results(tmp_path), page, is_trial=True)
    first = page.read_text(encoding="utf-8")
    assert "these figures mean nothing" in first and (tmp_path / "accuracy.json").is_file()
    page.write_text(first + f"{KEPT}\n\nMuch.\n", encoding="utf-8")
    write_page(read_results(tmp_path), page, is_trial=True)
    assert page.read_text(encoding="utf-8") == first + f"{KEPT}\n\nMuch.\n"


def test_a_page_of_another_kind_is_not_written_over(tmp_path):
    made_up("learned", 0.89).write(tmp_path / "mrpc" / "seed0" / "learned.json")
    page = tmp_path / "README.md"
    page.write_text("# Mine\n", encoding="utf-8")
    with pytest.raises(FitError, match=r"README\.md exists and is no page of this benchmark; give another --page"):
        write_page(read_results(tmp_path), page, is_trial=True)
    assert page.read_text(encoding="utf-8") == "# Mine\n"


def test_results_of_an_earlier_page_stay_where_no_new_ones_take_their_place():
    old = [made_up("learned", 0.88), made_up("first", 0.80), replace(made_up("learned", 0.70), task="rte")]
    same = [made_up("learned", 0.89)]
    assert with_earlier(same, old) == [same[0], old[1], old[2]]
    quicker = replace(same[0], options={"precision": "bf16"})
    assert with_earlier([quicker], old) == [quicker, old[1], old[2]]
    # Another fine-tuned model, or other options: rivals are not held against it.
    for other in (replace(same[0], unpruned_dev=0.5), replace(same[0], options={"learning_rate": "0.1"})):
        assert with_earlier([other], old) == [other, old[2]]
    assert with_earlier([], old) == old


def test_what_a_page_has_of_the_same_fine_tuned_model_is_taken_over(tmp_path):
    page, output = tmp_path / "accuracy.md", tmp_path / "output"
    found = [made_up("unpruned", 0.90), made_up("learned", 0.89), made_up("learned", 0.88, seed=1)]
    other = replace(made_up("learned", 0.70), task="rte")
    write_page([*found, made_up("first", 0.80), other], page, is_trial=False)
    slower = replace(made_up("first", 0.81), options={"precision": "bf16"})
    for one in (made_up("unpruned", 0.90), slower, replace(made_up("unpruned", 0.91, seed=1), unpruned_dev=0.91)):
        one.write(output / "mrpc" / f"seed{one.seed}" / f"{one.arm}.json")
    take_over(read_page(page.with_suffix(".json")), Settings(tmp_path, output))
    # Of seed 0 the schedule; not `first`, which was run here, nor seed 1, whose fine-tuned model is another, nor RTE,
    # which has none here.
    assert {(one.arm, one.seed, one.found.dev) for one in read_results(output)} == {
        ("unpruned", 0, 0.90), ("unpruned", 1, 0.91), ("learned", 0, 0.89), ("first", 0, 0.81),
    }  # fmt: skip


def test_a_page_keeps_what_another_machine_found_but_no_trial(tmp_path):
    page, data = tmp_path / "accuracy.md", tmp_path / "accuracy.json"
    write_page([made_up("learned", 0.89)], page, is_trial=False)
    write_page([replace(made_up("learned", 0.70), task="rte")], page, is_trial=False)
    assert [one["task"] for one in json.loads(data.read_text(encoding="utf-8"))] == ["mrpc", "rte"]
    write_page([made_up("first", 0.80)], page, is_trial=True)
    assert [one["arm"] for one in json.loads(data.read_text(encoding="utf-8"))] == ["first"]
