"""The parts of a comparison: what an arm is, what a control changes, what differences say."""

from collections import Counter
from pathlib import Path

import pytest

from regularize.compare.arms import (
    ARMS,
    CONTROLS,
    Arm,
    check_arms,
    possible_arms,
    recipe_of,
    sized,
    with_plain_copies,
)
from regularize.compare.estimate import Cost
from regularize.compare.page import headline, page
from regularize.compare.plan import MEASURED, Claim, Plan, default_claims
from regularize.compare.results import Results, summarised
from regularize.compare.samples import Samples, permuted, write_plain_copies
from regularize.compare.single import Run
from regularize.data import Split
from regularize.errors import RecipeError
from regularize.expanded import read_copies
from regularize.loading import SplitRequest
from regularize.recipe import Dropout, Recipe
from regularize.recipe_files import parse_recipe
from tests.support.tiny_encoder import tiny_examples, tiny_split

FULL = parse_recipe(
    {
        "updates": 50, "batch": 8, "learning_rate": 0.001, "freeze_embeddings": True,
        "label_smoothing": 0.1, "drop_path": 0.1, "stopping": {"patience": 2},
        "augmentation": {"preset": "light", "copies": 2, "place": "instead"},
        "consistency": {"preset": "light"},
    }
)  # fmt: skip
SEEDS = (0, 1, 2)


def arm(name: Arm, seed: int = 0) -> Recipe:
    return recipe_of(name, FULL, seed, Dropout(embedding=0.0, ffn=0.0))


def test_all_arms_have_the_same_model_rate_batch_and_updates() -> None:
    for name in ARMS:
        found = arm(name, seed=3)
        shared = (found.model, found.learning_rate, found.batch, found.updates, found.seed)
        assert shared == ("minilm", 0.001, 8, 50, 3)
        assert found.freeze_embeddings


def test_an_arm_has_what_its_name_says_and_nothing_else() -> None:
    parts = {name: arm(name) for name in ARMS}
    copies = {name for name, found in parts.items() if found.augmentation is not None}
    assert copies == {"augmentation", "both", "both+consistency", "copies"}
    smoothed = {name for name, found in parts.items() if found.label_smoothing}
    assert smoothed == {"recipe", "both", "both+consistency", "copies"}
    assert {name for name, found in parts.items() if found.consistency} == {"both+consistency"}
    assert {name for name, found in parts.items() if found.stopping} == smoothed
    assert parts["none"].dropout == Dropout(embedding=0.0, ffn=0.0)
    assert parts["defaults"].dropout == Dropout()
    assert parts["defaults"].weight_decay == 0


def test_each_seed_has_copies_of_its_own() -> None:
    seeds = set()
    for seed in SEEDS:
        found = arm("both", seed).augmentation
        assert found is not None
        assert found.pipeline is not None
        seeds.add(found.pipeline.seed)
        assert (found.copies, found.place) == (2, "instead")
    assert len(seeds) == len(SEEDS)


def test_arms_that_the_recipe_says_nothing_of_are_refused() -> None:
    bare = parse_recipe({})
    assert possible_arms(bare) == ("none", "defaults", "recipe")
    assert set(possible_arms(FULL)) == set(ARMS) - set(CONTROLS)
    with pytest.raises(RecipeError, match=r"both needs augmentation; both\+consistency needs"):
        check_arms(("defaults", "both", "both+consistency"), bare)


def test_epochs_become_updates_that_all_arms_share() -> None:
    found = sized(parse_recipe({"epochs": 3, "batch": 8}), texts=40)
    assert (found.updates, found.epochs, found.evaluate_every) == (15, None, 1)
    assert sized(FULL, texts=40).updates == 50


def test_permuted_labels_are_the_same_labels_elsewhere() -> None:
    split = tiny_split()
    shuffled = permuted(split, seed=1)
    before, after = ([one.label for one in s.train] for s in (split, shuffled))
    assert Counter(before) == Counter(after)
    assert sum(a == b for a, b in zip(before, after, strict=True)) < len(before) / 2 + 2
    assert [one.text for one in split.train] == [one.text for one in shuffled.train]
    assert (shuffled.dev, shuffled.test) == (split.dev, split.test)
    assert permuted(split, seed=2) != shuffled


def test_plain_copies_are_the_texts_themselves(tmp_path: Path) -> None:
    texts = tiny_examples(4)
    write_plain_copies(tmp_path / "copies.jsonl", texts, 2)
    found = read_copies(tmp_path / "copies.jsonl")
    assert found == {one.id: (one.text, one.text) for one in texts}
    recipe = with_plain_copies(FULL, tmp_path / "copies.jsonl")
    assert recipe.augmentation is not None
    assert (recipe.augmentation.copies, recipe.augmentation.place) == (2, "instead")


def samples(**options: int) -> Samples:
    whole = Split(
        tiny_examples(60), (), tiny_examples(9, part="test"), ("a",), "single",
        unlabelled=(),
    )  # fmt: skip
    return Samples(whole, SplitRequest(data="x", **options))


def test_each_seed_draws_its_texts_and_all_share_the_test_set() -> None:
    found = [samples(few_shot=4, few_shot_dev=2).split(seed) for seed in SEEDS]
    assert [(len(s.train), len(s.dev), len(s.unlabelled)) for s in found] == [(12, 6, 42)] * 3
    assert len({s.train for s in found}) == 3
    assert len({s.test for s in found}) == 1
    assert all(one.label == "" for one in found[0].unlabelled)
    held = [samples().split(seed) for seed in SEEDS]
    assert [(len(s.train), len(s.dev)) for s in held] == [(48, 12)] * 3
    assert len({s.dev for s in held}) == 3


def results(differences: tuple[float, ...]) -> Results:
    """Of two arms whose figures differ by so much at each seed; more NLL is worse."""
    plan = Plan(
        arms=("defaults", "both"), seeds=SEEDS, rates=(0.1,), tuning_seeds=(),
        claims=(Claim("both", "defaults", "accuracy"), Claim("both", "defaults", "nll")),
        recipe={}, digests={}, packages={},
    )  # fmt: skip
    runs = []
    for seed, difference in zip(SEEDS, differences, strict=True):
        for name, by in (("defaults", 0.0), ("both", difference)):
            figures = {metric.removesuffix("@T"): 0.5 + by for metric in MEASURED}
            runs.append(
                Run(
                    arm=name, seed=seed, learning_rate=0.1, updates=1, kept=None, temperature=1.0,
                    dev={}, before=figures, after=figures, seconds=1.0,
                )
            )  # fmt: skip
    return summarised(plan, runs, [], rate=0.1, texts=9)


def test_a_loss_is_told_as_loudly_as_a_gain() -> None:
    accuracy, nll = results((0.10, 0.11, 0.10)).claims
    assert (accuracy.outcome, nll.outcome) == ("better", "worse")
    assert headline(accuracy).startswith("BETTER: both against defaults, accuracy +0.1033 [")
    assert headline(nll).startswith("WORSE: both against defaults, NLL +0.1033 [")
    text = "\n".join(page(results((0.10, 0.11, 0.10))))
    assert text.count("**BETTER**") == text.count("**WORSE**") == 1
    assert "Only a demonstration" in text


def test_what_may_be_luck_is_not_told_apart() -> None:
    found = results((0.3, -0.1, 0.05))
    assert {one.outcome for one in found.claims} == {"not told apart"}
    # Clear of 0 by itself, but not with the other claim beside it.
    near = results((0.10, 0.19, 0.24))
    assert all(one.difference.clear for one in near.claims)
    assert {one.outcome for one in near.claims} == {"not told apart"}


def test_few_things_are_claimed_by_default() -> None:
    assert [str(one) for one in default_claims(("defaults", "recipe", "both"))] == [
        "both against defaults, accuracy",
        "both against defaults, nll",
        "recipe against defaults, nll",
    ]
    assert len(default_claims(("none", "recipe"))) == 2


def test_an_estimate_counts_what_a_run_does() -> None:
    split = tiny_split()
    cost = Cost(begin=1, draw=10, update=0.5, save=3, answer=0.1)
    last = parse_recipe({"updates": 20, "keep": "last"})
    assert cost.of_run(last, split, 8, test=False) == pytest.approx(1 + 30 + 10 + 1.2)
    best = parse_recipe({"updates": 20, "evaluate_every": 10})
    assert cost.of_run(best, split, 8, test=False) == pytest.approx(1 + 30 + 10 + 6 + 3.6)
