"""The comparison behind the README's table: two data sets at 10 texts a class, by one command.

    make bench-compare DATA=folder BENCH_OPTIONS=--estimate
    make bench-compare DATA=folder

DATA has `snips_raw` and `banking77`, each with train.jsonl and test.jsonl. For each seed 10 texts a
class are drawn to train on and 5 for dev; the other training texts come without their labels. The
recipe is comparison.yaml, with UPDATES and CONSISTENCY of the set. The learning rate is tried for
the baseline on seeds of its own. Two comparisons are named beforehand: `both+consistency` against
`defaults` in accuracy and NLL, and `recipe` against `defaults` in NLL. Goes on where it was broken
off; started twice, the two processes share the runs. OUTPUT gets a folder for each set with its
table, JSON and pictures.
"""

import argparse
import sys
from pathlib import Path
from typing import Final

from regularize.cli import main as regularize
from regularize.recipe_files import parse_recipe, read_recipe, to_yaml

RECIPE: Final = Path(__file__).with_name("comparison.yaml")
ARMS: Final = "defaults,recipe,both,both+consistency"
# Banking77 has eleven times as many classes: more to learn, and never so sure of one of them.
UPDATES: Final = {"snips_raw": 100, "banking77": 500}
CONSISTENCY: Final = {
    "snips_raw": {"ratio": 2, "confidence": 0.95},
    "banking77": {"ratio": 1, "confidence": 0.7},
}
CONTROLS: Final = {"snips_raw": ",copies,permuted", "banking77": ""}
CLAIMS: Final = ("both+consistency:defaults:accuracy,nll", "recipe:defaults:nll")


def write_recipe(folder: Path, name: str, recipe: Path) -> Path:
    """The recipe with what differs between the sets: updates, and which targets count."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.yaml"
    given = read_recipe(recipe).model_dump(mode="json", exclude_unset=True)
    given |= {
        "updates": UPDATES[name],
        "consistency": {**given["consistency"], **CONSISTENCY[name]},
    }
    path.write_text(to_yaml(parse_recipe(given)), encoding="utf-8")
    return path


def arguments(data: Path, output: Path, name: str, given: argparse.Namespace) -> list[str]:
    """The command for one data set."""
    recipe = write_recipe(output, name, given.recipe)
    return [
        *("compare", str(data / name / "train.jsonl"), "-o", str(output / name)),
        *("--test", str(data / name / "test.jsonl"), "--few-shot", "10", "--few-shot-dev", "5"),
        *("--recipe", str(recipe), "--arms", ARMS + CONTROLS[name]),
        *("--seeds", given.seeds, "--tuning-seeds", given.tuning_seeds),
        *("--learning-rates", given.learning_rates),
        *(part for claim in CLAIMS for part in ("--claim", claim)),
        *(("--estimate",) if given.estimate else ()),
    ]


def main() -> int:
    """Compare on each set in turn; the first error ends it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--sets", nargs="+", choices=tuple(CONTROLS), default=list(CONTROLS))
    parser.add_argument("--recipe", type=Path, default=RECIPE)
    parser.add_argument("--seeds", default="0-4")
    parser.add_argument("--tuning-seeds", default="1000,1001")
    parser.add_argument("--learning-rates", default="2e-4,4e-4")
    parser.add_argument("--estimate", action="store_true", help="tell only how long it would take")
    given = parser.parse_args()
    for name in given.sets:
        print(f"\n{name}", flush=True)
        if code := regularize(arguments(given.data, given.output, name, given)):
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
