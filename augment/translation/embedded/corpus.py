"""The text that the grafts are trained on: gathered from clones of public repositories.

Each source names its repository, commit and licence; nothing of the text is shipped, only the
weights learned from a model's own translations of it.

    python -m augment.translation.embedded.corpus CLONES -o english.txt
    python -m augment.translation.embedded.corpus CLONES --language pt -o portuguese.txt

CLONES is a folder with one clone for each source, named `owner+name` (bare or not).
"""

import argparse
import io
import json
import random
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import yaml

Extract = Callable[[bytes], Iterator[str]]


def dialogue_turns(data: bytes) -> Iterator[str]:
    """Utterances of a JSON file of dialogues, as in Schema-Guided Dialogue and Taskmaster."""
    for dialogue in json.loads(data):
        for turn in dialogue.get("turns") or dialogue.get("utterances") or ():
            yield turn.get("utterance") or turn.get("text") or ""


def cnxml_paragraphs(data: bytes) -> Iterator[str]:
    """Paragraphs of an OpenStax module."""
    for element in ET.fromstring(data).iter("{http://cnx.rice.edu/cnxml}para"):
        yield " ".join("".join(element.itertext()).split())


def xhtml_paragraphs(data: bytes) -> Iterator[str]:
    """Paragraphs of a Standard Ebooks chapter."""
    for element in ET.fromstring(data).iter("{http://www.w3.org/1999/xhtml}p"):
        text = "".join(element.itertext()).replace("\u2060", "").replace("\ufeff", "")
        yield " ".join(text.split())


def conllu_sentences(data: bytes) -> Iterator[str]:
    """The `# text =` lines of a CoNLL-U file."""
    for line in data.decode().splitlines():
        if line.startswith("# text = "):
            yield line.removeprefix("# text = ")


def plain_paragraphs(data: bytes) -> Iterator[str]:
    """Blocks between blank lines, without markup: reStructuredText, Markdown or plain text."""
    for block in re.split(r"\n\s*\n", data.decode("utf-8", "replace")):
        if not re.search(r"^[ \t]|^\.\.|[|{}<>*`=]|::", block, re.MULTILINE):
            yield " ".join(block.split())


def zipped_text(data: bytes) -> Iterator[str]:
    """Paragraphs of every text file in a zip archive, as in the NLTK data packages."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            if name.endswith(".txt") and "README" not in name:
                yield from plain_paragraphs(archive.read(name))


def untokenized_pairs(data: bytes) -> Iterator[str]:
    """WikiSplit rows: a long sentence and its two halves, tokenized; the spaces are put right."""
    for line in data.decode().splitlines():
        for side in re.split(r"\t|<::::>", line):
            text = re.sub(r" ([.,;:!?)%])", r"\1", side.strip().replace("( ", "("))
            text = re.sub(r" ?'' ?|``", '"', text).replace(" 's", "'s").replace(" - ", "-")
            if '"' not in text:
                yield text


@dataclass(frozen=True)
class Source:
    """One repository: which files, read how, under which licence."""

    repository: str
    commit: str
    licence: str
    files: str
    extract: Extract
    limit: int = 1_000_000
    language: str = "en"


def read_sources(language: str) -> list[Source]:
    """The sources of a language that `corpus.yaml` lists."""
    rows = yaml.safe_load(Path(__file__).with_name("corpus.yaml").read_text(encoding="utf-8"))
    sources = [Source(**{**row, "extract": _EXTRACTS[row["extract"]]}) for row in rows]
    return [source for source in sources if source.language == language]


_EXTRACTS: Mapping[str, Extract] = {
    function.__name__: function
    for function in (
        dialogue_turns,
        cnxml_paragraphs,
        xhtml_paragraphs,
        conllu_sentences,
        plain_paragraphs,
        zipped_text,
        untokenized_pairs,
    )
}


def sentences(clones: Path, source: Source) -> Iterator[str]:
    """Sentences of one source that are fit to train on, in its order, with repeats."""
    from nupunkt import sent_tokenize

    git = ["git", f"--git-dir={_git_dir(clones / source.repository.replace('/', '+'))}"]
    names = _output([*git, "ls-tree", "-r", "--name-only", source.commit]).decode().splitlines()
    for name in names:
        if not re.fullmatch(source.files, name):
            continue
        try:
            data = _output([*git, "cat-file", "blob", f"{source.commit}:{name}"])
            texts = list(source.extract(data))
        except (subprocess.CalledProcessError, ET.ParseError) as error:
            print(f"{source.repository}:{name}: left out: {error}", file=sys.stderr)
            continue
        for text in texts:
            for found in sent_tokenize(text):
                if is_fit(sentence := " ".join(str(found).split())):
                    yield sentence


def is_fit(sentence: str) -> bool:
    """Whether a sentence is 2 to 60 words of ordinary text in normal case."""
    words = sentence.split()
    letters = sum(c.isalpha() for c in sentence)
    return (
        2 <= len(words) <= 60
        and len(sentence) <= 400
        and letters >= 0.6 * len(sentence)
        and not sentence.isupper()
        and all(ord(c) < 0x250 or c in "‘’“”–—…€" for c in sentence)
    )


def _git_dir(clone: Path) -> Path:
    return next(
        (p for p in (clone / ".git", clone / "repo", clone) if (p / "HEAD").exists()), clone
    )


def _output(command: list[str]) -> bytes:
    return subprocess.run(command, check=True, capture_output=True).stdout


def main() -> None:
    """Write one shuffled file of distinct sentences and print the counts by source."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("clones", type=Path)
    parser.add_argument("--language", default="en", choices=("en", "pt"))
    parser.add_argument("-o", "--output", type=Path, required=True)
    arguments = parser.parse_args()
    kept: dict[str, None] = {}
    for source in read_sources(arguments.language):
        found = [s for s in dict.fromkeys(sentences(arguments.clones, source)) if s not in kept]
        random.Random(0).shuffle(found)
        kept.update(dict.fromkeys(found[: source.limit]))
        print(f"{source.repository}\t{source.licence}\t{len(found[: source.limit])}")
    lines = list(kept)
    random.Random(0).shuffle(lines)
    arguments.output.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"total\t\t{len(lines)}")


if __name__ == "__main__":
    main()
