"""Texts and labels as numbers, and examples of different length as one batch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from regularize.data import Example, Task
from regularize.losses import IGNORED
from regularize.objective import TEACHER_PREFIX

# Texts with their views, as ids.
Views = tuple[tuple[Sequence[int], Sequence[int]], ...]


@dataclass(frozen=True, slots=True)
class Encoded:
    """An example as numbers, and texts to be compared with their views beside it.

    The label is a class, or 0 and 1 for each class, or a class for each piece.
    """

    ids: Sequence[int]
    label: int | tuple[float, ...] | tuple[int, ...]
    views: Views = ()


class Encoding:
    """Texts to ids, each once; counts those that are cut at `limit` pieces."""

    def __init__(self, tokenizer: Any, limit: int, labels: Sequence[str], task: Task) -> None:
        self.limit = limit
        self.padding = int(tokenizer.pad_token_id)
        self.cut = 0
        self._tokenizer = tokenizer
        self._numbers = {label: number for number, label in enumerate(labels)}
        self._task: Task = task
        self._known: dict[str, list[int]] = {}

    def ids(self, text: str) -> Sequence[int]:
        """The pieces of a text, with the model's marks at both ends."""
        if text not in self._known:
            self._known[text] = self._cut(self._tokenizer(text, verbose=False)["input_ids"])
        return self._known[text]

    def forget(self) -> None:
        """Let go of the texts so far, lest the copies of all epochs stay in memory."""
        self._known.clear()

    def example(self, example: Example) -> Encoded:
        """Ids and label of an example."""
        if self._task == "tags":
            return self.tagged(example.tokens, example.label)
        ids = self.ids(example.text)
        if self._task == "single":
            return Encoded(ids, self._numbers[str(example.label)])
        return Encoded(ids, tuple(float(label in example.label) for label in self._numbers))

    def tagged(self, tokens: Sequence[str], tags: Sequence[str]) -> Encoded:
        """The tag of a word stands at its first piece, and nowhere else."""
        found = self._tokenizer(list(tokens), is_split_into_words=True, verbose=False)
        labels, before = [], None
        for word in found.word_ids():
            first = word is not None and word != before
            labels.append(self._numbers[tags[word]] if first else IGNORED)
            before = word
        cut = len(found["input_ids"]) > self.limit
        ids = self._cut(found["input_ids"])
        return Encoded(ids, tuple([*labels[: len(ids) - 1], IGNORED] if cut else labels))

    def _cut(self, ids: list[int]) -> list[int]:
        """At most `limit` pieces; the mark at the end stays."""
        if len(ids) <= self.limit:
            return ids
        self.cut += 1
        return [*ids[: self.limit - 1], ids[-1]]


class Collator:
    """Items to a batch: labelled texts, the views behind them, and the texts of the views."""

    def __init__(self, padding: int, task: Task) -> None:
        self._padding = padding
        self._task: Task = task

    def __call__(self, items: Sequence[Encoded]) -> dict[str, Tensor]:
        """Padded on the right to the longest; labels of tags with what is left out."""
        pairs = [pair for item in items for pair in item.views]
        batch = self._padded([item.ids for item in items] + [view for _, view in pairs])
        if pairs:
            texts = self._padded([text for text, _ in pairs])
            batch |= {f"{TEACHER_PREFIX}{name}": value for name, value in texts.items()}
        batch["labels"] = self._labels([item.label for item in items])
        return batch

    def _labels(self, labels: Sequence[Any]) -> Tensor:
        if self._task == "tags":
            return _rectangle(labels, IGNORED)
        return torch.tensor(labels, dtype=torch.long if self._task == "single" else torch.float)

    def _padded(self, rows: Sequence[Sequence[int]]) -> dict[str, Tensor]:
        ids = _rectangle(rows, self._padding)
        mask = _rectangle([[1] * len(row) for row in rows], 0)
        return {"input_ids": ids, "attention_mask": mask}


def _rectangle(rows: Sequence[Sequence[int]], filler: int) -> Tensor:
    width = max(map(len, rows))
    return torch.tensor([[*row, *[filler] * (width - len(row))] for row in rows])


def counts(encoded: Sequence[Encoded], classes: int) -> Mapping[int, int]:
    """How often each class is the label of an example, or of a piece."""
    found = dict.fromkeys(range(classes), 0)
    for one in encoded:
        for label in one.label if isinstance(one.label, tuple) else (one.label,):
            if label != IGNORED:
                found[int(label)] += 1
    return found
