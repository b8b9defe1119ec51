"""The shipped index against NLTK's own WordNet reader, on Debian's files.

NLTK wants a folder `corpora/wordnet` on its data path, none of whose files is hard-linked or
writable by the group, and a file `lexnames` that Debian leaves out: so the files are copied.
"""

import hashlib
import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from augment.lexicons import build_wordnet, store, wndb
from augment.lexicons.wordnet import LEXICAL_FILES, PARTS, Part, WordNet

DEBIAN = Path("/usr/share/wordnet")
SAMPLE = 2_000
PARTS_OF_FILES = ("noun", "verb", "adj", "adv")
FILES = (
    *(f"{kind}.{part}" for kind in ("data", "index") for part in PARTS_OF_FILES),
    *(f"{part}.exc" for part in PARTS_OF_FILES),
    "index.sense",
    "cntlist.rev",
)
CATEGORIES = {"noun": 1, "verb": 2, "adj": 3, "adv": 4}

nltk = pytest.importorskip("nltk", reason="NLTK is not installed: pip install nltk")
if not all((DEBIAN / name).exists() for name in FILES):
    pytest.skip(
        "Debian's WordNet is not installed: apt-get install wordnet-base wordnet-sense-index",
        allow_module_level=True,
    )


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    data = tmp_path_factory.mktemp("nltk_data")
    root = data / "corpora" / "wordnet"
    root.mkdir(parents=True)
    for name in FILES:
        shutil.copyfile(DEBIAN / name, root / name)
    lines = [
        f"{number:02}\t{name}\t{CATEGORIES[name.split('.')[0]]}\n"
        for number, name in enumerate(LEXICAL_FILES.split())
    ]
    (root / "lexnames").write_text("".join(lines), encoding="ascii")
    for path in (data, root.parent, root, *root.iterdir()):
        path.chmod(0o755 if path.is_dir() else 0o644)
    nltk.data.path.insert(0, str(data))
    from nltk.corpus.reader.wordnet import WordNetCorpusReader

    with pytest.warns(UserWarning, match="multilingual functions are not available"):
        found = WordNetCorpusReader(nltk.data.find("corpora/wordnet"), None)
    yield found
    nltk.data.path.remove(str(data))


@pytest.fixture(scope="module")
def wordnet() -> WordNet:
    return WordNet.load()


@pytest.fixture(scope="module")
def sample(wordnet: WordNet) -> list[str]:
    lemmas = list(wordnet.lemmas())
    frequent = [lemma for lemma in lemmas if any(wordnet.count(lemma, part) for part in PARTS)]
    draw = random.Random(2)
    return draw.sample(frequent, SAMPLE // 2) + draw.sample(lemmas, SAMPLE // 2)


def named(reader: Any, lemma: str, part: Part) -> list[Any]:
    """NLTK's senses of exactly this lemma.

    Its look-up answers for base forms too ("folk" for "folks"), and so may give a synset twice.
    """
    synsets = dict.fromkeys(reader.synsets(lemma, part))
    return [
        found
        for synset in synsets
        for found in [one for one in synset.lemmas() if one.name().lower() == lemma][:1]
    ]


def test_senses_synonyms_files_and_counts_are_nltks(
    reader: Any, wordnet: WordNet, sample: list[str]
) -> None:
    counts = {}
    for line in (DEBIAN / "cntlist.rev").read_text(encoding="ascii").splitlines():
        key, _, count = line.split()
        counts[key] = int(count)  # as Lemma.count() reads them, but 200 times faster
    for lemma in sample:
        for part in PARTS:
            ours = [
                (
                    wordnet.synset(sense.synset).words,
                    wordnet.synset(sense.synset).file,
                    sense.count,
                )
                for sense in wordnet.senses(lemma, part)
            ]
            theirs = [
                (
                    tuple(found.synset().lemma_names()),
                    found.synset().lexname(),
                    counts.get(found.key(), 0),
                )
                for found in named(reader, lemma, part)
            ]
            assert ours == theirs, (lemma, part)


def test_antonyms_are_nltks(reader: Any, wordnet: WordNet, sample: list[str]) -> None:
    found = 0
    for lemma in [*sample, "good", "bad", "hot", "rise", "man", "quickly", "always"]:
        for part in PARTS:
            theirs = {
                other.name() for one in named(reader, lemma, part) for other in one.antonyms()
            }
            assert wordnet.antonyms(lemma, part) == theirs, (lemma, part)
            found += len(theirs)
    assert found > 200


def test_nltks_own_count_agrees_on_a_few(reader: Any, wordnet: WordNet) -> None:
    for lemma, part in (("car", "n"), ("run", "v"), ("good", "a")):
        known = next(one for one in PARTS if one == part)
        first = named(reader, lemma, known)[0]
        assert wordnet.senses(lemma, known)[0].count == first.count()


def test_the_shipped_index_is_what_the_build_makes_of_these_files() -> None:
    assert store.text("wordnet.txt.gz") == build_wordnet.pack(wndb.read(DEBIAN))
    manifest = json.loads(store.shipped().joinpath(store.MANIFEST).read_text(encoding="utf-8"))
    for name in FILES:
        digest = hashlib.sha256((DEBIAN / name).read_bytes()).hexdigest()
        assert manifest["sources"][name]["sha256"] == digest, name


def test_the_lemmas_are_nltks(reader: Any, wordnet: WordNet) -> None:
    theirs = {lemma for part in PARTS for lemma in reader.all_lemma_names(part)}
    assert set(wordnet.lemmas()) == theirs
