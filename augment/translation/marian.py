"""MarianMT through transformers: the reference engine, always in float32."""

import gc
import logging
import secrets
import threading
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from augment.errors import ModelError
from augment.translation import Decoding, Hypothesis
from augment.translation.batching import token_batches
from augment.translation.checkpoint_folder import check_checkpoint, files_digest, longest_input
from augment.translation.guards import unreadable
from augment.translation.manifest import weights_digest
from augment.translation.settings import EngineSettings

if TYPE_CHECKING:
    from transformers import MarianMTModel, MarianTokenizer

log = logging.getLogger(__name__)

# Pieces; a sentence of 60 words takes about 100. What goes on longer is a loop, told as truncated.
LONGEST_OUTPUT = 256

# Rows in the smallest batch. Matrix products of one to three rows go another way through the
# processor's library, and come out otherwise in the fifth digit; from four rows on a row's numbers
# are the same in any batch, to the last bit. So a small batch is filled up with its last row.
FEWEST_ROWS = 4


@dataclass(frozen=True, slots=True)
class _Item:
    """A text to translate as the model gets it, and the key of its draws."""

    text: str
    key: int | None
    pieces: list[int]


class MarianTranslator:
    """One MarianMT checkpoint.

    `exact` on a CPU: in float32, and in batches of enough rows, the batch does not change an
    output. On a GPU nobody promises that.
    """

    def __init__(
        self,
        model: "MarianMTModel",
        tokenizer: "MarianTokenizer",
        source: str,
        target: str,
        *,
        digest: str,
        versions: str,
        settings: EngineSettings,
    ) -> None:
        self.source = source
        self.target = target
        self.name = f"transformers:{source}-{target}@{digest[:12]}:float32"
        self.identity = f"{self.name} weights={digest} {versions}"
        self.exact = model.device.type == "cpu"
        self._model = model
        self._tokenizer = tokenizer
        self._batch_tokens = settings.batch_tokens
        # MarianTokenizer switches between its two sides when it decodes.
        self._tokenizing = threading.Lock()
        self._characters = frozenset("".join(tokenizer.get_vocab()))
        self.tokenizing_seconds = 0.0

    @classmethod
    def load(
        cls, folder: Path, source: str, target: str, settings: EngineSettings = EngineSettings()
    ) -> Self:
        """Read a checkpoint folder.

        Raises:
            ModelError: a file is missing or unreadable, the folder holds another architecture, or
                the settings ask for what is not there.
        """
        check_checkpoint(folder)
        if settings.compute_type not in ("auto", "float32"):
            raise ModelError(
                f"the transformers engine computes in float32, not in {settings.compute_type}; "
                "set compute_type to float32 or auto, or engine to ctranslate2"
            )
        with _collector_at_rest():
            return cls._load(folder, source, target, settings)

    @classmethod
    def _load(cls, folder: Path, source: str, target: str, settings: EngineSettings) -> Self:
        import torch
        from transformers import MarianMTModel, MarianTokenizer
        from transformers.utils import logging as transformers_logging

        device = _device(settings)
        # One, unless it was asked for: translations side by side make better use of the cores.
        torch.set_num_threads(settings.threads or 1)
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
        longest_input(folder, settings.batch_tokens)
        return cls(
            model.eval().to(device),
            tokenizer,
            source,
            target,
            digest=weights_digest(folder),
            versions=_versions(folder, device),
            settings=settings,
        )

    def unreadable(self, text: str) -> str:
        """See `Translator.unreadable`."""
        return unreadable(text, self._characters)

    def translate(
        self,
        texts: Sequence[str],
        decoding: Decoding = Decoding(),
        keys: Sequence[int] | None = None,
    ) -> list[list[Hypothesis]]:
        """See `Translator.translate`. Equal texts (when drawing: with equal keys) are done once.

        Raises:
            ValueError: the decoding draws and searches at once, or there is not one key a text.
        """
        places = list(zip(texts, _keys(texts, decoding, keys), strict=True))
        lacking = {text: self.unreadable(text) for text in texts}
        readable = [text for text, those in lacking.items() if not those]
        encoded = dict(zip(readable, self._encode(readable), strict=True))
        found: dict[tuple[str, int | None], list[Hypothesis]] = {}
        items = []
        for text, key in dict.fromkeys(places):
            if lacking[text]:
                found[text, key] = [Hypothesis("", unknown=lacking[text])]
            elif len(encoded[text]) > self._longest:
                found[text, key] = [Hypothesis("", truncated=True)]
            else:
                items.append(_Item(text, key, encoded[text]))
        for group in token_batches([len(item.pieces) for item in items], self._batch_tokens):
            batch = [items[i] for i in group]
            outputs = self._generate(batch, decoding)
            found.update(zip(((i.text, i.key) for i in batch), outputs, strict=True))
        return [found[place] for place in places]

    @property
    def _longest(self) -> int:
        return int(self._model.config.max_position_embeddings)

    def _encode(self, texts: list[str]) -> list[list[int]]:
        if not texts:
            return []
        with self._tokenizing:
            began = time.monotonic()
            ids: list[list[int]] = self._tokenizer(texts, truncation=False)["input_ids"]
            self.tokenizing_seconds += time.monotonic() - began
        return ids

    def _generate(self, batch: list[_Item], decoding: Decoding) -> list[list[Hypothesis]]:
        import torch

        filled = [*batch, *batch[-1:] * (FEWEST_ROWS - len(batch))]
        rows = [item.pieces for item in filled]
        width = max(map(len, rows))
        pad = self._model.config.pad_token_id
        ids = torch.tensor([[*row, *[pad] * (width - len(row))] for row in rows])
        mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in rows])
        arguments = self._arguments(decoding, [item.key for item in filled])
        with torch.inference_mode():
            output = self._model.generate(
                input_ids=ids.to(self._model.device),
                attention_mask=mask.to(self._model.device),
                **arguments,
            )
        wanted = len(batch) * decoding.hypotheses
        scores = output.sequences_scores.tolist() if decoding.beam > 1 else [None] * wanted
        hypotheses = self._decode(
            output.sequences.tolist()[:wanted], scores[:wanted], decoding.length_penalty
        )
        count = decoding.hypotheses
        return [hypotheses[i : i + count] for i in range(0, wanted, count)]

    def _arguments(self, decoding: Decoding, keys: list[int | None]) -> dict[str, Any]:
        """What `generate` is told beside the batch."""
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
        if decoding.beam > 1:
            arguments["length_penalty"] = decoding.length_penalty
        if decoding.draw is not None:
            from augment.translation.drawing import Drawing

            # `generate` calls it after its own processors, such as the one for forbidden pieces.
            seeds = [key for key in keys if key is not None]
            arguments["logits_processor"] = [Drawing(decoding.draw, seeds)]
        return arguments

    def _decode(
        self, rows: list[list[int]], scores: Sequence[float | None], penalty: float
    ) -> list[Hypothesis]:
        end = self._model.config.eos_token_id
        with self._tokenizing:
            texts = [self._tokenizer.decode(row, skip_special_tokens=True) for row in rows]
        hypotheses = []
        for text, row, score in zip(texts, rows, scores, strict=True):
            ended = end in row[1:]
            length = row.index(end, 1) if ended else len(row) - 1
            # The search divides by length ** penalty; a score is a mean, whatever the penalty.
            mean = None if score is None else score * length ** (penalty - 1)
            hypotheses.append(Hypothesis(text, truncated=not ended, score=mean))
        return hypotheses


def _keys(
    texts: Sequence[str], decoding: Decoding, keys: Sequence[int] | None
) -> Sequence[int | None]:
    """A key for each text where the decoding draws: the given ones, or fresh ones."""
    if decoding.draw is None:
        return [None] * len(texts)
    if (decoding.beam, decoding.hypotheses) != (1, 1):
        raise ValueError(
            "a decoding that draws gives one translation a key, so beam and hypotheses must be 1, "
            f"not {decoding.beam} and {decoding.hypotheses}"
        )
    if keys is None:
        return [secrets.randbits(64) for _ in texts]
    if len(keys) != len(texts):
        raise ValueError(f"{len(texts)} texts need as many keys, not {len(keys)}")
    return keys


def _device(settings: EngineSettings) -> str:
    import torch

    if settings.device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    if settings.device == "cuda" and not torch.cuda.is_available():
        raise ModelError(
            f"device is 'cuda', but torch {torch.__version__} sees none on this machine; "
            "set device to 'cpu' or 'auto', or install torch with CUDA"
        )
    return settings.device


def _versions(folder: Path, device: str) -> str:
    """What else an output depends on: the other files of the model, packages, kind of processor."""
    import torch
    import transformers

    processor = torch.backends.cpu.get_cpu_capability() if device == "cpu" else device
    return (
        f"files={files_digest(folder)} transformers={transformers.__version__} "
        f"torch={torch.__version__} processor={processor} longest={LONGEST_OUTPUT}"
    )


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
