"""MarianMT through transformers: the reference engine, in float32 and one thread a model."""

import gc
import json
import logging
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from augment.errors import ModelError
from augment.translation import Decoding, Hypothesis
from augment.translation.batching import token_batches
from augment.translation.guards import unreadable
from augment.translation.manifest import weights_digest

if TYPE_CHECKING:
    from transformers import MarianMTModel, MarianTokenizer

log = logging.getLogger(__name__)

REQUIRED_FILES = ("config.json", "source.spm", "target.spm", "vocab.json", "model.safetensors")

# Padded source pieces in one batch: large enough to fill the matrix products of a tiny model, small
# enough that the scores over its vocabulary stay within a few dozen MB.
BATCH_TOKENS = 1024

# Pieces; a sentence of 60 words takes about 100. What goes on longer is a loop, told as truncated.
LONGEST_OUTPUT = 256


class MarianTranslator:
    """One MarianMT checkpoint. `exact`: in float32 the batch does not change an output."""

    exact = True

    def __init__(
        self,
        model: "MarianMTModel",
        tokenizer: "MarianTokenizer",
        source: str,
        target: str,
        digest: str,
    ) -> None:
        self.source = source
        self.target = target
        self.name = f"marian:{source}-{target}@{digest[:12]}"
        self._model = model
        self._tokenizer = tokenizer
        # MarianTokenizer switches between its two sides when it decodes.
        self._tokenizing = threading.Lock()
        self._characters = frozenset("".join(tokenizer.get_vocab()))

    @classmethod
    def load(cls, folder: Path, source: str, target: str, *, threads: int = 1) -> Self:
        """Read a checkpoint folder.

        Raises:
            ModelError: a file is missing or unreadable, or the folder holds another architecture.
        """
        _check_folder(folder)
        with _collector_at_rest():
            return cls._load(folder, source, target, threads)

    @classmethod
    def _load(cls, folder: Path, source: str, target: str, threads: int) -> Self:
        import torch
        from transformers import MarianMTModel, MarianTokenizer
        from transformers.utils import logging as transformers_logging

        torch.set_num_threads(threads)
        transformers_logging.disable_progress_bar()
        try:
            with warnings.catch_warnings():
                # It only helps raw text with odd punctuation marks, which stay as they are here.
                warnings.filterwarnings("ignore", message=".*sacremoses.*")
                tokenizer = MarianTokenizer.from_pretrained(folder, local_files_only=True)
            model = MarianMTModel.from_pretrained(
                folder, local_files_only=True, use_safetensors=True, dtype=torch.float32
            )
        except Exception as error:  # whatever a damaged file makes the loaders raise
            raise ModelError(f"{folder} cannot be loaded as a MarianMT model: {error}") from error
        return cls(model.eval(), tokenizer, source, target, weights_digest(folder))

    def unreadable(self, text: str) -> str:
        """See `Translator.unreadable`."""
        return unreadable(text, self._characters)

    def translate(
        self, texts: Sequence[str], decoding: Decoding = Decoding()
    ) -> list[list[Hypothesis]]:
        """See `Translator.translate`. Equal texts are translated once."""
        lacking = {text: self.unreadable(text) for text in texts}
        found = {text: [Hypothesis("", unknown=those)] for text, those in lacking.items() if those}
        readable = [text for text, those in lacking.items() if not those]
        fitting = []
        for text, row in zip(readable, self._encode(readable), strict=True):
            if len(row) > self._longest:
                found[text] = [Hypothesis("", truncated=True)]
            else:
                fitting.append((text, row))
        for group in token_batches([len(row) for _, row in fitting], BATCH_TOKENS):
            outputs = self._generate([fitting[i][1] for i in group], decoding)
            found.update(zip((fitting[i][0] for i in group), outputs, strict=True))
        return [found[text] for text in texts]

    @property
    def _longest(self) -> int:
        return int(self._model.config.max_position_embeddings)

    def _encode(self, texts: list[str]) -> list[list[int]]:
        if not texts:
            return []
        with self._tokenizing:
            ids: list[list[int]] = self._tokenizer(texts, truncation=False)["input_ids"]
        return ids

    def _generate(self, rows: list[list[int]], decoding: Decoding) -> list[list[Hypothesis]]:
        import torch

        width = max(map(len, rows))
        pad = self._model.config.pad_token_id
        ids = torch.tensor([[*row, *[pad] * (width - len(row))] for row in rows])
        mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in rows])
        arguments: dict[str, Any] = {
            "num_beams": decoding.beam,
            "num_return_sequences": decoding.hypotheses,
            "do_sample": False,
            # The same for every batch: a limit that grew with the longest row of a batch would make
            # an endless output depend on its batch mates.
            "max_new_tokens": min(self._longest - 1, LONGEST_OUTPUT),
            "max_length": None,
            "return_dict_in_generate": True,
            "output_scores": decoding.beam > 1,
        }
        with torch.inference_mode():
            output = self._model.generate(input_ids=ids, attention_mask=mask, **arguments)
        scores = (
            output.sequences_scores.tolist()
            if decoding.beam > 1
            else [None] * len(output.sequences)
        )
        hypotheses = self._decode(output.sequences.tolist(), scores)
        count = decoding.hypotheses
        return [hypotheses[i : i + count] for i in range(0, len(hypotheses), count)]

    def _decode(self, rows: list[list[int]], scores: Sequence[float | None]) -> list[Hypothesis]:
        end = self._model.config.eos_token_id
        with self._tokenizing:
            texts = [self._tokenizer.decode(row, skip_special_tokens=True) for row in rows]
        return [
            Hypothesis(text, truncated=end not in row[1:], score=score)
            for text, row, score in zip(texts, rows, scores, strict=True)
        ]


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """No garbage collection meanwhile.

    Importing torch and transformers makes objects by the hundred thousand, none of them garbage,
    and going through them takes 0.8 of 5.6 seconds.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _check_folder(folder: Path) -> None:
    if not folder.is_dir():
        raise ModelError(f"{folder} is not a folder; a MarianMT model is a folder with config.json")
    missing = [name for name in REQUIRED_FILES if not (folder / name).is_file()]
    if missing:
        hint = ""
        if "model.safetensors" in missing and (folder / "pytorch_model.bin").is_file():
            hint = " (pickled weights are not read: convert pytorch_model.bin to safetensors first)"
        raise ModelError(f"{folder} lacks {', '.join(missing)}{hint}")
    try:
        kind = json.loads((folder / "config.json").read_text(encoding="utf-8")).get("model_type")
    except (ValueError, AttributeError) as error:
        raise ModelError(f"{folder / 'config.json'} is not a JSON object: {error}") from error
    if kind != "marian":
        raise ModelError(f"{folder} holds a model of type {kind!r}, expected 'marian'")
