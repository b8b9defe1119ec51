"""A trained model that answers: texts in, logits out, in batches of about the same length."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import numpy as np

from augment.checks.torch_models import check_vocabulary
from augment.errors import ModelError
from regularize.data import Example
from regularize.encoding import Collator, Encoded, Encoding
from regularize.metrics import IGNORED, Floats, Ints, sigmoid, softmax
from regularize.saved import SAVED, Saved, read_saved

BATCH: Final = 32


@dataclass(frozen=True, slots=True)
class Answers:
    """Logits with the right answers beside them, shaped as `metrics.measure` wants them.

    Of tags there is a row for each token that was read; `cut` texts were longer than the model.
    """

    logits: Floats
    labels: Ints
    cut: int


class Predictor:
    """A model with its tokenizer; not for several threads at once."""

    def __init__(self, model: Any, tokenizer: Any, saved: Saved) -> None:
        self.saved = saved
        self._model = model.eval()
        self._tokenizer = tokenizer

    @classmethod
    def of(cls, folder: Path) -> Self:
        """The model in a folder; safetensors only, no code of the folder is run.

        Raises:
            ModelError: a file is missing or damaged, or the labels do not match.
        """
        saved = read_saved(folder)
        return cls(*load_checkpoint(folder, saved), saved)

    @property
    def device(self) -> Any:
        """Where the model is."""
        return self._model.device

    def answers(
        self, examples: Sequence[Example], progress: Callable[[int], object] | None = None
    ) -> Answers:
        """Logits of all examples, in their order; `progress` is told how many more are done."""
        saved = self.saved
        encoding = Encoding(self._tokenizer, saved.max_length, saved.labels, saved.task)
        encoded = [encoding.example(example) for example in examples]
        logits: list[Floats] = [np.zeros(0)] * len(encoded)
        order = sorted(range(len(encoded)), key=lambda place: len(encoded[place].ids))
        for start in range(0, len(order), BATCH):
            places = order[start : start + BATCH]
            found = self._batch([encoded[place] for place in places], encoding.padding)
            for place, one in zip(places, found, strict=True):
                logits[place] = one
            if progress is not None:
                progress(len(places))
        return _answers(logits, [one.label for one in encoded], saved, encoding.cut)

    def probabilities(self, logits: Floats) -> Floats:
        """Probabilities at the fitted temperature."""
        scaled = logits / self.saved.temperature.value
        return sigmoid(scaled) if self.saved.task == "several" else softmax(scaled)

    def read_tokens(self, tokens: Sequence[str]) -> frozenset[int]:
        """The places of the tokens that the model reads; the others are cut off, or no characters.

        A row of tags in `answers` has those of these tokens, in their order.
        """
        words = self._tokenizer(list(tokens), is_split_into_words=True, verbose=False).word_ids()
        limit = self.saved.max_length
        seen = words if len(words) <= limit else words[: limit - 1]
        return frozenset(word for word in seen if word is not None)

    def _batch(self, encoded: Sequence[Encoded], padding: int) -> list[Floats]:
        import torch

        batch = Collator(padding, self.saved.task)(encoded)
        del batch["labels"]
        with torch.inference_mode():
            inputs = {name: value.to(self.device) for name, value in batch.items()}
            logits = self._model(**inputs).logits.double().cpu().numpy()
        if not np.isfinite(logits).all():
            raise ModelError("the model gives numbers that are not finite; its weights are damaged")
        return [*logits]


def blank(saved: Saved, example: Example) -> Example:
    """The example with a label that the model knows, for texts whose label nobody knows."""
    label: str | tuple[str, ...] = saved.labels[0]
    if saved.task == "several":
        label = ()
    if saved.task == "tags":
        label = (saved.labels[0],) * len(example.tokens)
    return Example(example.id, example.text, label, example.tokens, example.source_id)


def _answers(logits: Sequence[Floats], labels: Sequence[Any], saved: Saved, cut: int) -> Answers:
    if saved.task != "tags":
        classes = len(saved.labels)
        stacked = np.stack(logits) if logits else np.zeros((0, classes))
        return Answers(stacked, np.asarray(labels, dtype=np.int64), cut)
    # The tag of a token is read at its first piece; what is no first piece is IGNORED.
    rows = [
        [(scores[place], tag) for place, tag in enumerate(tags) if tag != IGNORED]
        for scores, tags in zip(logits, labels, strict=True)
    ]
    width = max(map(len, rows), default=0)
    tags = np.full((len(rows), width), IGNORED, dtype=np.int64)
    table = np.zeros((len(rows), width, len(saved.labels)))
    for number, row in enumerate(rows):
        for place, (scores, tag) in enumerate(row):
            table[number, place], tags[number, place] = scores, tag
    return Answers(table, tags, cut)


def load_checkpoint(folder: Path, saved: Saved) -> tuple[Any, Any]:
    """Model and tokenizer of a folder, where they fit what is saved beside them.

    Raises:
        ModelError: a file is missing or damaged, or the labels do not match.
    """
    import transformers

    if not (folder / "config.json").is_file():
        raise ModelError(f"{folder}: there is no config.json; the folder was moved only in part")
    if not any(folder.glob("*.safetensors")):
        raise ModelError(f"{folder}: has no safetensors weights (pickled ones are not read)")
    auto = (
        transformers.AutoModelForTokenClassification
        if saved.task == "tags"
        else transformers.AutoModelForSequenceClassification
    )
    transformers.utils.logging.disable_progress_bar()
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)
        model, found = auto.from_pretrained(
            folder, use_safetensors=True, local_files_only=True, output_loading_info=True
        )
    except Exception as error:  # whatever a damaged folder makes transformers raise
        raise ModelError(f"{folder}: cannot be loaded: {error}") from error
    check_vocabulary(tokenizer, str(folder))
    if missing := sorted(found["missing_keys"]):
        raise ModelError(
            f"{folder}: lacks the weights {', '.join(missing[:3])}; it is no trained classifier"
        )
    names = tuple(name for _, name in sorted(model.config.id2label.items()))
    if names != saved.labels:
        raise ModelError(
            f"{folder}: the model's labels are {_told(names)}, but in {SAVED} there are "
            f"{_told(saved.labels)}; the files are of two runs"
        )
    return model, tokenizer


def _told(names: Sequence[str]) -> str:
    return f"{', '.join(names[:5])}{' ...' if len(names) > 5 else ''} ({len(names)})"
