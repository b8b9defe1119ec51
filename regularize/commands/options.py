"""Options that several commands have, and what they mean."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from augment.commands.options import add_command, print_json, say, whole
from augment.samples import PREFIX

if TYPE_CHECKING:
    from regularize.loading import SplitRequest
    from regularize.recipe import Recipe

__all__ = [
    "add_command",
    "add_data",
    "add_folds",
    "add_recipe",
    "chosen_recipe",
    "print_json",
    "say",
    "split_request",
    "whole",
]

DEV_SHARE = 0.2


def add_recipe(parser: argparse.ArgumentParser) -> None:
    """Options that choose the recipe."""
    group = parser.add_argument_group("recipe")
    group.add_argument(
        "--recipe", metavar="NAME|FILE", default="regularized",
        help="a shipped recipe (augmented, few_shot, plain, quick, regularized) or a YAML file of "
        "your own (default: regularized)",
    )  # fmt: skip
    group.add_argument(
        "--model", metavar="NAME", help="in place of the recipe's: minilm, a folder, or OWNER/NAME"
    )
    group.add_argument(
        "--seed", metavar="S", type=whole(0, 2**32 - 1), help="in place of the recipe's"
    )


def chosen_recipe(args: argparse.Namespace) -> "Recipe":
    """The recipe that the options name.

    Raises:
        RecipeError: there is none of this name, or it does not hold.
    """
    from regularize.recipe_files import named_recipe, parse_recipe, read_recipe, recipe_names

    given: str = args.recipe
    path = Path(given)
    is_name = given in recipe_names() or (not path.exists() and not path.suffix)
    recipe = named_recipe(given) if is_name else read_recipe(path)
    changed = {name: getattr(args, name) for name in ("model", "seed")}
    changed = {name: value for name, value in changed.items() if value is not None}
    # Validated anew: a changed field may contradict others.
    return parse_recipe({**recipe.model_dump(exclude_unset=True), **changed}, name=given)


def add_data(parser: argparse.ArgumentParser) -> None:
    """Options that say how the data are read and split."""
    group = parser.add_argument_group("data")
    group.add_argument("--dev", metavar="FILE", help="development data (default: a share of DATA)")
    group.add_argument("--test", metavar="FILE", help="test data, kept apart; read by evaluate")
    group.add_argument(
        "--unlabelled", metavar="FILE", help="texts without labels, for consistency training"
    )
    group.add_argument("--dev-share", metavar="P", type=float, help=f"default: {DEV_SHARE}")
    group.add_argument("--test-share", metavar="P", type=float, default=0.0, help="default: 0")
    group.add_argument(
        "--few-shot", metavar="N", type=whole(1, 1_000_000),
        help="train on N texts a class; the rest counts as unlabelled",
    )  # fmt: skip
    group.add_argument(
        "--few-shot-dev", metavar="N", type=whole(0, 1_000_000), default=5,
        help="with --few-shot: dev texts a class (default: 5)",
    )  # fmt: skip
    group.add_argument(
        "--split-seed", metavar="S", type=whole(0, 2**63 - 1), default=0, help="default: 0"
    )
    group.add_argument("--text", metavar="NAME", help="column of the text (else by usual names)")
    group.add_argument("--label", metavar="NAME", help="column of the label (else by usual names)")
    group.add_argument("--id", metavar="NAME", help="column of a unique id")
    group.add_argument(
        "--label-type", choices=("auto", "class", "classes"), default="auto",
        help="what the label is (auto: JSON lists are several classes)",
    )  # fmt: skip
    group.add_argument("--label-separator", metavar="C", help="what parts several classes")


def add_folds(parser: argparse.ArgumentParser) -> None:
    """Options of cross-validation."""
    group = parser.add_argument_group("cross-validation")
    group.add_argument(
        "--folds", metavar="K", type=whole(2, 1000),
        help="train K times, each time with another K-th of the texts as dev, labels spread alike",
    )  # fmt: skip
    group.add_argument(
        "--fold", metavar="I", type=whole(1, 1000),
        help="with --folds: only this one, from 1 to K",
    )  # fmt: skip


def split_request(args: argparse.Namespace) -> "SplitRequest":
    """What the options ask for; paths are made absolute, since a resume may start elsewhere."""
    from regularize.loading import SplitRequest

    folds = getattr(args, "folds", None)
    if folds is not None and args.dev_share is not None:
        args.parser.error("--dev-share and --folds do not go together: a fold is dev in its turn")
    return SplitRequest(
        data=_absolute(args.data) or "",
        dev=_absolute(args.dev),
        test=_absolute(args.test),
        dev_share=DEV_SHARE if args.dev_share is None else args.dev_share,
        test_share=args.test_share,
        few_shot=args.few_shot,
        few_shot_dev=args.few_shot_dev,
        folds=folds,
        fold=getattr(args, "fold", None),
        seed=args.split_seed,
        text=args.text,
        label=args.label,
        id=args.id,
        label_type=args.label_type,
        label_separator=args.label_separator,
    )


def _absolute(given: str | None) -> str | None:
    if given is None or given.startswith(PREFIX):
        return given
    return str(Path(given).resolve())
