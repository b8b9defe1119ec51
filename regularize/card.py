"""The model card: what the model is, what it was measured on, and what nobody knows of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from regularize.calibrate import Temperature
from regularize.checkpoints import RunRecord
from regularize.data import Split, label_counts
from regularize.metrics import GREATER_IS_BETTER
from regularize.recipe_files import to_yaml
from regularize.statistics import share_interval

CARD: Final = "README.md"
FEW: Final = 10
SMALL: Final = 500
_MOST_LABELS: Final = 30

_PIPELINES = {
    "single": "text-classification",
    "several": "text-classification",
    "tags": "token-classification",
}
_TASKS = {
    "single": "one label for each text",
    "several": "any number of labels for each text",
    "tags": "one tag for each token (IOB2)",
}

# Items, and the figures without the temperature and with it.
PartFigures = tuple[int, Mapping[str, float], Mapping[str, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that a card tells; `figures` by part, `pictures` are names of files beside the card."""

    record: RunRecord
    split: Split
    updates: int
    kept: int | None
    temperature: Temperature
    figures: Mapping[str, PartFigures]
    verdict: str
    pictures: tuple[str, ...] = ()


def model_card(facts: Facts) -> str:
    """The card as Markdown, with the head that model hubs read."""
    sections = (_head(facts), _figures(facts), _limits(facts), _data(facts), _made(facts))
    return "\n".join(line for section in sections for line in (*section, ""))


def limits_of(facts: Facts) -> Iterator[str]:
    """What the figures do not say, one sentence or two each."""
    split = facts.split
    yield (
        "One run with one seed: another seed gives other figures, on small data by several points. "
        "`regularize compare` measures that."
    )
    if not split.test:
        yield (
            "There was no test set. The development set chose the weights that were kept and the "
            "temperature, so its figures flatter the model."
        )
    elif len(split.test) < SMALL:
        yield f"The test set is small: {_test_interval(facts)}."
    if facts.temperature.note:
        yield f"No temperature was fitted: {facts.temperature.note}."
    elif facts.temperature.items < SMALL:
        yield (
            f"The temperature was fitted on {facts.temperature.items:,} items, which is few, and "
            "holds for texts like those of the development set."
        )
    if rare := [name for name, n in label_counts(split.train).items() if n < FEW]:
        shown = ", ".join(f"`{_clean(name)}`" for name in rare[:10])
        yield f"Fewer than {FEW} training examples have {shown}{' ...' * (len(rare) > 10)}."
    if split.task == "single":
        yield "A text that belongs to none of the labels gets one all the same."
    yield "Nothing was measured on texts of another origin, language or time than the data's."
    yield "What the encoder learnt before, and under which licence it comes, its own card tells."


def _head(facts: Facts) -> Iterator[str]:
    record = facts.record
    yield "---"
    yield "library_name: transformers"
    yield f"pipeline_tag: {_PIPELINES[record.task]}"
    yield "---"
    yield "# A text classifier"
    yield ""
    yield (
        f"Fine-tuned from `{_clean(_short(record.recipe.model))}`: {_TASKS[record.task]}, "
        f"{len(record.labels)} labels. The folder is a standard checkpoint of transformers; "
        "`regularize predict` also applies the temperature."
    )


def _figures(facts: Facts) -> Iterator[str]:
    yield "## Figures"
    yield ""
    if not facts.figures:
        yield "Nothing was measured: there was neither a development nor a test set."
    else:
        parts = list(facts.figures)
        heads = [head for part in parts for head in (part, f"{part}, with temperature")]
        yield f"| figure | {' | '.join(heads)} |"
        yield f"|---|{'---:|' * len(heads)}"
        for name in next(iter(facts.figures.values()))[1]:
            arrow = "higher" if name in GREATER_IS_BETTER else "lower"
            cells = [f"{one[name]:.4f}" for part in parts for one in facts.figures[part][1:]]
            yield f"| {name} ({arrow} is better) | {' | '.join(cells)} |"
        yield ""
        sizes = ", ".join(f"{facts.figures[part][0]:,} of {part}" for part in parts)
        yield f"Items: {sizes}. {_told_temperature(facts.temperature)}"
    yield ""
    yield f"**Verdict on the run.** {facts.verdict}"
    for picture in facts.pictures:
        yield ""
        yield f"![{picture.partition('.')[0]}]({picture})"


def _limits(facts: Facts) -> Iterator[str]:
    yield "## Limits"
    yield ""
    for limit in limits_of(facts):
        yield f"- {limit}"


def _data(facts: Facts) -> Iterator[str]:
    split = facts.split
    yield "## Data"
    yield ""
    yield f"SHA-256 of the examples in their parts: `{facts.record.digest}`."
    yield ""
    yield "| part | texts |"
    yield "|---|---:|"
    for part in ("train", "dev", "test", "unlabelled"):
        yield f"| {part} | {len(getattr(split, part)):,} |"
    yield ""
    for removal in split.removed:
        yield f"- left out of {removal.part}: {removal.count:,} ({removal.reason})"
    for part, faults in split.rejects.items():
        yield f"- rows of {part} that could not be used: {len(faults):,} ({part}.rejects.jsonl)"
    counts = label_counts(split.train)
    most = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:_MOST_LABELS]
    listed = ", ".join(f"`{_clean(name)}` {count:,}" for name, count in most)
    rest = f" and {len(counts) - len(most)} more" if len(counts) > len(most) else ""
    yield f"- labels in the training part: {listed}{rest}"


def _made(facts: Facts) -> Iterator[str]:
    record = facts.record
    yield "## How it was made"
    yield ""
    kept = f"; the weights kept are those of update {facts.kept:,}" if facts.kept else ""
    yield f"{facts.updates:,} updates{kept}. The recipe:"
    yield ""
    yield "```yaml"
    yield to_yaml(record.recipe).rstrip()
    yield "```"
    yield ""
    packages = ", ".join(f"{name} {version}" for name, version in record.packages.items())
    yield f"Python {record.python}; {packages}."


def _test_interval(facts: Facts) -> str:
    total, figures, _ = facts.figures["test"]
    right = round(figures["accuracy"] * total)
    low, high = share_interval(right, total)
    return (
        f"of {total:,} items {right:,} are right, so that the accuracy lies between {low:.3f} and "
        f"{high:.3f} (95 % interval)"
    )


def _told_temperature(temperature: Temperature) -> str:
    if temperature.note:
        return f"The temperature is 1: {temperature.note}."
    return (
        f"The temperature is {temperature.value:.3f}, fitted on {temperature.items:,} items of the "
        "development set."
    )


def _short(model: str) -> str:
    """A name on the hub as it is; of a folder not where it lies."""
    return Path(model).name if Path(model).is_absolute() else model


def _clean(name: str) -> str:
    """A name that cannot break out of its cell or its quotes."""
    return " ".join(name.replace("`", "'").replace("|", "/").split())[:80]
