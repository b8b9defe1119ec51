"""What the checks let through and drop, and how fast: on copies that are right, and on wrong ones.

    python -m tests.bench.checks TEXTS.jsonl [TEXTS.jsonl ...]     (field `text`)

Right ones: back-translations (beam 4), synonym and masked copies as this library makes them. Wrong
ones are made of the same texts: another text, the words shuffled, half of the words gone, one word
turned into its antonym ("good" -> "bad"), a "not" put in behind the first auxiliary verb. Printed
for each: quantiles of the cosine, the share that each floor keeps, and the share that each other
check keeps. Where the rows have a `label`, `duplicates` and `labels` are fitted on all of them; the
label of "other text" is that of the text it stands for. Speeds are judged copies per CPU-second.
Of every file, COUNT texts of 6 to 40 words are taken, evenly spread.
"""

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from augment.build import build_pipeline
from augment.checks.base import Case, Judge
from augment.lexicons.tagging import tag_words
from augment.randomness import stream
from augment.record import Copy, Record
from augment.resources import Resources
from augment.spec import parse_spec
from augment.translation.settings import EngineSettings
from augment.words import split_words

FLOORS = (0.6, 0.7, 0.75, 0.8, 0.85, 0.9)
CHEAP = ("polarity", "language", "length", "repetition")
RIGHT = {
    "back-translation": {"kind": "back_translation", "beam": 4},
    "synonyms 0.2": {"kind": "synonyms"},
    "masking 0.15": {"kind": "masking"},
}
AUXILIARIES = frozenset(
    {"is", "are", "was", "were", "am", "be", "can", "could", "will", "would", "should", "may"}
    | {"might", "must", "do", "does", "did", "has", "have", "had"}
)


def main() -> None:
    """Measure, and print tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("texts", type=Path, nargs="+")
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument(
        "--examples", type=int, default=0, help="print so many dropped right copies"
    )
    args = parser.parse_args()
    with Resources(engine=EngineSettings(threads=args.threads)) as resources:
        for path in args.texts:
            texts = read_texts(path, args.count)
            pairs = {**right_pairs(texts, resources), **wrong_pairs(texts, resources)}
            print(f"\n{path.parent.name}/{path.name}: {len(texts)} texts")
            report(pairs, resources, args.examples)
            if rows := labelled(path):
                report_fitted(pairs, rows, resources)


def read_texts(path: Path, count: int) -> list[str]:
    """Texts of a middle length, from all over the file."""
    rows = (json.loads(line)["text"] for line in path.read_text("utf-8").splitlines())
    fit = [text for text in rows if 6 <= len(split_words(text)) <= 40]
    return fit[:: max(1, len(fit) // count)][:count]


def right_pairs(texts: Sequence[str], resources: Resources) -> dict[str, list[tuple[str, str]]]:
    """Copies that this library makes, by kind of step."""
    records = [Record(text, id=str(number)) for number, text in enumerate(texts)]
    found = {}
    for name, step in RIGHT.items():
        pipeline = build_pipeline(parse_spec({"steps": [step]}), resources)
        found[name] = [
            (outcome.record.text, copy.record.text)
            for outcome in pipeline.augment(records)
            for copy in outcome.copies
        ]
    return found


def wrong_pairs(texts: Sequence[str], resources: Resources) -> dict[str, list[tuple[str, str]]]:
    """Distorted copies, by what was done to them."""
    others = [*texts[len(texts) // 2 :], *texts[: len(texts) // 2]]
    return {
        "other text": list(zip(texts, others, strict=True)),
        "shuffled words": [(text, shuffled(text)) for text in texts],
        "half of it": [(text, half(text)) for text in texts],
        "antonym": [(text, new) for text in texts for new in antonyms(text, resources)],
        "negation": [(text, new) for text in texts for new in negated(text)],
    }


def shuffled(text: str) -> str:
    """All words in another order."""
    words = split_words(text)
    return " ".join(word.surface for word in stream(0, "shuffle", text).sample(words, len(words)))


def half(text: str) -> str:
    """The first half of the words."""
    words = split_words(text)
    return text[: words[len(words) // 2 - 1].end] + "."


def antonyms(text: str, resources: Resources) -> Iterator[str]:
    """The text with its first adjective or adverb that has an antonym turned round, if any."""
    wordnet = resources.thesaurus().wordnet
    words = split_words(text)
    tagged = tag_words(text, words, resources.tagger())
    for word, place in zip(words, tagged.places, strict=True):
        part = {"JJ": "a", "RB": "r", "VB": "v", "VBP": "v"}.get(tagged.tags[place])
        if part is not None:
            found = sorted(wordnet.antonyms(word.surface.lower(), part))  # type: ignore[arg-type]
            if found and found[0].isalpha():
                yield text[: word.start] + found[0] + text[word.end :]
                return


def negated(text: str) -> Iterator[str]:
    """The text with "not" behind its first auxiliary verb, if it has one."""
    for word in split_words(text):
        if word.surface.lower() in AUXILIARIES:
            yield f"{text[: word.end]} not{text[word.end :]}"
            return


def report(pairs: dict[str, list[tuple[str, str]]], resources: Resources, examples: int) -> None:
    """Print one line a kind of pair."""
    checks = {"meaning": judge({"kind": "meaning", "floor": -1.0}, resources)}
    checks |= {kind: judge({"kind": kind}, resources) for kind in CHEAP}
    spent = dict.fromkeys(checks, 0.0)
    heads = ["1 %", "5 %", "25 %", "median", *(f">={floor:g}" for floor in FLOORS), *CHEAP]
    print(f"{'pairs':18}{'n':>5}  " + "".join(f"{head:>9}" for head in heads))
    judged = 0
    for name, both in pairs.items():
        cases = [
            Case(Record(text, id=str(i)), Copy(Record(new, id=str(i)), 1, ()))
            for i, (text, new) in enumerate(both)
        ]
        judged += len(cases)
        verdicts = {}
        for kind, check in checks.items():
            began = time.process_time()
            verdicts[kind] = check.judge(cases)
            spent[kind] += time.process_time() - began
        cosines = np.array([verdict.score for verdict in verdicts["meaning"]])
        cells = [f"{np.quantile(cosines, q):9.3f}" for q in (0.01, 0.05, 0.25, 0.5)]
        cells += [f"{(cosines >= floor).mean():9.1%}" for floor in FLOORS]
        for kind in CHEAP:
            dropped = [i for i, v in enumerate(verdicts[kind]) if v.refusal is not None]
            cells.append(f"{1 - len(dropped) / len(cases):9.1%}")
            if name in RIGHT:
                for i in dropped[:examples]:
                    print(f"  {verdicts[kind][i].refusal}\n    {both[i][0]}\n    {both[i][1]}")
        print(f"{name:18}{len(cases):5}  " + "".join(cells))
    speeds = (f"{kind} {judged / seconds:,.0f}" for kind, seconds in spent.items())
    print("copies per CPU-second: " + ", ".join(speeds))


def labelled(path: Path) -> list[Record]:
    """All rows with their labels, if they have any."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return [Record(r["text"], str(i), r["label"]) for i, r in enumerate(rows) if "label" in r]


def report_fitted(
    pairs: dict[str, list[tuple[str, str]]], rows: Sequence[Record], resources: Resources
) -> None:
    """Print what the checks of the whole data set keep, and how fast they are."""
    by_text = {record.text: record for record in rows}
    for check in ({"kind": "duplicates"}, {"kind": "labels"}):
        spec = parse_spec({"steps": [{"kind": "masking"}], "checks": [check]})
        began = time.process_time()
        with build_pipeline(spec, resources).fitted(rows) as pipeline:
            fit = len(rows) / (time.process_time() - began)
            (ready,) = pipeline.checks
            kept, judged, began = [], 0, time.process_time()
            for name, both in pairs.items():
                cases = [Case(by_text[text], Copy(Record(new), 1, ())) for text, new in both]
                verdicts = ready.judge(cases)  # type: ignore[union-attr]
                judged += len(cases)
                kept.append(f"{name} {sum(v.refusal is None for v in verdicts) / len(cases):.1%}")
            speed = judged / (time.process_time() - began)
        print(f"{check['kind']}: keeps {', '.join(kept)}")
        print(f"  {fit:,.0f} rows fitted and {speed:,.0f} copies judged per CPU-second")


def judge(check: dict[str, object], resources: Resources) -> Judge:
    """One check, as `build` makes it."""
    spec = parse_spec({"steps": [{"kind": "masking"}], "checks": [check]})
    (found,) = build_pipeline(spec, resources).checks
    return found  # type: ignore[return-value]


if __name__ == "__main__":
    main()
