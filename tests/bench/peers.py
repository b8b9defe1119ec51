"""Time the peers on the sentences given as JSON on standard input; runs in their environment.

Prints JSON: for each call its sentences per CPU-second, the median of several rounds, warm.
"""

import json
import pickle
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROUNDS = 3
DEBIAN = Path("/usr/share/wordnet")


class _SetsOnly(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in {("__builtin__", "set"), ("builtins", "set")}:
            raise pickle.UnpicklingError(f"{module}.{name}")
        return set


def prepare_nltk(folder: Path) -> None:
    """WordNet from Debian's files and the tagger from a package, as NLTK wants them."""
    import nltk

    corpus = folder / "corpora" / "wordnet"
    corpus.mkdir(parents=True)
    for path in DEBIAN.iterdir():
        if path.is_file():
            shutil.copyfile(path, corpus / path.name)
    names = (Path(__file__).parent / "lexnames.txt").read_text().split()
    part = {"noun": 1, "verb": 2, "adj": 3, "adv": 4}
    lines = [f"{i:02d}\t{name}\t{part[name.split('.')[0]]}" for i, name in enumerate(names)]
    (corpus / "lexnames").write_text("\n".join(lines) + "\n")
    spec = find_spec("textblob_aptagger")
    assert spec is not None
    assert spec.submodule_search_locations
    (file,) = Path(spec.submodule_search_locations[0]).glob("trontagger*.pickle")
    with file.open("rb") as stream:
        weights, tagdict, classes = _SetsOnly(stream, encoding="utf-8").load()
    tagger = folder / "taggers" / "averaged_perceptron_tagger_eng"
    tagger.mkdir(parents=True)
    for name, value in (("weights", weights), ("tagdict", tagdict), ("classes", sorted(classes))):
        target = tagger / f"averaged_perceptron_tagger_eng.{name}.json"
        target.write_text(json.dumps(value))
    nltk.data.path.insert(0, str(folder))


def rate(texts: list[str], call: Callable[[list[str]], object]) -> float:
    """Sentences per CPU-second: one warm-up, then the median round."""
    call(texts)
    rates = []
    for _ in range(ROUNDS):
        started = time.process_time()
        call(texts)
        rates.append(len(texts) / (time.process_time() - started))
    return round(statistics.median(rates), 1)


def main() -> None:
    """Measure all calls."""
    texts = json.load(sys.stdin)
    with tempfile.TemporaryDirectory() as folder:
        prepare_nltk(Path(folder))
        import nlpaug.augmenter.word as naw
        import textaugment

        synonyms = naw.SynonymAug(aug_src="wordnet")
        masks = naw.RandomWordAug(action="substitute", target_words=["[MASK]"], aug_p=0.15)
        wordnet = textaugment.Wordnet(v=True, n=True)
        json.dump(
            {
                "nlpaug SynonymAug": rate(texts, synonyms.augment),
                "nlpaug RandomWordAug to [MASK]": rate(texts, masks.augment),
                "textaugment Wordnet": rate(texts, lambda t: [wordnet.augment(x) for x in t]),
            },
            sys.stdout,
        )


if __name__ == "__main__":
    main()
