"""`regularize compare`: does it help on my data?"""

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from augment.commands.options import Commands
from regularize.commands.options import (
    add_command,
    add_data,
    add_recipe,
    chosen_recipe,
    print_json,
    say,
    split_request,
)

if TYPE_CHECKING:
    from augment.resources import Resources
    from regularize.compare.comparison import Comparison
    from regularize.compare.results import Results
    from regularize.recipe import Recipe

EPILOG = """\
arms: none (no regularization at all), defaults (transformers' Trainer by itself), recipe,
augmentation (by the recipe, alone), both, both+consistency; controls: copies (both, with the texts
themselves in place of new ones), permuted (defaults, on shuffled labels). All have the same texts,
learning rate and number of updates at a seed. The learning rate is the one that serves the baseline
best, tried on seeds of its own. With --few-shot or --dev-share each seed draws its own texts.

The same command goes on where it was broken off; started twice, the two share the runs. DIR gets
compare.md, compare.json and, with matplotlib, compare.svg and compare.png.

  regularize compare sample:support -o compared --recipe augmented --seeds 0-4
  regularize compare train.csv -o compared --test test.csv --few-shot 10 --recipe my.yaml \\
    --arms defaults,recipe,both --claim both:defaults:accuracy,nll
"""
RESULTS = ("compare.md", "compare.json", "compare.svg", "compare.png")


def add_to(commands: Commands) -> None:
    """Declare the command."""
    parser = add_command(
        commands, "compare", "train with and without, and tell what it brings", epilog=EPILOG
    )
    parser.set_defaults(run=run)
    parser.add_argument("data", metavar="DATA", help="a file, or sample:support")
    parser.add_argument("-o", "--output", metavar="DIR", type=Path, required=True)
    parser.add_argument("--estimate", action="store_true", help="tell only how long it would take")
    add_recipe(parser)
    _add_what(parser)
    add_data(parser)


def _add_what(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("what is compared")
    group.add_argument(
        "--arms", metavar="A,B,...",
        help="see below (default: all that the recipe has parts for, without the controls)",
    )  # fmt: skip
    group.add_argument(
        "--seeds", metavar="S", type=_seeds, default=tuple(range(5)), help="as 0-4 or 1,2,5; "
        "default: 0-4",
    )  # fmt: skip
    group.add_argument(
        "--claim", metavar="A:B:METRIC", action="append", dest="claims",
        help="that arm A is better than B; may be repeated. Their p values are adjusted together "
        "(default: the fullest arm against the baseline in accuracy and nll, recipe in nll)",
    )  # fmt: skip
    group.add_argument(
        "--learning-rates", metavar="R,R,...", type=_rates, default=(),
        help="to be tried for the baseline; one is taken as it is (default: half the recipe's, the "
        "recipe's, and twice that)",
    )  # fmt: skip
    group.add_argument(
        "--tuning-seeds", metavar="S", type=_seeds, default=(1000, 1001), help="default: 1000,1001"
    )
    group.add_argument(
        "--copies-file", metavar="FILE", type=Path,
        help="copies by `augment expand`, in place of the recipe's augmentation",
    )  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Tell how long it takes, make the runs, and tell what they say."""
    from augment.resources import Resources
    from regularize.compare import comparison
    from regularize.compare.estimate import told

    recipe = _recipe(args)
    with Resources(cache=args.cache) as resources:
        wanted = _comparison(args, recipe, resources)
        comparison.begin(wanted)
        seconds = comparison.estimate(wanted)
        if args.estimate:
            if args.json:
                print_json({"estimated_seconds": round(seconds, 1), "told": told(seconds)})
            return 0
        found = comparison.run(wanted)
    if found is None:
        say("runs are left to another process; it writes the results, or the same command does")
        return 0
    _write(args, found)
    return 0


def _comparison(args: argparse.Namespace, recipe: "Recipe", resources: "Resources") -> "Comparison":
    from regularize.compare.arms import check_arms, possible_arms, sized
    from regularize.compare.comparison import Comparison
    from regularize.compare.plan import (
        Plan,
        default_claims,
        digests_of,
        packages,
        parse_arm,
        parse_claim,
    )
    from regularize.compare.samples import read_samples

    samples = read_samples(split_request(args), args.unlabelled)
    given = None if args.arms is None else dict.fromkeys(args.arms.split(","))
    arms = possible_arms(recipe) if given is None else tuple(map(parse_arm, given))
    check_arms(arms, recipe)
    named = tuple(one for text in args.claims or () for one in parse_claim(text))
    seeds: tuple[int, ...] = args.seeds
    recipe = sized(recipe, len(samples.split(seeds[0]).train))
    rates = args.learning_rates or tuple(recipe.learning_rate * by for by in (0.5, 1, 2))
    tuning = args.tuning_seeds if len(rates) > 1 else ()
    plan = Plan(
        arms=arms,
        seeds=seeds,
        rates=rates,
        tuning_seeds=tuning,
        claims=named or default_claims(arms),
        recipe=recipe.model_dump(mode="json"),
        digests=digests_of(samples, (*seeds, *tuning)),
        packages=packages(),
    )
    # With --json standard output is for the result alone.
    tell = _silent if args.json else say
    return Comparison(
        plan=plan, samples=samples, recipe=recipe, output=args.output, resources=resources,
        tell=tell, key=args.key,
    )  # fmt: skip


def _recipe(args: argparse.Namespace) -> "Recipe":
    from regularize.compare.arms import changed

    recipe = chosen_recipe(args)
    if args.copies_file is None:
        return recipe
    return changed(recipe, augmentation={"file": str(args.copies_file)})


def _write(args: argparse.Namespace, results: "Results") -> None:
    """The page, the figures and the pictures; the page's claims are told as well."""
    from augment.datasets.output import OutputFile
    from regularize.compare.page import headline, page, summary
    from regularize.compare.picture import draw_comparison
    from regularize.plots import available

    found = json.dumps(asdict(results), indent=2, ensure_ascii=False)
    text = "\n".join(page(results))
    for name, content in zip(RESULTS, (text, found), strict=False):
        with OutputFile(args.output / name, force=True) as file:
            file.write(content.encode() + b"\n")
            file.publish()
    if available():
        for name in RESULTS[2:]:
            draw_comparison(args.output / name, results)
    if args.json:
        print_json(asdict(results))
        return
    say("\n" + "\n".join(summary(results)) + "\n")
    for one in results.claims:
        say(headline(one))
    say(f"written to {args.output}")


def _silent(line: str) -> None:
    """Nobody reads along."""
    del line


def _seeds(text: str) -> tuple[int, ...]:
    """Numbers and ranges of them, each once and in order."""
    found: set[int] = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        if not first.isdecimal() or not (last or first).isdecimal():
            raise argparse.ArgumentTypeError(f"{text!r}: give seeds as 0-4 or 1,2,5")
        low, high = int(first), int(last or first)
        if high < low or high >= 2**32 or high - low >= 1000:
            raise argparse.ArgumentTypeError(f"{part!r} is no range of at most 1,000 seeds")
        found.update(range(low, high + 1))
    return tuple(sorted(found))


def _rates(text: str) -> tuple[float, ...]:
    try:
        found = tuple(sorted({float(part) for part in text.split(",")}))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r}: give numbers as 1e-4,2e-4") from None
    if wrong := [rate for rate in found if not 0 < rate <= 1]:
        raise argparse.ArgumentTypeError(f"{wrong[0]:g} is no learning rate; give above 0 to 1")
    return found
