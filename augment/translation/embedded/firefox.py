"""The files of one model of Firefox Translations, wherever they lie.

A folder in Mozilla's format holds `model.*.bin` (8-bit Marian), `vocab.*.spm` (SentencePiece, both
sides) and often `lex.*.bin` (a lexical shortlist). Their names tell the languages, as in
`model.enpt.intgemm.alphas.bin`.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from augment.errors import ModelError

_PAIR = re.compile(r"[a-z]{4}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")


@dataclass(frozen=True)
class FirefoxFiles:
    """The files of one direction, and its languages."""

    source: str
    target: str
    model: Path
    vocabulary: Path
    shortlist: Path | None = None

    @property
    def direction(self) -> str:
        """Such as `en-pt`."""
        return f"{self.source}-{self.target}"


def files_in(folder: Path, source: str | None = None, target: str | None = None) -> FirefoxFiles:
    """The model that a folder holds; languages that are not given are read from the file names.

    Raises:
        ModelError: a file is missing, several fit, or the languages are not told.
    """
    if not folder.is_dir():
        raise ModelError(f"{folder}: there is no such folder")
    for code in (source, target):
        if code is not None and not _LANGUAGE.fullmatch(code):
            raise ModelError(f"{code!r} is no language; write two or three letters, such as en")
    named = f"{source}{target}" if source and target else ""
    model = _only(folder, "model.*.bin", named)
    vocabulary = _only(folder, "vocab.*.spm", named)
    shortlists = sorted(folder.glob("lex.*.bin"))
    shortlist = _only(folder, "lex.*.bin", named) if shortlists else None
    pair = _pair(model, vocabulary)
    if named and pair == f"{target}{source}":
        raise ModelError(
            f"{model} translates {target}-{source} by its name, not {source}-{target}; "
            f"write --source {target} --target {source}"
        )
    if pair is not None:
        source, target = source or pair[:2], target or pair[2:]
    if source is None or target is None:
        raise ModelError(
            f"{model}: its name does not tell the languages; give both with --source and --target"
        )
    if source == target:
        raise ModelError(f"{model}: source and target are both {source!r}; give two languages")
    return FirefoxFiles(source, target, model, vocabulary, shortlist)


def _only(folder: Path, pattern: str, named: str) -> Path:
    """The one file of a kind; of several the one that has the languages in its name."""
    found = sorted(path for path in folder.glob(pattern) if path.is_file())
    if len(found) > 1 and named:
        found = [path for path in found if named in path.name.split(".")] or found
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(path.name for path in found)
        raise ModelError(
            f"{folder} holds {len(found)} files {pattern} ({names}); "
            "keep those of one model in a folder of its own"
        )
    if packed := sorted(folder.glob(f"{pattern}.gz")):
        raise ModelError(f"{packed[0]} is packed; unpack it first: gunzip -k {packed[0]}")
    hint = ""
    if pattern == "vocab.*.spm" and list(folder.glob("srcvocab.*.spm")):
        hint = "; srcvocab.*.spm and trgvocab.*.spm, one vocabulary a side, cannot be used"
    raise ModelError(f"{folder} holds no file {pattern}{hint}")


def _pair(model: Path, vocabulary: Path) -> str | None:
    """Two languages of two letters each that both names tell."""
    pairs = [
        part
        for part in model.name.split(".")
        if _PAIR.fullmatch(part) and part in vocabulary.name.split(".")
    ]
    return pairs[0] if len(pairs) == 1 else None
