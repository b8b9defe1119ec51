"""MarianMT through CTranslate2: the fast engine. It runs without torch and transformers.

Sentences are sorted by length within a window and cut into batches of bounded size. Batches are
handed over without waiting, so the next window is tokenized while the last one is translated, and
several are translated side by side.
"""

import json
import logging
import platform
import time
from collections import deque
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from augment.errors import ModelError
from augment.translation import Decoding, Hypothesis
from augment.translation.batching import token_batches
from augment.translation.checkpoint_folder import (
    check_checkpoint,
    files_digest,
    longest_input,
)
from augment.translation.convert import converted
from augment.translation.guards import unreadable
from augment.translation.manifest import weights_digest
from augment.translation.settings import EngineSettings, Shortlist
from augment.translation.shortlist import vocabulary_map

if TYPE_CHECKING:
    from sentencepiece import SentencePieceProcessor

log = logging.getLogger(__name__)

# Pieces; a sentence of 60 words takes about 100. What goes on longer is a loop, told as truncated.
LONGEST_OUTPUT = 256

END = "</s>"
SPECIAL = frozenset({END, "<unk>", "<pad>"})

# Texts that are sorted together. More would pad less, but tokenizing them would not overlap.
WINDOW = 2048

# What a compute type gives way to where the machine refuses it.
_FALLBACK = {
    "int8": "float32",
    "int8_float16": "float16",
    "float16": "float32",
    "bfloat16": "float32",
}


class CTranslateTranslator:
    """One MarianMT checkpoint. `exact` in float32, unless the shortlist is that of the batch."""

    def __init__(
        self,
        engine: Any,
        pieces: tuple["SentencePieceProcessor", "SentencePieceProcessor"],
        vocabulary: dict[str, int],
        *,
        source: str,
        target: str,
        digest: str,
        versions: str,
        compute_type: str,
        shortlist: str,
        longest: int,
        settings: EngineSettings,
    ) -> None:
        self.source = source
        self.target = target
        self.exact = compute_type == "float32" and not shortlist.startswith("lexical")
        precision = compute_type if shortlist == "none" else f"{compute_type}+{shortlist}"
        self.name = f"ctranslate2:{source}-{target}@{digest[:12]}:{precision}"
        self.identity = f"{self.name} weights={digest} {versions}"
        self._engine = engine
        self._source_pieces, self._target_pieces = pieces
        self._characters = frozenset("".join(vocabulary))
        self._use_map = shortlist != "none"
        self._longest = longest
        self._settings = settings
        self.tokenizing_seconds = 0.0

    @classmethod
    def load(
        cls,
        folder: Path,
        source: str,
        target: str,
        settings: EngineSettings = EngineSettings(),
        *,
        cache: Path | None = None,
        shortlist: Shortlist = "none",
        shortlist_size: int = 20_000,
    ) -> Self:
        """Read a checkpoint folder; its converted form is made in the cache at the first call.

        Raises:
            ModelError: the folder is damaged or of another kind, the settings do not fit the model
                or the machine, or the shortlist needs what the folder has not.
        """
        from sentencepiece import SentencePieceProcessor

        from augment.translation.models import default_cache

        check_checkpoint(folder)
        longest = longest_input(folder, settings.batch_tokens)
        device = _device(settings)
        compute_type = _compute_type(settings, device)
        place = converted(folder, compute_type, cache or default_cache())
        vocabulary = json.loads((folder / "vocab.json").read_text(encoding="utf-8"))
        shown, files = "none", None
        if shortlist != "none":
            shown = shortlist if shortlist == "lexical" else f"{shortlist}-{shortlist_size}"
            ordered = [p for p in sorted(vocabulary, key=vocabulary.__getitem__) if p != "<pad>"]
            files = {path.name: path.read_bytes() for path in place.iterdir()}
            files["vmap.txt"] = vocabulary_map(folder, ordered, shortlist, shortlist_size)
        try:
            engine = _open(place, device, compute_type, settings, files)
            pieces = tuple(
                SentencePieceProcessor(model_file=str(folder / name))
                for name in ("source.spm", "target.spm")
            )
        except (RuntimeError, ValueError, OSError) as error:
            raise ModelError(f"{folder} cannot be loaded: {error}") from error
        return cls(
            engine,
            pieces,  # type: ignore[arg-type]
            vocabulary,
            source=source,
            target=target,
            digest=weights_digest(folder),
            versions=_versions(folder, device),
            compute_type=compute_type,
            shortlist=shown,
            longest=longest,
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
        """See `Translator.translate`. Equal texts are translated once, unless they are drawn.

        Raises:
            ValueError: `keys` are given; CTranslate2's own draws cannot be repeated.
        """
        if keys is not None:
            raise ValueError("this engine cannot repeat its draws: leave keys out")
        unique = list(texts if decoding.draw else dict.fromkeys(texts))
        outputs = self._outputs(unique, self._options(decoding))
        if decoding.draw:
            return outputs
        found = dict(zip(unique, outputs, strict=True))
        return [found[text] for text in texts]

    def _options(self, decoding: Decoding) -> dict[str, Any]:
        """A decoding in the words of CTranslate2."""
        options: dict[str, Any] = {
            "beam_size": decoding.beam,
            "num_hypotheses": decoding.hypotheses,
            "length_penalty": decoding.length_penalty,
            # Positions are counted from the piece that starts an output.
            "max_decoding_length": min(self._longest - 1, LONGEST_OUTPUT),
            "max_input_length": 0,
            "return_end_token": True,
            "return_scores": decoding.beam > 1,
            "use_vmap": self._use_map,
        }
        if decoding.draw is not None:
            options |= {
                "sampling_topk": decoding.draw.top_k,
                "sampling_topp": decoding.draw.top_p,
                "sampling_temperature": decoding.draw.temperature,
            }
        return options

    def _outputs(self, texts: list[str], options: dict[str, Any]) -> list[list[Hypothesis]]:
        found: dict[int, list[Hypothesis]] = {}
        running: deque[tuple[list[int], list[Any]]] = deque()
        ahead = 2 * self._settings.workers
        for start in range(0, len(texts), WINDOW):
            rows = self._encode(texts, range(start, min(start + WINDOW, len(texts))), found)
            indices = list(rows)
            groups = token_batches([len(rows[i]) for i in indices], self._settings.batch_tokens)
            # The longest first, so that no worker is left alone with it at the end.
            for group in reversed(list(groups)):
                chosen = [indices[i] for i in group]
                batch = [rows[i] for i in chosen]
                results = self._engine.translate_batch(batch, asynchronous=True, **options)
                running.append((chosen, results))
                while len(running) > ahead:
                    self._collect(*running.popleft(), found)
        while running:
            self._collect(*running.popleft(), found)
        return [found[i] for i in range(len(texts))]

    def _encode(
        self, texts: list[str], window: range, found: dict[int, list[Hypothesis]]
    ) -> dict[int, list[str]]:
        """Pieces of the texts that can be translated, by index; for the others what is found."""
        readable = []
        for i in window:
            if lacking := self.unreadable(texts[i]):
                found[i] = [Hypothesis("", unknown=lacking)]
            else:
                readable.append(i)
        rows = {}
        began = time.monotonic()
        encoded = self._source_pieces.EncodeAsPieces([texts[i] for i in readable])
        self.tokenizing_seconds += time.monotonic() - began
        for i, row in zip(readable, encoded, strict=True):
            if len(row) + 1 > self._longest:
                found[i] = [Hypothesis("", truncated=True)]
            else:
                rows[i] = [*row, END]
        return rows

    def _collect(
        self, indices: list[int], results: list[Any], found: dict[int, list[Hypothesis]]
    ) -> None:
        for i, result in zip(indices, results, strict=True):
            output = result.result()
            scores = output.scores or [None] * len(output.hypotheses)
            found[i] = [
                self._hypothesis(pieces, score)
                for pieces, score in zip(output.hypotheses, scores, strict=True)
            ]

    def _hypothesis(self, pieces: list[str], score: float | None) -> Hypothesis:
        ended = bool(pieces) and pieces[-1] == END
        text = self._target_pieces.DecodePieces([p for p in pieces if p not in SPECIAL])
        return Hypothesis(text, truncated=not ended, score=score)


def _versions(folder: Path, device: str) -> str:
    """What else an output depends on: the other files of the model, packages, kind of processor."""
    processor = _processor() if device == "cpu" else device
    return (
        f"files={files_digest(folder)} ctranslate2={version('ctranslate2')} "
        f"sentencepiece={version('sentencepiece')} processor={processor} longest={LONGEST_OUTPUT}"
    )


def _processor() -> str:
    """The family of processor, as far as it decides which code CTranslate2 runs."""
    flags = Path("/proc/cpuinfo")
    known = flags.read_text(encoding="ascii", errors="replace").split() if flags.exists() else []
    vectors = [name for name in ("avx", "avx2", "avx512f") if name in known]
    return "+".join([platform.machine(), *vectors])


def _device(settings: EngineSettings) -> str:
    import ctranslate2

    found = ctranslate2.get_cuda_device_count()
    if settings.device == "cuda" and not found:
        raise ModelError("device cuda: CTranslate2 finds no GPU here; use device cpu or auto")
    if settings.device == "auto":
        return "cuda" if found else "cpu"
    return settings.device


def _compute_type(settings: EngineSettings, device: str) -> str:
    """The type asked for, or the next best that the machine takes, told in one line."""
    import ctranslate2

    asked = settings.compute_type
    wanted: str = ("float16" if device == "cuda" else "int8") if asked == "auto" else asked
    supported = ctranslate2.get_supported_compute_types(device)
    chosen = wanted
    while chosen not in supported and chosen in _FALLBACK:
        chosen = _FALLBACK[chosen]
    if chosen != wanted:
        log.warning("%s is not supported on this %s; using %s", wanted, device, chosen)
    return chosen


def _open(
    place: Path,
    device: str,
    compute_type: str,
    settings: EngineSettings,
    files: dict[str, bytes] | None,
) -> Any:
    import ctranslate2

    return ctranslate2.Translator(
        str(place),
        device=device,
        compute_type=compute_type,
        inter_threads=settings.workers if device == "cpu" else 1,
        intra_threads=1,
        files=files,
    )
