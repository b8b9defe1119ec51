"""Packs WordNet into the text that `wordnet.py` reads: synsets, a blank line, lemmas."""

import re
from collections.abc import Iterator

from augment.lexicons.wndb import PARTS, RawSynset, RawWordNet

# What the usage pointers and the glosses say of a synset, as the letters of wordnet.REGISTERS.
_USAGES = {
    "o": {"disparagement", "ethnic_slur", "obscenity"},
    "a": {"archaism", "dialect", "regionalism"},
    "s": {"slang", "trade_name", "trademark", "combining_form", "colloquialism", "street_name"},
}
_GLOSSES = {
    "o": re.compile(
        r"\boffensive (?:term|name|word)|\(offensive|ethnic slur|obscen|vulgar|derogat"
    ),
    "a": re.compile(r"\b(?:archaic|obsolete|dialect|poetic|old-fashioned|formerly)\b"),
    "s": re.compile(r"^\([^)]*\b(?:slang|informal|trademark|used in combination)"),
    "d": re.compile(r"^\((?!used|usually|often|sometimes|followed|formal|of |plural|figurative)"),
    "f": re.compile(r"^\((?:\w+ )?(?:used|followed)\b"),
}


def pack(wordnet: RawWordNet) -> str:
    """The whole index as text, without glosses.

    A synset line is `file words`, and after a tab its pointers: `!word:synset:word` for an
    antonym, `&synset` for the head of a satellite adjective, `~letters` for registers.
    A lemma line is tab-separated: the lemma, how often the glosses use it, then per part of speech
    its senses in WordNet's order, `synset:count`, the count left out where it is 0.
    """
    numbers = {key: number for number, key in enumerate(wordnet.synsets)}
    synsets = (
        _synset_line(synset, numbers, _registers(synset, wordnet))
        for synset in wordnet.synsets.values()
    )
    return "\n".join([*synsets, "", *sorted(_lemma_lines(wordnet, numbers))]) + "\n"


def _synset_line(synset: RawSynset, numbers: dict[tuple[str, int], int], registers: str) -> str:
    pointers = [
        f"!{word}:{numbers[target]}:{target_word}" for word, target, target_word in synset.antonyms
    ]
    if synset.head is not None:
        pointers.append(f"&{numbers[synset.head]}")
    if registers:
        pointers.append(f"~{registers}")
    line = f"{synset.file} {' '.join(synset.words)}"
    return f"{line}\t{' '.join(pointers)}" if pointers else line


def _registers(synset: RawSynset, wordnet: RawWordNet) -> str:
    usages = {wordnet.synsets[target].words[0] for target in synset.usage}
    definition = synset.gloss.partition('"')[0]
    return "".join(
        letter
        for letter, pattern in _GLOSSES.items()
        if pattern.search(definition) or usages & _USAGES.get(letter, set())
    )


def _lemma_lines(wordnet: RawWordNet, numbers: dict[tuple[str, int], int]) -> Iterator[str]:
    for lemma in {lemma for lemma, _ in wordnet.senses}:
        fields = [lemma, str(wordnet.gloss_counts[lemma])]
        for part in PARTS:
            offsets = wordnet.senses.get((lemma, part), ())
            if offsets:
                senses = (
                    _sense(numbers[part, offset], wordnet.counts.get((lemma, part, offset), 0))
                    for offset in offsets
                )
                fields.append(f"{part}{' '.join(senses)}")
        yield "\t".join(fields)


def _sense(synset: int, count: int) -> str:
    return f"{synset}:{count}" if count else str(synset)
