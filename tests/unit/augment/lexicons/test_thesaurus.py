"""What may be replaced, and by what; and the laws that hold for every candidate."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from augment.lexicons import store
from augment.lexicons.thesaurus import Thesaurus
from augment.lexicons.wordnet import PARTS, WordNet

TAGS = {"n": ("NN", "NNS"), "v": ("VB", "VBD", "VBG"), "a": ("JJ", "JJR"), "r": ("RB",)}


@pytest.fixture(scope="module")
def thesaurus() -> Thesaurus:
    return Thesaurus.load()


@pytest.mark.parametrize(
    ("word", "tag", "candidate"),
    [
        ("children", "NNS", "kids"), ("Purchased", "VBD", "Bought"), ("CAR", "NN", "AUTOMOBILE"),
        ("movies", "NNS", "films"), ("quickly", "RB", "rapidly"), ("begins", "VBZ", "starts"),
        ("strongest", "JJS", "most powerful"), ("Huge", "JJ", "Vast"),
        ("buying", "VBG", "purchasing"),
    ],
)  # fmt: skip
def test_candidates_have_the_form_and_the_casing_of_the_word(
    thesaurus: Thesaurus, word: str, tag: str, candidate: str
) -> None:
    found = thesaurus.candidates(word, tag)
    if " " in candidate:
        assert candidate not in found
    else:
        assert candidate in found


@pytest.mark.parametrize(
    ("word", "tag"),
    [
        ("He", "PRP"), ("the", "DT"), ("would", "MD"), ("has", "VBZ"), ("is", "VBZ"), ("not", "RB"),
        ("two", "CD"), ("Paris", "NNP"), ("Carpenters", "NNPS"), ("b2b", "NN"), ("x", "NN"),
        ("I", "NN"), ("can", "NN"), ("will", "NN"), ("don't", "VBP"), ("3rd", "JJ"), ("", "NN"),
        ("well-known", "JJ"), ("zzyx", "NN"), ("Monday", "NN"), ("https://a.b", "NN"),
    ],
)  # fmt: skip
def test_words_that_are_never_replaced(thesaurus: Thesaurus, word: str, tag: str) -> None:
    assert thesaurus.candidates(word, tag) == ()
    assert thesaurus.candidates(word, tag, phrases=True) == ()


def test_the_tag_decides(thesaurus: Thesaurus) -> None:
    assert "help" in thesaurus.candidates("assistance", "NN")
    assert thesaurus.candidates("purchase", "JJ") == ()


@pytest.mark.parametrize(
    ("kept", "changed", "candidate"),
    [
        (("called", "VBD"), ("called", "VBN"), "named"),
        (("used", "VBD"), ("used", "VBN"), "utilized"),
        (("rule", "NN"), ("rules", "NNS"), "regulations"),
        (("people", "NN"), ("people", "NNS"), "individuals"),
        (("thinking", "VBG"), ("think", "VBP"), "believe"),
    ],
)
def test_a_form_may_be_fixed_where_others_of_its_lemma_change(
    thesaurus: Thesaurus, kept: tuple[str, str], changed: tuple[str, str], candidate: str
) -> None:
    assert thesaurus.candidates(*kept) == ()
    assert candidate in thesaurus.candidates(*changed)


def test_only_a_reader_brings_in_a_fixed_word(thesaurus: Thesaurus) -> None:
    assert "get" in thesaurus.candidates("receive", "VB")
    assert thesaurus.candidates("get", "VB") == ()
    assert not thesaurus._vocabulary.may_enter_unread("get")


def test_a_past_that_hangs_on_the_tag_alone_is_not_made(thesaurus: Thesaurus) -> None:
    """ "selected" is past or participle; "chose" is one of them, and the tag may be wrong."""
    assert "chose" not in thesaurus.candidates("selected", "VBD")
    assert "choose" in thesaurus.candidates("select", "VB")


def all_answers(thesaurus: Thesaurus) -> list[tuple[str, str, tuple[str, ...]]]:
    return [
        (lemma, part, thesaurus.synonyms(lemma, part))
        for lemma in thesaurus.wordnet.lemmas()
        if lemma.isalpha() and thesaurus._vocabulary.may_change(lemma)
        for part in PARTS
        if thesaurus.wordnet.has(lemma, part)
    ]


def test_laws_for_every_synonym_of_the_dictionary(thesaurus: Thesaurus) -> None:
    function = store.words("function_words.txt")
    wordnet, polarity = thesaurus.wordnet, thesaurus._polarity
    answers = [answer for answer in all_answers(thesaurus) if answer[2]]
    assert len(answers) > 4_000
    for lemma, letter, synonyms in answers:
        part = next(known for known in PARTS if known == letter)
        for synonym in synonyms:
            pair = (lemma, part, synonym)
            assert synonym not in function, pair
            assert synonym != lemma, pair
            assert synonym.isalpha(), pair
            assert synonym.islower(), pair
            assert wordnet.has(synonym, part), pair
            assert synonym not in wordnet.antonyms(lemma, part), pair
            assert not polarity.differs(lemma, synonym, part), pair
            assert thesaurus._vocabulary.may_enter(synonym), pair
        assert len(set(synonyms)) == len(synonyms), lemma


def test_phrases_come_only_when_asked_for(thesaurus: Thesaurus) -> None:
    words = [lemma for lemma, _, _ in all_answers(thesaurus)[:20_000]]
    single = [found for word in words for found in thesaurus.candidates(word, "NN")]
    phrases = [found for word in words for found in thesaurus.candidates(word, "NN", phrases=True)]
    assert not any(" " in found or "_" in found for found in single)
    assert any(" " in found for found in phrases)
    assert not any("_" in found for found in phrases)


@given(word=st.text(max_size=12), tag=st.sampled_from(["NN", "NNS", "VBD", "JJ", "RB", "XX", ""]))
def test_any_text_has_an_answer(thesaurus: Thesaurus, word: str, tag: str) -> None:
    found = thesaurus.candidates(word, tag)
    assert all(candidate.lower() != word.lower() for candidate in found)


def test_eight_threads_give_the_serial_answer(thesaurus: Thesaurus) -> None:
    words = list(WordNet.load().lemmas())[::40]
    asked = [(word, tag) for word in words for tags in TAGS.values() for tag in tags]
    serial = [thesaurus.candidates(word, tag) for word, tag in asked]
    fresh = Thesaurus.load()
    with ThreadPoolExecutor(8) as pool:
        again = list(pool.map(lambda pair: fresh.candidates(*pair), asked, chunksize=50))
    assert again == serial


def test_the_reviewed_lists_hold_what_the_rules_demand(thesaurus: Thesaurus) -> None:
    for name in ("reviewed.txt", "reviewed_none.txt"):
        for line in store.lines(name):
            letter, word, *others = line.split()
            part = next(known for known in PARTS if known == letter)
            assert thesaurus.wordnet.has(word, part), line
            assert others or name == "reviewed_none.txt", line


def test_each_lemma_is_reviewed_once() -> None:
    read = [tuple(line.split()[:2]) for line in store.lines("reviewed.txt")]
    read += [
        (line.split()[0], word)
        for line in store.lines("reviewed_none.txt")
        for word in line.split()[1:]
    ]
    assert len(read) == len(set(read))


OPPOSITES = {
    "JJ": "happy/sad good/bad hot/cold hot/cool cheap/expensive easy/difficult easy/hard rich/poor "
    "true/false early/late high/low open/closed big/small large/tiny new/old young/old fast/slow "
    "strong/weak dead/alive safe/dangerous clean/dirty right/wrong light/dark polite/rude "
    "huge/tiny beautiful/ugly wealthy/poor clever/stupid",
    "NN": "success/failure love/hatred war/peace friend/enemy day/night top/bottom beginning/end "
    "winner/loser profit/loss increase/decrease parent/child husband/wife",
    "VB": "love/hate buy/sell increase/decrease win/lose open/close accept/reject arrive/leave "
    "remember/forget start/stop push/pull agree/disagree allow/forbid raise/lower",
    "RB": "quickly/slowly well/badly early/late happily/sadly easily/hardly",
}  # fmt: skip


@pytest.mark.parametrize("tag", OPPOSITES)
def test_no_opposite_is_accepted_from_elsewhere(thesaurus: Thesaurus, tag: str) -> None:
    for pair in OPPOSITES[tag].split():
        one, other = pair.split("/")
        assert not thesaurus.accepts(one, tag, other), pair
        assert not thesaurus.accepts(other, tag, one), pair


@pytest.mark.parametrize(
    ("word", "tag", "new", "accepted"),
    [
        ("coffee", "NN", "tea", True), ("walked", "VBD", "strolled", True),
        ("walked", "VBD", "stroll", False), ("dogs", "NNS", "cat", False),
        ("dog", "NN", "dozen", False), ("man", "NN", "london", False),
        ("man", "NN", "monday", False), ("the", "DT", "cat", False), ("man", "NN", "the", False),
        ("teacher", "NN", "teaching", False), ("man", "NN", "xqzt", False),
        ("tall", "JJ", "useless", False), ("helpful", "JJ", "unpaid", False),
        ("tall", "JJ", "lean", True),
    ],
)  # fmt: skip
def test_words_from_elsewhere_keep_the_form(
    thesaurus: Thesaurus, word: str, tag: str, new: str, accepted: bool
) -> None:
    assert thesaurus.accepts(word, tag, new) is accepted
