"""Finds the words whose forms depart from `rules.py`: `lemminflect`, WordNet's `*.exc`, usage.

`lemminflect` takes five seconds to load, so it is asked here, once, about every lower-case
single-word lemma of WordNet.
"""

from collections import Counter, defaultdict

from lemminflect import getAllInflections

from augment.lexicons import rules
from augment.lexicons.inflection import NONE, REGULAR
from augment.lexicons.wndb import RawWordNet

_TAGS = {
    "n": ("NOUN", ("NNS",)),
    "v": ("VERB", ("VBZ", "VBD", "VBN", "VBG")),
    "a": ("ADJ", ("JJR", "JJS")),
    "r": ("ADV", ("RBR", "RBS")),
}
_COMMON = 40  # a noun seen so often in the glosses, its plural never, counts as a mass noun
_COMPARED = frozenset({"JJR", "JJS", "RBR", "RBS"})


def pack(wordnet: RawWordNet, invariant: frozenset[str]) -> str:
    """Lines of `lemma<TAB>TAG form/variant<TAB>TAG form`, only where a rule does not do.

    `invariant` are the nouns whose plural is the same word; other nouns with no plural of their
    own are mass nouns.
    """
    variants = _variants(wordnet)
    entries: dict[str, list[str]] = defaultdict(list)
    for lemma, part in sorted(wordnet.senses):
        if not (lemma.isalpha() and lemma.isascii()):
            continue
        upos, tags = _TAGS[part]
        found = getAllInflections(lemma, upos=upos)
        for tag in tags:
            forms = _forms(lemma, tag, found.get(tag, ()), wordnet.gloss_counts, invariant)
            forms += [form for form in variants[lemma, tag] if form not in forms]
            departure = _departure(lemma, tag, forms)
            if departure:
                entries[lemma].append(f"{tag} {departure}")
    return "".join("\t".join([lemma, *entries[lemma]]) + "\n" for lemma in sorted(entries))


def _forms(
    lemma: str, tag: str, found: tuple[str, ...], usage: Counter[str], invariant: frozenset[str]
) -> list[str]:
    """The forms in use, best first; `[NONE]` for a noun without plural."""
    if tag == "NNS":
        if lemma in invariant:
            return [lemma]
        found = (
            tuple(form for form in found if form != lemma)
            if found
            else (rules.regular(lemma, tag),)
        )
        if not found or (usage[lemma] >= _COMMON and not any(usage[form] for form in found)):
            return [NONE]
    if found and found[0] == lemma:  # put, cut: the count of the form is that of the base
        return list(found)
    # lemminflect's order stands unless the glosses speak clearly for another form.
    return sorted(
        found, key=lambda form: -(usage[form] if usage[form] > 3 * usage[found[0]] + 3 else 0)
    )


def _departure(lemma: str, tag: str, forms: list[str]) -> str | None:
    """What to store for these forms; None where the rule alone gives the same answer."""
    rule = rules.regular(lemma, tag)
    if tag in _COMPARED:
        if not forms:
            return None
        return REGULAR if forms == [rule] else "/".join(forms)
    return None if forms in ([], [rule]) else "/".join(forms)


def _variants(wordnet: RawWordNet) -> dict[tuple[str, str], list[str]]:
    """The forms of WordNet's exception lists, to be read but not to be written."""
    variants: dict[tuple[str, str], list[str]] = defaultdict(list)
    for part, pairs in wordnet.irregular.items():
        for form, lemma in pairs:
            for tag in _tags_of(form, part):
                variants[lemma, tag].append(form)
    return variants


def _tags_of(form: str, part: str) -> tuple[str, ...]:
    if part == "n":
        return ("NNS",)
    if part == "v":
        return ("VBG",) if form.endswith("ing") else ("VBD", "VBN")
    superlative = form.endswith("st")
    if part == "a":
        return ("JJS",) if superlative else ("JJR",)
    return ("RBS",) if superlative else ("RBR",)
