"""Inflection by rule and by list, both ways."""

import pytest

from augment.lexicons import rules
from augment.lexicons.inflection import Inflector
from augment.lexicons.wordnet import WordNet


@pytest.fixture(scope="module")
def inflector() -> Inflector:
    return Inflector.load(WordNet.load())


FORMS = [
    ("child", "NNS", "children"), ("mouse", "NNS", "mice"), ("city", "NNS", "cities"),
    ("box", "NNS", "boxes"), ("potato", "NNS", "potatoes"), ("photo", "NNS", "photos"),
    ("wife", "NNS", "wives"), ("day", "NNS", "days"), ("analysis", "NNS", "analyses"),
    ("go", "VBD", "went"), ("go", "VBN", "gone"), ("go", "VBZ", "goes"), ("buy", "VBD", "bought"),
    ("stop", "VBD", "stopped"), ("stop", "VBG", "stopping"), ("occur", "VBD", "occurred"),
    ("visit", "VBD", "visited"), ("try", "VBD", "tried"), ("try", "VBZ", "tries"),
    ("play", "VBD", "played"), ("hope", "VBG", "hoping"), ("hop", "VBG", "hopping"),
    ("die", "VBG", "dying"), ("see", "VBG", "seeing"), ("panic", "VBG", "panicking"),
    ("quit", "VBG", "quitting"), ("put", "VBD", "put"), ("fix", "VBG", "fixing"),
    ("big", "JJR", "bigger"), ("happy", "JJS", "happiest"), ("good", "JJR", "better"),
    ("bad", "JJS", "worst"), ("simple", "JJR", "simpler"), ("fast", "RBR", "faster"),
    ("well", "RBS", "best"),
]  # fmt: skip


@pytest.mark.parametrize(("lemma", "tag", "form"), FORMS)
def test_forms_both_ways(inflector: Inflector, lemma: str, tag: str, form: str) -> None:
    assert inflector.inflect(lemma, tag) == form
    assert inflector.lemma(form, tag) == lemma
    assert inflector.lemma(form.capitalize(), tag) == lemma


@pytest.mark.parametrize("tag", ["NN", "VB", "VBP", "JJ", "RB"])
def test_base_tags_change_nothing(inflector: Inflector, tag: str) -> None:
    assert inflector.inflect("word", tag) == "word"
    assert inflector.lemma("Word", tag) == "word"


@pytest.mark.parametrize(
    ("lemma", "tag"),
    [
        ("beautiful", "JJR"), ("beautiful", "JJS"), ("quickly", "RBR"), ("fun", "JJR"),
        ("information", "NNS"), ("furniture", "NNS"), ("advice", "NNS"), ("house", "NNP"),
        ("house", "DT"), ("zzyx", "JJR"),
    ],
)  # fmt: skip
def test_no_form_where_none_is_known_to_be_right(
    inflector: Inflector, lemma: str, tag: str
) -> None:
    assert inflector.inflect(lemma, tag) is None


def test_both_spellings_are_read_one_is_written(inflector: Inflector) -> None:
    assert inflector.lemma("travelled", "VBD") == inflector.lemma("traveled", "VBD") == "travel"
    assert inflector.inflect("travel", "VBD") in {"traveled", "travelled"}


def test_an_unknown_word_is_its_own_lemma(inflector: Inflector) -> None:
    assert inflector.lemma("Blorfs", "NNS") == "blorfs"


@pytest.mark.parametrize(("tag", "part"), [("NNS", "n"), ("VBD", "v"), ("VBG", "v"), ("VBZ", "v")])
def test_common_words_survive_the_round_trip(inflector: Inflector, tag: str, part: str) -> None:
    """Inflected and taken back, all but homographs (axe and axis, lie and lay) are themselves."""
    wordnet = WordNet.load()
    assert part in {"n", "v"}
    known = [
        lemma for lemma in wordnet.lemmas()
        if lemma.isalpha() and wordnet.count(lemma, "n" if part == "n" else "v") >= 5
    ]  # fmt: skip
    forms = {lemma: inflector.inflect(lemma, tag) for lemma in known}
    back = [lemma for lemma, form in forms.items() if form and inflector.lemma(form, tag) == lemma]
    made = [lemma for lemma, form in forms.items() if form]
    assert len(made) > 500
    assert len(back) / len(made) > 0.985


def test_rules_refuse_a_tag_without_ending() -> None:
    with pytest.raises(ValueError, match="NN is not an inflected tag"):
        rules.regular("word", "NN")


@pytest.mark.parametrize("tag", rules.SUFFIX_TAGS)
@pytest.mark.parametrize("stem", ["stop", "try", "hope", "box", "play", "agree", "tie", "big"])
def test_stems_undo_the_rules(tag: str, stem: str) -> None:
    assert stem in rules.stems(rules.regular(stem, tag), tag)
