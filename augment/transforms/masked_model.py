"""A masked language model of the user: which whole words it expects in place of one.

The word is hidden behind one mask, however many pieces it has, so only words of one piece come.

`exact` in float32 (`compute_type: float32`), where each place goes through the model alone. Else
places share batches, and padding moves the last digits: with a BERT of MiniLM's size, 46 of 64
places had other bits in a batch than alone (by 7e-6 at most), 5 of 213 lists of 100 words another
probability to six digits, and none another order. A batch took 17 ms of one core for each place of
23 pieces, alone it was 30 ms.
"""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple, Self

from augment.checks.torch_models import load_model, longest_input
from augment.errors import ModelError
from augment.translation.batching import token_batches
from augment.translation.manifest import sha256
from augment.translation.settings import EngineSettings

HUB: Final = "hub:"

_WINDOW = 256  # pieces around the mask that the model reads; more tell it little
_LETTERS = 2_000  # ... before and behind it that are cut into pieces
_SCORES = (
    16_000_000  # numbers that a batch may give: one for each piece of it and of the vocabulary
)


class Gap(NamedTuple):
    """A stretch of a text that is hidden; where it is empty, a word may come behind a space."""

    text: str
    start: int
    end: int


class Guess(NamedTuple):
    """A word that may stand in a gap, in lower case if the model has no capitals."""

    word: str
    probability: float


class MaskedModel:
    """Gaps to words. Safe to share between threads."""

    def __init__(self, model: Any, tokenizer: Any, name: str, *, exact: bool) -> None:
        self.exact = exact
        self.name = name
        self._model = model
        self._tokenizer = tokenizer
        self._window = min(_WINDOW, longest_input(model, tokenizer))
        self._words = dict(_whole_words(tokenizer))
        self._edges = _edges(tokenizer)

    @classmethod
    def load(cls, name: str, settings: EngineSettings = EngineSettings()) -> Self:
        """Read a folder, or what was fetched from the hub before.

        Raises:
            ModelError: it is not there, damaged, or no masked language model.
        """
        folder = locate(name)

        def auto_class(config: Any) -> str:
            kinds = config.architectures or []
            if not any(kind.endswith("ForMaskedLM") for kind in kinds):
                raise ModelError(
                    f"{folder} holds {', '.join(kinds) or 'an unnamed model'}, no masked language "
                    "model; name a checkpoint of AutoModelForMaskedLM"
                )
            return "AutoModelForMaskedLM"

        model, tokenizer = load_model(folder, "masked language model", auto_class)
        if tokenizer.mask_token_id is None:
            raise ModelError(f"the tokenizer in {folder} has no mask token, which its model needs")
        exact = settings.compute_type == "float32"
        full_name = f"{Path(name).name}@{_digest(folder)[:12]}"
        return cls(model.float(), tokenizer, full_name, exact=exact)

    def guesses(self, gaps: Sequence[Gap], count: int) -> list[tuple[Guess, ...]]:
        """The `count` likeliest words of each gap, the likeliest first."""
        import torch

        rows = [self._row(gap) for gap in gaps]
        budget = max(64, _SCORES // len(self._tokenizer))
        lengths = [len(row) for row, _ in rows]
        groups = [[i] for i in range(len(rows))] if self.exact else token_batches(lengths, budget)
        words = torch.tensor(sorted(self._words), dtype=torch.long)
        found: list[tuple[Guess, ...]] = [()] * len(rows)
        with torch.inference_mode():
            for group in groups:
                logits = self._logits([rows[i] for i in group])
                scores = logits.log_softmax(-1)[:, words]
                best = scores.topk(min(count, len(words)), dim=-1)
                for place, i in enumerate(group):
                    ids = words[best.indices[place]].tolist()
                    values = best.values[place].exp().tolist()
                    found[i] = self._told(ids, values)
        return found

    def _told(self, ids: list[int], probabilities: list[float]) -> tuple[Guess, ...]:
        told = [(round(p, 6), piece) for p, piece in zip(probabilities, ids, strict=True)]
        order = sorted(told, key=lambda one: (-one[0], one[1]))
        return tuple(Guess(self._words[piece], p) for p, piece in order)

    def _logits(self, rows: Sequence[tuple[list[int], int]]) -> Any:
        """The scores of all pieces for the mask of each row."""
        import torch

        width = max(len(ids) for ids, _ in rows)
        padding = self._tokenizer.pad_token_id or 0
        ids = torch.tensor([row + [padding] * (width - len(row)) for row, _ in rows])
        mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row, _ in rows])
        logits = self._model(input_ids=ids, attention_mask=mask).logits
        return logits[range(len(rows)), [at for _, at in rows]]

    def _row(self, gap: Gap) -> tuple[list[int], int]:
        """The pieces that the model reads, and where its mask is among them."""
        token, mask = self._tokenizer.mask_token, self._tokenizer.mask_token_id
        before = gap.text[max(0, gap.start - _LETTERS) : gap.start]
        before += " " * (gap.start == gap.end)
        after = gap.text[gap.end : gap.end + _LETTERS]
        ids = self._tokenizer(before + token + after, add_special_tokens=False)["input_ids"]
        # The text may have such tokens of its own.
        at = [place for place, piece in enumerate(ids) if piece == mask][before.count(token)]
        first, last = self._edges
        size = self._window - len(first) - len(last)
        start = max(0, min(at - size // 2, len(ids) - size))
        return [*first, *ids[start : start + size], *last], at - start + len(first)


def locate(name: str) -> Path:
    """The folder that a name means; nothing is fetched.

    Raises:
        ModelError: it is not there.
    """
    if not name.startswith(HUB):
        folder = Path(name).expanduser()
        if not folder.is_dir():
            raise ModelError(
                f"no folder {name}; name the folder of a masked language model, or "
                f"{HUB}OWNER/NAME of one that has been fetched"
            )
        return folder
    from huggingface_hub import snapshot_download

    place = name.removeprefix(HUB)
    try:
        return Path(snapshot_download(place, local_files_only=True))
    except (OSError, ValueError) as error:
        raise ModelError(f"{name} has not been fetched; run: hf download {place}") from error


def _digest(folder: Path) -> str:
    """SHA-256 over all files of weights: what tells two models apart."""
    digests = [sha256(path) for path in sorted(folder.glob("*.safetensors"))]
    if len(digests) == 1:
        return digests[0]
    return hashlib.sha256(" ".join(digests).encode()).hexdigest()


def _edges(tokenizer: Any) -> tuple[list[int], list[int]]:
    """The marks that the tokenizer puts before and behind a text."""
    ids: list[int] = tokenizer("")["input_ids"]
    return ids[: len(ids) // 2], ids[len(ids) // 2 :]


def _whole_words(tokenizer: Any) -> Iterator[tuple[int, str]]:
    """Pieces that are words of letters by themselves, as WordPiece, BPE or SentencePiece mark them.

    Other letters than those of English are left out: bytes of BPE would be taken for such.
    """
    pieces: dict[str, int] = tokenizer.get_vocab()
    special = set(tokenizer.all_special_tokens)
    mark = next((m for m in ("Ġ", "▁") if any(p.startswith(m) for p in pieces)), "")
    for piece, number in pieces.items():
        word = piece.removeprefix(mark)
        if piece.startswith(mark) and piece not in special and word.isascii() and word.isalpha():
            yield number, word
