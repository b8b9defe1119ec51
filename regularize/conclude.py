"""What is found out about a model when its run is over, and written beside it.

The temperature is fitted on dev; figures on dev and test come with it and without; the curves and
the losses on both sets give a verdict; all of it stands in the model card. Doing it again gives the
same files.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from augment.datasets.output import OutputFile
from augment.randomness import stream
from regularize.calibrate import Temperature, fit_temperature, items_of
from regularize.card import CARD, Facts, model_card
from regularize.checkpoints import RunRecord, read_record
from regularize.curves import Curves, read_curves
from regularize.data import Example, Part, Split, Task, label_counts
from regularize.loading import write_rejects
from regularize.metrics import Floats, Ints, measure, reliability, softmax
from regularize.models import text_limit
from regularize.plots import Bins, available, draw_curves, draw_reliability
from regularize.predictor import Answers, Predictor, load_checkpoint
from regularize.saved import Saved, write_saved
from regularize.verdict import Evidence, Verdict, guess_loss, judge

EVALUATION: Final = "evaluation.json"
CURVES: Final = "curves.svg"
RELIABILITY: Final = "reliability.svg"

# Of the training texts so many are measured at most, since only their mean loss is wanted.
MOST_TRAINING_TEXTS: Final = 1000


@dataclass(frozen=True, slots=True)
class Measured:
    """The figures of one part without the temperature and with it."""

    items: int
    before: Mapping[str, float]
    after: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What was found; `parts` has those of dev and test that there are."""

    temperature: Temperature
    parts: Mapping[str, Measured]
    verdict: Verdict
    pictures: tuple[str, ...]


def conclude(
    output: Path, split: Split, figures: Path, *, updates: int, kept: int | None
) -> Conclusion:
    """Measure the model of an ended run, and write what came of it into its folder.

    `figures` are the run's JSON lines, `kept` is the update whose weights were kept.

    Raises:
        ModelError: the model in the folder is not whole.
        TrainingError: the record or the figures of the run cannot be read.
        OutputError: the folder cannot be written.
    """
    record = read_record(output)
    predictor = _predictor(output, record)
    answers = {part: predictor.answers(split.part(part)) for part in _MEASURED if split.part(part)}
    temperature = _temperature(answers.get("dev"), split.task)
    saved = replace(predictor.saved, temperature=temperature)
    curves = read_curves(figures, kept=kept)
    parts: dict[str, Measured] = {
        part: measured(found, split.labels, split.task, temperature.value)
        for part, found in answers.items()
    }
    verdict = judge(_evidence(split, predictor, parts, curves))
    pictures = _draw(output, answers, split.task, temperature, curves)
    found = Conclusion(temperature, parts, verdict, pictures)
    _write_json(output / EVALUATION, found)
    write_saved(output, saved)
    facts = Facts(
        record=record,
        split=split,
        updates=updates,
        kept=kept,
        temperature=temperature,
        figures={part: (one.items, one.before, one.after) for part, one in parts.items()},
        verdict=str(verdict),
        pictures=pictures,
    )
    _write(output / CARD, model_card(facts))
    for part, faults in split.rejects.items():
        write_rejects(output / f"{part}.rejects.jsonl", faults, force=True)
    return found


_MEASURED: tuple[Part, ...] = ("dev", "test")


def measured(answers: Answers, names: Sequence[str], task: Task, temperature: float) -> Measured:
    """The figures of one part, before and after."""
    items = len(items_of(answers.logits, answers.labels, task)[1])
    return Measured(
        items if task == "tags" else len(answers.labels),
        measure(answers.logits, answers.labels, task, names),
        measure(answers.logits / temperature, answers.labels, task, names),
    )


def bins_of(answers: Answers, task: Task, temperature: float) -> Bins:
    """The bins of a reliability diagram."""
    logits, labels = items_of(answers.logits, answers.labels, task)
    return reliability(softmax(logits / temperature), labels)


def chance_loss(rows: Sequence[Example], labels: Sequence[str], task: Task) -> float:
    """The loss of guessing by frequency, in nats an item; of several labels the mean over them."""
    counts = dict(label_counts(rows))
    if task != "several":
        return guess_loss(counts)
    total = len(rows)
    each = [guess_loss({"yes": counts.get(n, 0), "no": total - counts.get(n, 0)}) for n in labels]
    return sum(each) / len(each)


def _predictor(output: Path, record: RunRecord) -> Predictor:
    saved = Saved(
        task=record.task,
        labels=record.labels,
        max_length=record.recipe.max_length,
        temperature=Temperature(1.0, 0, "not fitted yet"),
        recipe=record.recipe.model_dump(mode="json"),
        digest=record.digest,
        python=record.python,
        packages=dict(record.packages),
    )
    model, tokenizer = load_checkpoint(output, saved)
    limit = text_limit(record.recipe, model, tokenizer)
    return Predictor(model, tokenizer, replace(saved, max_length=limit))


def _temperature(dev: Answers | None, task: Task) -> Temperature:
    if dev is None:
        logits: Floats = np.zeros((0, 2))
        labels: Ints = np.zeros(0, dtype=np.int64)
        return fit_temperature(logits, labels, "single")
    return fit_temperature(dev.logits, dev.labels, task)


def _evidence(
    split: Split,
    predictor: Predictor,
    parts: Mapping[str, Measured],
    curves: Curves,
) -> Evidence:
    originals = [row for row in split.train if row.source_id is None] or list(split.train)
    count = min(len(originals), MOST_TRAINING_TEXTS)
    sample = stream(0, "verdict").sample(originals, count)
    answers = predictor.answers(sample)
    train = measure(answers.logits, answers.labels, split.task, split.labels)
    dev = parts.get("dev")
    return Evidence(
        curves,
        chance_loss(split.train, split.labels, split.task),
        train["nll"],
        None if dev is None else dev.before["nll"],
    )


def _draw(
    output: Path,
    answers: Mapping[Part, Answers],
    task: Task,
    temperature: Temperature,
    curves: Curves,
) -> tuple[str, ...]:
    """The pictures, where matplotlib is installed; their names."""
    if not available():
        return ()
    draw_curves(output / CURVES, curves)
    # What the temperature was not fitted on tells more.
    part: Part = "test" if "test" in answers else "dev"
    if part not in answers:
        return (CURVES,)
    bins = {"without temperature": bins_of(answers[part], task, 1.0)}
    if temperature.value != 1.0:
        name = f"temperature {temperature.value:.2f}"
        bins[name] = bins_of(answers[part], task, temperature.value)
    draw_reliability(output / RELIABILITY, bins, f"Reliability on {part}")
    return (CURVES, RELIABILITY)


def _write_json(path: Path, found: Conclusion) -> None:
    value: dict[str, Any] = asdict(found)
    _write(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def _write(path: Path, text: str) -> None:
    with OutputFile(path, force=True) as file:
        file.write(text.encode("utf-8", "backslashreplace"))
        file.publish()
