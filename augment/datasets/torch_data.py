"""Texts for training in PyTorch, drawn anew in each epoch."""

import os
from collections.abc import Sequence
from typing import Any, Generic, TypedDict, TypeVar

import torch
from torch.utils.data import Dataset, get_worker_info

from augment.build import build_pipeline
from augment.errors import DataError
from augment.pipeline import Pipeline
from augment.randomness import stream
from augment.record import Record
from augment.resources import Resources, ResourceSettings
from augment.spec import PipelineSpec

L = TypeVar("L")


class Example(TypedDict, Generic[L]):
    """A text with its label; `original` says that it is as it was."""

    text: str
    label: L
    original: bool


class AugmentedDataset(Dataset[Example[L]], Generic[L]):
    """Texts with labels; in each epoch a text is a new copy of itself with chance `p`.

    What is drawn depends on the seed, the epoch and the place of the text alone, so that any number
    of DataLoader workers gives the same. A text of which no copy could be made comes as it is.
    Batches of a DataLoader are drawn together.

    >>> from augment.presets import preset
    >>> data = AugmentedDataset(["Where is my parcel now?"], ["delivery"], preset("mask"))
    >>> data.set_epoch(3)
    >>> data[0]["label"], data[0] == data[0]
    ('delivery', True)
    """

    def __init__(
        self,
        texts: Sequence[str],
        labels: Sequence[L],
        spec: PipelineSpec,
        *,
        p: float = 1.0,
        seed: int | None = None,
        settings: ResourceSettings | None = None,
    ) -> None:
        """`settings`: what models are loaded with; each process loads them when it first draws.

        Raises:
            DataError: there are more texts than labels, or fewer, or `p` is no chance.
        """
        if len(texts) != len(labels):
            raise DataError(f"{len(texts):,} texts, but {len(labels):,} labels; give one for each")
        if not 0 <= p <= 1:
            raise DataError(f"p is {p}; a chance is from 0 to 1")
        self._texts = texts
        self._labels = labels
        self._spec = spec
        self._p = p
        self._seed = spec.seed if seed is None else seed
        self._settings = settings or ResourceSettings()
        # In shared memory, so that workers that live on hear of the next epoch.
        self._epoch = torch.zeros((), dtype=torch.int64).share_memory_()
        self._built: tuple[int, Resources, Pipeline] | None = None

    def set_epoch(self, epoch: int) -> None:
        """Draw anew from now on, as this epoch does; call it before each one."""
        self._epoch.fill_(epoch)

    def close(self) -> None:
        """Let go of what this process has loaded."""
        if self._built is not None:
            _, resources, pipeline = self._built
            pipeline.close()
            resources.close()
        self._built = None

    def __len__(self) -> int:
        return len(self._texts)

    def __getitem__(self, index: int) -> Example[L]:
        return self.__getitems__([index])[0]

    def __getitems__(self, indices: Sequence[int]) -> list[Example[L]]:
        """The examples of a batch, drawn together."""
        places = [range(len(self))[index] for index in indices]
        epoch = int(self._epoch)
        draws = {
            place: self._record(place)
            for place in places
            if stream(self._seed, "epoch", epoch, "whether", place).chance(self._p)
        }
        # One seed for each epoch, as far from the next one's as any other.
        seed = stream(self._seed, "epoch", epoch).bits()
        outcomes = (
            self._pipeline().augment_batch(list(draws.values()), copies=1, seed=seed)
            if draws
            else []
        )
        made = {
            place: outcome.copies[0].record.text
            for place, outcome in zip(draws, outcomes, strict=True)
            if outcome.copies
        }
        return [
            Example(
                text=made.get(place, self._texts[place]),
                label=self._labels[place],
                original=place not in made,
            )
            for place in places
        ]

    def _record(self, place: int) -> Record:
        return Record(self._texts[place], str(place), str(self._labels[place]))

    def _pipeline(self) -> Pipeline:
        """The pipeline of this process: models and their threads do not survive a fork."""
        if self._built is None or self._built[0] != os.getpid():
            settings = self._settings if get_worker_info() is None else self._settings.single
            resources = Resources.of(settings)
            pipeline = build_pipeline(self._spec, resources)
            if pipeline.unfitted:
                pipeline = pipeline.fitted(self._record(place) for place in range(len(self)))
            self._built = (os.getpid(), resources, pipeline)
        return self._built[2]

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_built": None}
