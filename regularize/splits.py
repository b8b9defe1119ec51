"""Parts of a data set that share neither a text nor an original, made before any copy is.

What falls where depends on the seed and the ids alone, never on the order of the rows. A copy goes
where its original goes, and none is left in dev and test: what is measured there are real texts.
"""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import floor

from augment.errors import DataError
from augment.randomness import stream
from regularize.data import Example, Part, Reason, Removal, Task, label_counts, names_of

Parts = dict[Part, tuple[Example, ...]]

# Of a text that is in two parts the one in the part named first stays.
_PRECEDENCE: tuple[Part, ...] = ("test", "dev", "train", "unlabelled")
_MEASURED = ("test", "dev")
OUTSIDE = "O"


@dataclass(frozen=True, slots=True)
class Fold:
    """One of k ways to hold a part of the data out."""

    train: tuple[Example, ...]
    dev: tuple[Example, ...]


def normalised(text: str) -> str:
    """A text apart from case, spaces and the ways in which Unicode writes the same.

    >>> normalised("  Play  ＭＵＳＩＣ ")
    'play music'
    """
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def apart(parts: Parts) -> tuple[Parts, tuple[Removal, ...]]:
    """The parts without doubles within and between them, and how many rows that took out.

    A text of test stays there and leaves dev, train and unlabelled; one of dev leaves the latter
    two: so the figures on a public test set can be held against others.
    """
    seen: dict[str, tuple[Part, Example]] = {}
    kept: Parts = {}
    removed: Counter[tuple[Part, Reason]] = Counter()
    foreign: set[str] = set()
    for part in _PRECEDENCE:
        rows = parts.get(part, ())
        own = {one.id for one in rows if one.source_id is None}
        # Copies come last, so that of two equal texts the original is the one that stays.
        staying: set[int] = set()
        for place in sorted(range(len(rows)), key=lambda p: rows[p].source_id is not None):
            reason = _reason(rows[place], part, seen, foreign - own)
            if reason is None:
                staying.add(place)
                seen.setdefault(normalised(rows[place].text), (part, rows[place]))
            else:
                removed[part, reason] += 1
        if part in _MEASURED:
            foreign |= own
        kept[part] = tuple(row for place, row in enumerate(rows) if place in staying)
    return kept, tuple(Removal(*key, count) for key, count in sorted(removed.items()))


def _reason(
    row: Example, part: Part, seen: Mapping[str, tuple[Part, Example]], foreign: set[str]
) -> Reason | None:
    """Why a row does not stay; `foreign` are the ids of originals that are measured."""
    if row.source_id is not None and (part in _MEASURED or row.source_id in foreign):
        return "copy"
    before = seen.get(normalised(row.text))
    if before is None:
        return None
    where, other = before
    if where != part:
        return "overlap"
    return "duplicate" if other.label == row.label else "contradictory"


def hold_out(
    rows: Sequence[Example], share: float, *, seed: int, name: str, task: Task
) -> tuple[tuple[Example, ...], tuple[Example, ...]]:
    """The rows that stay, and a share of them held out, of each label alike (largest remainders).

    One original of each label stays at least. `name` keeps the draws of several parts apart.
    """
    strata = _strata(rows, task)
    wanted = {key: share * len(groups) for key, groups in strata.items()}
    counts = {key: floor(wanted[key]) for key in strata}
    left = round(sum(wanted.values())) - sum(counts.values())
    for key in sorted(strata, key=lambda key: (counts[key] - wanted[key], key)):
        if left > 0 and counts[key] + 1 < len(strata[key]):
            counts[key] += 1
            left -= 1
    held: set[str] = set()
    for key, groups in strata.items():
        held.update(stream(seed, "hold out", name, key).sample(groups, counts[key]))
    return _parted(rows, held)


def k_fold(rows: Sequence[Example], folds: int, *, seed: int, task: Task) -> tuple[Fold, ...]:
    """Each original is in dev once; labels are spread alike, and sizes differ by one at most.

    Raises:
        DataError: there are fewer than two folds, or more of them than originals.
    """
    groups = {one.group for one in rows}
    if not 2 <= folds <= len(groups):
        raise DataError(
            f"{folds} folds of {len(groups)} texts: give a number from 2 to {len(groups)}"
        )
    held: list[set[str]] = [set() for _ in range(folds)]
    turn = 0
    for key, found in _strata(rows, task).items():
        for group in stream(seed, "folds", key).sample(found, len(found)):
            held[turn % folds].add(group)
            turn += 1
    return tuple(Fold(*_parted(rows, one)) for one in held)


def check_folds(folds: Sequence[Fold]) -> None:
    """Refuse folds in one of which dev has a label that the texts to learn from lack.

    Raises:
        DataError: names the labels.
    """
    alone = {
        name
        for fold in folds
        for name in label_counts(fold.dev).keys() - label_counts(fold.train).keys()
    }
    if alone:
        told = ", ".join(map(repr, sorted(alone)[:10]))
        raise DataError(
            f"labels of which all texts are in one fold cannot be learnt where that is dev: {told}"
            f"{' ...' if len(alone) > 10 else ''}; add texts of them, two at least, or take them "
            "out of the data"
        )


def few_shot(rows: Sequence[Example], train: int, dev: int, *, seed: int, task: Task) -> Parts:
    """So many texts a class for training and for dev; the rest without their labels.

    With more a class, train holds what it held with fewer.

    Raises:
        DataError: texts have several labels or tags, or classes have too few texts.
    """
    if task != "single":
        raise DataError("a number of texts for each class needs texts with one label each")
    originals = [row for row in rows if row.source_id is None]
    strata = _strata(originals, task)
    short = {key: len(found) for key, found in strata.items() if len(found) < train + dev}
    if short:
        told = ", ".join(f"{key!r} {count}" for key, count in list(short.items())[:10])
        raise DataError(
            f"{train} texts a class for training and {dev} for dev need {train + dev} of each; "
            f"too few have: {told}{' ...' if len(short) > 10 else ''}; ask for fewer"
        )
    parts: dict[str, set[str]] = {"train": set(), "dev": set()}
    for key, found in strata.items():
        order = stream(seed, "few shot", key).sample(found, len(found))
        parts["train"].update(order[:train])
        parts["dev"].update(order[len(order) - dev :])
    chosen = parts["train"] | parts["dev"]
    return {
        "train": tuple(row for row in rows if row.group in parts["train"]),
        "dev": tuple(row for row in originals if row.id in parts["dev"]),
        "unlabelled": tuple(replace(r, label="") for r in originals if r.id not in chosen),
    }


def learnable(rows: Sequence[Example], task: Task) -> tuple[str, ...]:
    """All labels of the training texts, sorted; of tags `O`, and both tags of each kind of entity.

    Raises:
        DataError: there is nothing to tell apart.
    """
    names = list(label_counts(rows))
    if task == "tags":
        kinds = sorted({name[2:] for name in names if name != OUTSIDE})
        names = [OUTSIDE, *(f"{letter}-{kind}" for kind in kinds for letter in "BI")]
    if len(names) < (1 if task == "several" else 2):
        told = f"the only label is {names[0]!r}" if names else "no text has a label"
        raise DataError(f"there is nothing to learn: in the training texts {told}")
    return tuple(names)


def check_known(rows: Sequence[Example], labels: Sequence[str], part: Part) -> None:
    """Refuse labels that the training texts lack: no model could ever give them.

    Raises:
        DataError: names them with their counts.
    """
    strange = {k: n for k, n in label_counts(rows).items() if k not in set(labels)}
    if strange:
        told = ", ".join(f"{name!r} ({count})" for name, count in list(strange.items())[:10])
        raise DataError(
            f"{part} has labels that the training texts lack: {told}"
            f"{' ...' if len(strange) > 10 else ''}; add such texts to the training data, or take "
            f"them out of {part}"
        )


def _strata(rows: Sequence[Example], task: Task) -> dict[str, list[str]]:
    """Originals by their label, or the rarest of their labels; all sorted."""
    counts = label_counts(rows)
    first: dict[str, Example] = {}
    for row in sorted(rows, key=lambda row: (row.source_id is not None, row.id)):
        first.setdefault(row.group, row)
    strata = defaultdict(list)
    for group, row in first.items():
        strata[min(_kinds(row, task), key=lambda k: (counts[k], k), default="")].append(group)
    return dict(sorted(strata.items()))


def _kinds(row: Example, task: Task) -> Iterator[str]:
    entities = [name for name in names_of(row) if task != "tags" or name != OUTSIDE]
    yield from entities or names_of(row)[:1]


def _parted(
    rows: Sequence[Example], held: set[str]
) -> tuple[tuple[Example, ...], tuple[Example, ...]]:
    staying = tuple(row for row in rows if row.group not in held)
    return staying, tuple(row for row in rows if row.group in held and row.source_id is None)
