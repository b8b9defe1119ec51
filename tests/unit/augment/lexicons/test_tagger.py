"""The tagger against a plain rendering of the averaged perceptron, and its contractions."""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from augment.lexicons.clitics import Clitics
from augment.lexicons.tagger import LANE_BITS, Tagger

TEXT = """The the dog dogs runs run ran quickly , . and of New York 1998 12 it It's well-known don't
they have bought a house in Paris because prices were falling - 'quoted' é naïve x U.S."""
WORDS = TEXT.split()


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    return Tagger.load()


def slow_tags(tagger: Tagger, tokens: list[str]) -> list[str]:
    """What NLTK's PerceptronTagger does, feature by feature."""

    def normal(word: str) -> str:
        if "-" in word and word[0] != "-":
            return "!HYPHEN"
        if word.isdigit() and len(word) == 4:
            return "!YEAR"
        return "!DIGITS" if word[0].isdigit() else word.lower()

    context = ["-START-", "-START2-", *map(normal, tokens), "-END-", "-END2-"]
    previous, second = "-START-", "-START2-"
    tags = []
    for i, word in enumerate(tokens, start=2):
        tag = tagger._single.get(word)
        if tag is None:
            scores: Counter[str] = Counter()
            for feature in (
                "bias", f"i suffix {word[-3:]}", f"i pref1 {word[0]}", f"i-1 tag {previous}",
                f"i-2 tag {second}", f"i tag+i-2 tag {previous} {second}", f"i word {context[i]}",
                f"i-1 tag+i word {previous} {context[i]}", f"i-1 word {context[i - 1]}",
                f"i-1 suffix {context[i - 1][-3:]}", f"i-2 word {context[i - 2]}",
                f"i+1 word {context[i + 1]}", f"i+1 suffix {context[i + 1][-3:]}",
                f"i+2 word {context[i + 2]}",
            ):  # fmt: skip
                at = tagger._features.get(feature)
                if at is not None:
                    for code in tagger._weights[tagger._starts[at] : tagger._starts[at + 1]]:
                        scores[tagger._tags[code & 63]] += code >> LANE_BITS
            tag = max(tagger._tags, key=lambda label: (scores[label], label))
        tags.append(tag)
        second, previous = previous, tag
    return tags


def test_packed_scores_give_the_answers_of_the_plain_perceptron(tagger: Tagger) -> None:
    plain = Tagger(**{
        name: getattr(tagger, name)
        for name in ("_tags", "_single", "_features", "_starts", "_weights", "_zero", "_base")
    }, _clitics=Clitics({}))  # fmt: skip
    draw = random.Random(5)
    words = [word for word in WORDS if "'" not in word]
    for _ in range(400):
        tokens = draw.choices(words, k=draw.randint(1, 12))
        assert list(plain.tag(tokens)) == slow_tags(tagger, tokens), tokens


def test_a_contraction_answers_with_the_tag_of_its_first_part(tagger: Tagger) -> None:
    assert tagger.tag(["They", "don't", "know", "."]) == ("PRP", "VBP", "VB", ".")
    assert tagger.tag(["It’s", "late"])[0] == "PRP"
    assert len(tagger.tag(["I", "cannot", "say", "she'll", "come"])) == 5


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("don't", ("do", "n't")),
        ("Can't", ("Ca", "n't")),
        ("cannot", ("can", "not")),
        ("dogs'", ("dogs", "'")),
        ("John's", ("John", "'s")),
        ("'s", ("'s",)),
        ("n't", ("n't",)),
        ("house", ("house",)),
        ("", ("",)),
    ],
)
def test_clitics_are_split_as_in_the_treebank(word: str, parts: tuple[str, ...]) -> None:
    assert Clitics.load().split(word) == parts


@pytest.mark.parametrize(
    "words", [[], [""], ["-"], ["😀"], ["\ud800"], ["a\tb"], ["١٢٣٤"], ["x" * 5000]]
)
def test_odd_words_get_a_tag_each(tagger: Tagger, words: list[str]) -> None:
    assert len(tagger.tag(words)) == len(words)


def test_eight_threads_give_the_serial_answer() -> None:
    draw = random.Random(9)
    sentences = [draw.choices(WORDS, k=12) for _ in range(400)]
    alone = Tagger.load()
    serial = [alone.tag(sentence) for sentence in sentences]
    shared = Tagger.load()
    with ThreadPoolExecutor(8) as pool:
        for _ in range(2):
            assert list(pool.map(shared.tag, sentences)) == serial


def test_memo_tables_stay_bounded(tagger: Tagger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("augment.lexicons.tagger._KEPT", 10)
    fresh = Tagger.load()
    words = [f"word{i}" for i in range(50)]
    assert fresh.tag(words) == tagger.tag(words)
    sizes = [len(fresh._own), len(fresh._around), len(fresh._pairs), len(fresh._trails)]
    assert max(sizes) <= 10


def test_fits_asks_whether_the_new_word_would_keep_the_tag(tagger: Tagger) -> None:
    words = ["She", "bought", "a", "car", "."]
    assert tagger.fits(words, 3, "vehicle", "NN")
    assert not tagger.fits(words, 3, "quickly", "NN")
