"""The compact WordNet index: senses in order with their tag counts, synonyms, antonyms.

Source: WordNet 3.0, Princeton University (licence in `NOTICE`); packed by `build_wordnet.py`.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import Literal, Self, get_args

from augment.errors import ResourceError
from augment.lexicons import store

Part = Literal["n", "v", "a", "r"]
PARTS: tuple[Part, ...] = get_args(Part)

FILE = "wordnet.txt.gz"
LEXICAL_FILES = (
    "adj.all adj.pert adv.all noun.Tops noun.act noun.animal noun.artifact noun.attribute "
    "noun.body noun.cognition noun.communication noun.event noun.feeling noun.food noun.group "
    "noun.location noun.motive noun.object noun.person noun.phenomenon noun.plant "
    "noun.possession noun.process noun.quantity noun.relation noun.shape noun.state "
    "noun.substance noun.time verb.body verb.change verb.cognition verb.communication "
    "verb.competition verb.consumption verb.contact verb.creation verb.emotion verb.motion "
    "verb.perception verb.possession verb.social verb.stative verb.weather adj.ppl"
)


@dataclass(frozen=True, slots=True)
class Sense:
    """One sense of a lemma: its synset, and how often it was tagged in SemCor (`count`)."""

    synset: int
    count: int


@dataclass(frozen=True, slots=True)
class Synset:
    """The words of one meaning, in WordNet's spelling: `dog`, `domestic_dog`, `Canis_familiaris`.

    `positions` has, for each word, where an adjective may stand: "a" before its noun only, "p"
    as a predicate only, "ip" right behind its noun, "" anywhere. `registers` has letters: "o"
    offensive, "a" archaic or dialect, "s" slang, informal or a trade name, "d" of one domain, "f"
    followed by or used with certain words.
    """

    file: str
    words: tuple[str, ...]
    positions: tuple[str, ...]
    registers: str


@dataclass(frozen=True, eq=False, repr=False)
class WordNet:
    """WordNet as two tables of raw lines, parsed on demand; nothing changes after loading.

    >>> wordnet = WordNet.load()
    >>> wordnet.synset(wordnet.senses("car", "n")[0].synset).words[:3]
    ('car', 'auto', 'automobile')
    >>> sorted(wordnet.antonyms("good", "a"))
    ['bad', 'evil']
    """

    _synsets: Sequence[str]
    _lemmas: Sequence[str]
    _files: tuple[str, ...]

    @classmethod
    def load(cls, folder: Traversable | None = None) -> Self:
        """Read the shipped index, or one in another folder; ResourceError if it is damaged."""
        return cls.parse(store.text(FILE, folder))

    @classmethod
    def parse(cls, packed: str) -> Self:
        """Read an index from the text that `build_wordnet.pack` made."""
        synsets, blank, lemmas = packed.partition("\n\n")
        if not blank:
            raise ResourceError(f"{FILE} has no blank line between synsets and lemmas; rebuild it")
        # The lemma lines are sorted, so they need no dict, which would double the time to load.
        return cls(synsets.split("\n"), lemmas.splitlines(), tuple(LEXICAL_FILES.split()))

    def __contains__(self, lemma: str) -> bool:
        return bool(self._line(lemma))

    def lemmas(self) -> Iterator[str]:
        """All lemmas, sorted, lower case, with `_` for a space."""
        return (line.partition("\t")[0] for line in self._lemmas)

    def gloss_count(self, lemma: str) -> int:
        """How often the glosses of WordNet (1.4 million words) use this very word form."""
        line = self._line(lemma)
        return int(line.split("\t", 2)[1]) if line else 0

    def senses(self, lemma: str, part: Part) -> tuple[Sense, ...]:
        """The senses of a lemma, in WordNet's order; empty where it has none."""
        line = self._line(lemma)
        start = line.find("\t" + part)
        if start < 0:
            return ()
        end = line.find("\t", start + 1)
        fields = line[start + 2 : end if end > 0 else None].split()
        return tuple([_sense(field) for field in fields])

    def count(self, lemma: str, part: Part) -> int:
        """How often the lemma was tagged with any of its senses."""
        return sum(sense.count for sense in self.senses(lemma, part))

    def has(self, lemma: str, part: Part) -> bool:
        """Whether the lemma is known with this part of speech."""
        return "\t" + part in self._line(lemma)

    def parts(self, lemma: str) -> int:
        """The number of parts of speech that the lemma is known with."""
        return max(0, self._line(lemma).count("\t") - 1)

    def synset(self, number: int) -> Synset:
        """The synset with this number."""
        line, _, pointers = self._synsets[number].partition("\t")
        file, *words = line.split(" ")
        split = [_position(word) for word in words]
        return Synset(
            file=self._files[int(file)],
            words=tuple([word for word, _ in split]),
            positions=tuple([position for _, position in split]),
            registers=pointers.partition("~")[2],
        )

    def antonyms(self, lemma: str, part: Part) -> frozenset[str]:
        """The words that are marked as opposites of this lemma in any of its senses."""
        return frozenset(
            word
            for sense in self.senses(lemma, part)
            for word in self.sense_antonyms(lemma, sense.synset)
        )

    def sense_antonyms(self, lemma: str, synset: int) -> tuple[str, ...]:
        """The opposites of one word of one synset."""
        pointers = self._pointers(synset)
        if "!" not in pointers:
            return ()
        words = [word.lower() for word in self.synset(synset).words]
        return tuple(
            self.synset(int(target)).words[int(at) - 1]
            for pointer in pointers.split(" ")
            if pointer[0] == "!"
            for own, target, at in (pointer[1:].split(":"),)
            if words[int(own) - 1] == lemma
        )

    def head(self, synset: int) -> int | None:
        """For a satellite adjective the synset it belongs to, whose opposites are its own too."""
        _, found, head = self._pointers(synset).partition("&")
        return int(head.partition(" ")[0]) if found else None

    def _line(self, lemma: str) -> str:
        """The whole line of a lemma, "" where there is none."""
        start = f"{lemma}\t"
        at = bisect_left(self._lemmas, start)
        line = self._lemmas[at] if at < len(self._lemmas) else ""
        return line if line.startswith(start) else ""

    def _pointers(self, synset: int) -> str:
        return self._synsets[synset].partition("\t")[2]


def _sense(field: str) -> Sense:
    synset, _, count = field.partition(":")
    return Sense(int(synset), int(count or 0))


def _position(word: str) -> tuple[str, str]:
    stem, _, position = word.partition("(")
    return stem, position.rstrip(")")
