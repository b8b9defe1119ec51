"""The data of a comparison: one test set for all, and for each seed its own texts to train on."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from augment.datasets.output import OutputFile
from augment.errors import DataError
from augment.randomness import stream
from regularize.data import Example, Split
from regularize.inputs import arguments_of, read_split
from regularize.loading import SplitRequest
from regularize.splits import few_shot, hold_out


@dataclass(frozen=True, slots=True)
class Samples:
    """What was read. `whole` has all labelled texts but those of dev and test files in train."""

    whole: Split
    request: SplitRequest

    def split(self, seed: int) -> Split:
        """The texts of a seed; every arm gets the same.

        Raises:
            DataError: a class has too few texts.
        """
        whole, asked = self.whole, self.request
        train, dev, unlabelled = whole.train, whole.dev, whole.unlabelled
        if asked.few_shot is not None:
            wanted = 0 if dev else asked.few_shot_dev
            parts = few_shot(train, asked.few_shot, wanted, seed=seed, task=whole.task)
            train, dev = parts["train"], dev or parts["dev"]
            unlabelled = (*unlabelled, *parts["unlabelled"])
        elif not dev and asked.dev_share:
            train, dev = hold_out(train, asked.dev_share, seed=seed, name="dev", task=whole.task)
        return replace(whole, train=train, dev=dev, unlabelled=unlabelled)


def read_samples(request: SplitRequest, unlabelled: str | None) -> Samples:
    """Read the data once; test texts are the same for all seeds.

    Raises:
        DataError: a file is unusable, or there is no test set.
    """
    if request.test is None and not request.test_share and not request.data.startswith("sample:"):
        raise DataError(
            "a comparison needs test texts: give a file with --test, or a share with --test-share"
        )
    undivided = replace(request, few_shot=None, dev_share=0.0)
    whole = read_split(arguments_of(undivided, unlabelled))
    if not whole.test:
        raise DataError("there is no test text left to compare on; give more with --test")
    return Samples(whole, request)


def permuted(split: Split, seed: int) -> Split:
    """The training labels shuffled over the texts: as many of each, and none of them is known.

    Raises:
        DataError: the labels are tags, which belong to their tokens.
    """
    if split.task == "tags":
        raise DataError("tags belong to their tokens and cannot be permuted; leave out `permuted`")
    labels = [one.label for one in split.train]
    order = stream(seed, "permuted").sample(range(len(labels)), len(labels))
    rows = zip(split.train, order, strict=True)
    return replace(split, train=tuple(replace(one, label=labels[place]) for one, place in rows))


def write_plain_copies(path: Path, texts: Sequence[Example], count: int) -> None:
    """A file as `augment expand` writes it, whose copies are the texts themselves.

    Raises:
        OutputError: it cannot be written.
    """
    with OutputFile(path, force=True) as file:
        for one in texts:
            for copy in range(count + 1):
                row = {"text": one.text, "source_id": one.id, "copy": copy}
                file.write(json.dumps(row).encode() + b"\n")
        file.publish()
