"""The regular inflection of English, as rules; what departs from it is data.

Source of the rules: R. Quirk et al., "A Comprehensive Grammar of the English Language" (1985),
sections 3.5-3.10 (verbs), 5.79-5.81 (nouns) and 7.79 (adjectives).
"""

import re

_SIBILANT = re.compile(r"(?:s|x|z|ch|sh)$")
_CONSONANT_Y = re.compile(r"(?:[^aeiou]|qu)y$")
_DOUBLES = re.compile(r"^(?:[^aeiou]|qu)*[aeiou][^aeiouwxy]$")
_KEEPS_E = re.compile(r"(?:ee|oe|ye)$")  # seeing, hoeing, dyeing

SUFFIX_TAGS = ("NNS", "VBZ", "VBD", "VBN", "VBG", "JJR", "JJS", "RBR", "RBS")


def regular(lemma: str, tag: str) -> str:
    """The form that the rules give for one of SUFFIX_TAGS.

    >>> [regular("stop", tag) for tag in ("VBZ", "VBD", "VBG")]
    ['stops', 'stopped', 'stopping']
    """
    match tag:
        case "NNS" | "VBZ":
            return _with_s(lemma)
        case "VBD" | "VBN":
            return _with_e(lemma, "ed")
        case "VBG":
            return _with_ing(lemma)
        case "JJR" | "RBR":
            return _with_e(lemma, "er")
        case "JJS" | "RBS":
            return _with_e(lemma, "est")
        case _:
            raise ValueError(f"{tag} is not an inflected tag; those are {', '.join(SUFFIX_TAGS)}")


def stems(form: str, tag: str) -> tuple[str, ...]:
    """The base forms from which the rules could have made this form, most likely first."""
    found = []
    for ending in _ENDINGS[tag]:
        stem = form.removesuffix(ending)
        if stem != form:
            doubled = stem[:-1] if len(stem) > 2 and stem[-1] == stem[-2] else stem
            found += [stem, f"{stem}e", doubled, f"{stem}ie" if ending == "ying" else stem]
            if ending[0] == "i":  # cities, tried, happier
                found.append(f"{stem}y")
    return tuple(stem for stem in dict.fromkeys(found) if stem and regular(stem, tag) == form)


_ENDINGS = {
    "NNS": ("s", "es", "ies"),
    "VBZ": ("s", "es", "ies"),
    "VBD": ("ed", "ied"),
    "VBN": ("ed", "ied"),
    "VBG": ("ing", "ying"),
    "JJR": ("er", "ier"),
    "RBR": ("er", "ier"),
    "JJS": ("est", "iest"),
    "RBS": ("est", "iest"),
}


def _with_s(lemma: str) -> str:
    if _CONSONANT_Y.search(lemma):
        return f"{lemma[:-1]}ies"
    return f"{lemma}es" if _SIBILANT.search(lemma) else f"{lemma}s"


def _with_e(lemma: str, ending: str) -> str:
    if lemma.endswith("e"):
        return lemma + ending[1:]
    if _CONSONANT_Y.search(lemma):
        return f"{lemma[:-1]}i{ending}"
    return _doubled(lemma) + ending


def _with_ing(lemma: str) -> str:
    if lemma.endswith("ie"):
        return f"{lemma[:-2]}ying"
    if lemma.endswith("e") and not _KEEPS_E.search(lemma):
        return f"{lemma[:-1]}ing"
    return f"{_doubled(lemma)}ing"


def _doubled(lemma: str) -> str:
    return lemma + lemma[-1] if _DOUBLES.search(lemma) else lemma
