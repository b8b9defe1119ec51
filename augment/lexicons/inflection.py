"""Takes inflection off a word (`lemma`) and puts it on another (`inflect`), by Penn tag.

Regular forms come from `rules.py`; the data file has the words that depart from them, made with
`lemminflect` and WordNet's exception lists.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import Self

from augment.lexicons import rules, store
from augment.lexicons.wordnet import Part, WordNet

FILE = "inflections.txt.gz"
NONE, REGULAR = "-", "+"  # "no such form is used"; "the rule's form is right" (comparatives)
_BASE_TAGS = frozenset({"NN", "VB", "VBP", "JJ", "RB"})
_COMPARED = frozenset({"JJR", "JJS", "RBR", "RBS"})


def part_of(tag: str) -> Part | None:
    """WordNet's part of speech for a Penn tag of a content word; None for all others."""
    match tag:
        case "NN" | "NNS":
            return "n"
        case "VB" | "VBP" | "VBZ" | "VBD" | "VBN" | "VBG":
            return "v"
        case "JJ" | "JJR" | "JJS":
            return "a"
        case "RB" | "RBR" | "RBS":
            return "r"
        case _:
            return None


@dataclass(frozen=True, eq=False, repr=False)
class Inflector:
    """Rules, exceptions, and the WordNet lemmas that decide between possible base forms.

    >>> inflector = Inflector.load(WordNet.load())
    >>> inflector.lemma("children", "NNS"), inflector.inflect("kid", "NNS")
    ('child', 'kids')
    """

    _wordnet: WordNet
    _exceptions: Mapping[str, str]
    _lemmas: Mapping[tuple[str, str], str]

    @classmethod
    def load(cls, wordnet: WordNet, folder: Traversable | None = None) -> Self:
        """Read the shipped exceptions; ResourceError if they are missing or damaged."""
        return cls.parse(store.text(FILE, folder), wordnet)

    @classmethod
    def parse(cls, packed: str, wordnet: WordNet) -> Self:
        """Read lines of `lemma<TAB>TAG form/variant<TAB>TAG form`."""
        exceptions = dict([line.split("\t", 1) for line in packed.splitlines()])
        lemmas: dict[tuple[str, str], str] = {}
        for lemma, line in exceptions.items():
            for entry in line.split("\t"):
                tag, _, forms = entry.partition(" ")
                if forms not in {NONE, REGULAR}:
                    for form in forms.split("/"):
                        key = (form, tag)
                        if key not in lemmas or _commoner(wordnet, lemma, lemmas[key], tag):
                            lemmas[key] = lemma
        return cls(wordnet, exceptions, lemmas)

    def lemma(self, word: str, tag: str) -> str:
        """The base form of a word, lower case; the word itself where none is known.

        >>> Inflector.load(WordNet.load()).lemma("Travelled", "VBD")
        'travel'
        """
        form = word.lower()
        part = part_of(tag)
        if part is None or tag in _BASE_TAGS:
            return form
        known = [stem for stem in rules.stems(form, tag) if self._takes_rule(stem, tag, part)]
        irregular = self._lemmas.get((form, tag))
        if irregular is not None:
            known.append(irregular)
        if not known:
            return form
        return max(known, key=lambda stem: _weight(self._wordnet, stem, part))

    def inflect(self, lemma: str, tag: str) -> str | None:
        """The form of a base form for a tag; None where no form is known to be right.

        >>> inflector = Inflector.load(WordNet.load())
        >>> inflector.inflect("go", "VBD"), inflector.inflect("beautiful", "JJR")
        ('went', None)
        """
        if tag in _BASE_TAGS:
            return lemma
        if tag not in rules.SUFFIX_TAGS:
            return None
        form = self._exception(lemma, tag)
        if form is None:
            return None if tag in _COMPARED else rules.regular(lemma, tag)
        if form == REGULAR:
            return rules.regular(lemma, tag)
        return None if form == NONE else form.partition("/")[0]

    def _exception(self, lemma: str, tag: str) -> str | None:
        for entry in self._exceptions.get(lemma, "").split("\t"):
            if entry.startswith(tag):
                return entry[len(tag) + 1 :]
        return None

    def _takes_rule(self, stem: str, tag: str, part: Part) -> bool:
        """Whether the word is known, and the rule's form for this tag is one of its forms."""
        return self._wordnet.has(stem, part) and self._exception(stem, tag) in {None, REGULAR, NONE}


def _weight(wordnet: WordNet, lemma: str, part: Part) -> tuple[int, int]:
    return wordnet.count(lemma, part), wordnet.gloss_count(lemma)


def _commoner(wordnet: WordNet, lemma: str, other: str, tag: str) -> bool:
    part = part_of(tag)
    return part is not None and _weight(wordnet, lemma, part) > _weight(wordnet, other, part)
