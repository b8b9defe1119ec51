"""A few synsets in WordNet's own file format, packed by the build script and read back."""

from pathlib import Path

import pytest

from augment.errors import ResourceError
from augment.lexicons import build_wordnet, wndb
from augment.lexicons.wordnet import Sense, WordNet

FILES = {
    "data.noun": """\
  1 This software and database is being provided to you, the LICENSEE, by
00000001 06 n 02 film 0 movie 0 000 | a form of "a film"
00000002 06 n 01 film 1 000 | a thin coating
00000003 05 n 02 dog 0 Canis_familiaris 0 000 | a member of the genus Canis
00000004 18 n 01 cur 1 001 ;u 00000005 n 0000 | a nasty person
00000005 10 n 01 slang 0 000 | informal language
""",
    "data.verb": "00000001 38 v 01 go 0 000 00 | move\n",
    "data.adj": """\
00000001 00 a 02 good 0 fine 0 001 ! 00000002 a 0101 | film of quality
00000002 00 a 01 bad 0 001 ! 00000001 a 0101 | not good
00000003 00 s 02 splendid 0 afraid(p) 0 001 & 00000001 a 0000 | very good
""",
    "data.adv": "00000001 02 r 01 well 0 000 | in a good way\n",
    "index.noun": """\
  1 This software and database is being provided to you, the LICENSEE, by
canis_familiaris n 1 0 1 0 00000003
cur n 1 1 ;u 1 0 00000004
dog n 1 0 1 1 00000003
film n 2 0 2 2 00000002 00000001
movie n 1 0 1 1 00000001
slang n 1 0 1 0 00000005
""",
    "index.verb": "go v 1 0 1 1 00000001\n",
    "index.adj": """\
afraid a 1 0 1 0 00000003
bad a 1 1 ! 1 1 00000002
fine a 1 0 1 1 00000001
good a 1 1 ! 1 1 00000001
splendid a 1 1 & 1 0 00000003
""",
    "index.adv": "well r 1 0 1 1 00000001\n",
    "index.sense": """\
bad%3:00:00:: 00000002 1 3
film%1:06:00:: 00000001 2 4
film%1:06:01:: 00000002 1 9
good%3:00:00:: 00000001 1 7
splendid%5:00:00:good:00 00000003 1 2
""",
    "cntlist.rev": """\
film%1:06:00:: 2 4
film%1:06:01:: 1 9
good%3:00:00:: 1 7
splendid%5:00:00:good:00 1 2
gone%1:06:00:: 1 1
""",
    "noun.exc": "geese goose\n",
    "verb.exc": "went go\n",
    "adj.exc": "better good\n",
    "adv.exc": "better well\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="ascii")
    return tmp_path


@pytest.fixture
def wordnet(folder: Path) -> WordNet:
    return WordNet.parse(build_wordnet.pack(wndb.read(folder)))


def test_senses_keep_the_order_of_the_index_and_their_counts(wordnet: WordNet) -> None:
    assert wordnet.senses("film", "n") == (Sense(1, 9), Sense(0, 4))
    assert wordnet.senses("splendid", "a")[0].count == 2
    assert wordnet.count("film", "n") == 13


def test_a_sense_that_was_never_tagged_counts_zero(wordnet: WordNet) -> None:
    assert [sense.count for sense in wordnet.senses("movie", "n")] == [0]


@pytest.mark.parametrize("lemma", ["fil", "films", "", "zz", "film\t", "\t"])
def test_unknown_lemmas_have_no_senses(wordnet: WordNet, lemma: str) -> None:
    assert wordnet.senses(lemma, "n") == ()
    assert lemma not in wordnet
    assert wordnet.gloss_count(lemma) == 0
    assert wordnet.parts(lemma) == 0


def test_a_lemma_is_known_per_part_of_speech(wordnet: WordNet) -> None:
    assert wordnet.has("film", "n")
    assert not wordnet.has("film", "v")
    assert wordnet.senses("film", "v") == ()


def test_words_keep_their_spelling_and_their_position(wordnet: WordNet) -> None:
    dog = wordnet.synset(wordnet.senses("dog", "n")[0].synset)
    assert dog.words == ("dog", "Canis_familiaris")
    assert dog.file == "noun.animal"
    splendid = wordnet.synset(wordnet.senses("splendid", "a")[0].synset)
    assert splendid.words == ("splendid", "afraid")
    assert splendid.positions == ("", "p")


def test_antonyms_belong_to_the_word_not_to_its_synset(wordnet: WordNet) -> None:
    assert wordnet.antonyms("good", "a") == {"bad"}
    assert wordnet.antonyms("bad", "a") == {"good"}
    assert wordnet.antonyms("fine", "a") == frozenset()


def test_a_satellite_points_to_its_head(wordnet: WordNet) -> None:
    satellite = wordnet.senses("splendid", "a")[0].synset
    good = wordnet.senses("good", "a")[0].synset
    assert wordnet.head(satellite) == good
    assert wordnet.head(good) is None


def test_usage_pointers_become_registers(wordnet: WordNet) -> None:
    assert wordnet.synset(wordnet.senses("cur", "n")[0].synset).registers == "s"


def test_gloss_counts_count_the_words_of_glosses(wordnet: WordNet) -> None:
    assert wordnet.gloss_count("film") == 2
    assert wordnet.gloss_count("good") == 3


def test_packing_is_deterministic(folder: Path) -> None:
    assert build_wordnet.pack(wndb.read(folder)) == build_wordnet.pack(wndb.read(folder))


def test_a_text_that_is_no_index_is_refused() -> None:
    with pytest.raises(ResourceError, match="no blank line between synsets and lemmas"):
        WordNet.parse("something else")


def test_the_shipped_index_is_the_whole_of_wordnet() -> None:
    wordnet = WordNet.load()
    lemmas = list(wordnet.lemmas())
    assert len(lemmas) == 147_306
    assert lemmas == sorted(lemmas)
    assert all(lemma in wordnet for lemma in lemmas[::997])
