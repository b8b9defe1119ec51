"""Reads WordNet's own dictionary files ("wndb"), for the build script only.

Format: the man pages wndb(5WN), senseidx(5WN) and cntlist(5WN) of Debian's `wordnet-base`.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PARTS = {"n": "noun", "v": "verb", "a": "adj", "r": "adv"}
_KEY_PARTS = {"1": "n", "2": "v", "3": "a", "4": "r", "5": "a"}
_GLOSS_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")


@dataclass(frozen=True, slots=True)
class RawSynset:
    """One synset as its file has it.

    `antonyms` are (word, target synset, target word); `head` is a satellite adjective's main
    synset; `usage` are synsets like "slang" or "archaism".
    """

    part: str
    offset: int
    file: int
    words: tuple[str, ...]
    antonyms: tuple[tuple[int, tuple[str, int], int], ...]
    head: tuple[str, int] | None
    usage: tuple[tuple[str, int], ...]
    gloss: str


@dataclass(frozen=True)
class RawWordNet:
    """All synsets by (part of speech, offset), each lemma's senses in order, and counts."""

    synsets: dict[tuple[str, int], RawSynset]
    senses: dict[tuple[str, str], tuple[int, ...]]
    counts: dict[tuple[str, str, int], int]
    irregular: dict[str, tuple[tuple[str, str], ...]]
    gloss_counts: Counter[str]


def read(folder: Path) -> RawWordNet:
    """Read a WordNet `dict` folder: data, index, exception, sense-index and count files."""
    synsets = {
        (synset.part, synset.offset): synset for part in PARTS for synset in _data(folder, part)
    }
    glosses: Counter[str] = Counter()
    for synset in synsets.values():
        glosses.update(_GLOSS_WORD.findall(synset.gloss.lower()))
    return RawWordNet(
        synsets=synsets,
        senses={key: offsets for part in PARTS for key, offsets in _index(folder, part)},
        counts=_counts(folder),
        irregular={part: tuple(_exceptions(folder, part)) for part in PARTS},
        gloss_counts=glosses,
    )


def _lines(path: Path) -> Iterator[str]:
    """The lines of a file without its licence header, which starts with two spaces."""
    with path.open(encoding="ascii") as file:
        for line in file:
            if not line.startswith("  "):
                yield line.rstrip("\n")


def _data(folder: Path, part: str) -> Iterator[RawSynset]:
    for line in _lines(folder / f"data.{PARTS[part]}"):
        head, _, gloss = line.partition(" | ")
        yield _synset(part, head.split(), gloss)


def _synset(part: str, fields: list[str], gloss: str) -> RawSynset:
    size = int(fields[3], 16)
    words = tuple(fields[4 : 4 + 2 * size : 2])
    start = 5 + 2 * size
    pointers = int(fields[start - 1])
    antonyms, usage = [], []
    head = None
    for at in range(start, start + 4 * pointers, 4):
        symbol, offset, target_part, ends = fields[at : at + 4]
        target = ("a" if target_part == "s" else target_part, int(offset))
        if symbol == "!":
            own, other = bytes.fromhex(ends)
            antonyms.append((own, target, other))
        elif symbol == "&" and fields[2] == "s":
            head = target
        elif symbol == ";u":
            usage.append(target)
    return RawSynset(
        part=part,
        offset=int(fields[0]),
        file=int(fields[1]),
        words=words,
        antonyms=tuple(antonyms),
        head=head,
        usage=tuple(usage),
        gloss=gloss,
    )


def _index(folder: Path, part: str) -> Iterator[tuple[tuple[str, str], tuple[int, ...]]]:
    for line in _lines(folder / f"index.{PARTS[part]}"):
        fields = line.split()
        senses = int(fields[2])
        yield (fields[0], part), tuple(int(offset) for offset in fields[-senses:])


def _counts(folder: Path) -> dict[tuple[str, str, int], int]:
    """Tag counts by (lemma, part of speech, offset); senses never tagged are left out."""
    tagged = {}
    for line in _lines(folder / "cntlist.rev"):
        key, _, count = line.split()
        tagged[key] = int(count)
    counts = {}
    for line in _lines(folder / "index.sense"):
        key, offset, _ = line.split(" ", 2)
        if key in tagged:
            lemma, _, rest = key.partition("%")
            counts[lemma, _KEY_PARTS[rest[0]], int(offset)] = tagged[key]
    return counts


def _exceptions(folder: Path, part: str) -> Iterator[tuple[str, str]]:
    for line in _lines(folder / f"{PARTS[part]}.exc"):
        form, *lemmas = line.split()
        for lemma in lemmas:
            yield form, lemma
