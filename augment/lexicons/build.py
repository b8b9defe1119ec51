"""Makes the data files of this package: `python -m augment.lexicons.build --help`.

Sources: WordNet 3.0 from Debian's `wordnet-base` and `wordnet-sense-index` (Princeton's licence),
the perceptron weights of `textblob-aptagger==0.2.0` (MIT), forms from `lemminflect` (MIT). The
same inputs give the same bytes. The word lists beside the packed files are kept by hand; without
sources, only the manifest is made anew, which is needed after a change to such a list.
"""

import argparse
import gzip
import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from augment.lexicons import store, tagger, wordnet
from augment.lexicons.inflection import FILE as INFLECTIONS

_DEBIAN = "wordnet-base and wordnet-sense-index 1:3.0-37 (Debian)"
_APTAGGER = "textblob-aptagger 0.2.0 (PyPI)"
_SOURCE_FILES = (
    *(f"{kind}.{part}" for kind in ("data", "index") for part in ("noun", "verb", "adj", "adv")),
    *(f"{part}.exc" for part in ("noun", "verb", "adj", "adv")),
    "index.sense",
    "cntlist.rev",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Build what the sources on the command line allow, then write the manifest."""
    options = _parser().parse_args(arguments)
    sources = _sources(options.output)
    if options.dict is not None:
        sources |= _build_wordnet(options.dict, options.output)
    if options.tagger is not None:
        sources |= _build_tagger(options.tagger, options.output)
    _write_manifest(options.output, sources)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m augment.lexicons.build", description=__doc__)
    parser.add_argument(
        "--dict", type=Path, metavar="DIR", help="WordNet's folder of data.noun ..."
    )
    parser.add_argument("--tagger", type=Path, metavar="PICKLE", help="trontagger-0.1.0.pickle")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="DIR")
    return parser


def _build_wordnet(folder: Path, output: Path) -> dict[str, object]:
    # Only the build needs these, and lemminflect with them.
    from augment.lexicons import build_inflection, build_wordnet, wndb

    raw = wndb.read(folder)
    _pack(output / wordnet.FILE, build_wordnet.pack(raw).encode("utf-8"))
    invariant = _words(output / "invariant_plurals.txt")
    _pack(output / INFLECTIONS, build_inflection.pack(raw, invariant).encode("utf-8"))
    return {name: {"from": _DEBIAN, "sha256": _sha256(folder / name)} for name in _SOURCE_FILES}


def _build_tagger(pickle: Path, output: Path) -> dict[str, object]:
    from augment.lexicons import build_tagger

    text, weights = build_tagger.pack(pickle)
    _pack(output / tagger.FILE, text.encode("utf-8"))
    _pack(output / tagger.WEIGHTS, weights)
    return {pickle.name: {"from": _APTAGGER, "sha256": _sha256(pickle)}}


def _pack(path: Path, content: bytes) -> None:
    path.write_bytes(gzip.compress(content, compresslevel=9, mtime=0))


def _words(path: Path) -> frozenset[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


def _sources(output: Path) -> dict[str, object]:
    """The inputs of files that this run leaves as they are."""
    path = output / store.MANIFEST
    if not path.exists():
        return {}
    recorded: Mapping[str, object] = json.loads(path.read_text(encoding="utf-8"))["sources"]
    return dict(recorded)


def _write_manifest(output: Path, sources: Mapping[str, object]) -> None:
    files = {
        path.name: {"bytes": path.stat().st_size, "sha256": _sha256(path)}
        for path in sorted(output.iterdir())
        if path.suffix in {".gz", ".txt"}
    }
    manifest = {"files": files, "sources": dict(sorted(sources.items()))}
    text = json.dumps(manifest, indent=2, sort_keys=True) + "\n"
    (output / store.MANIFEST).write_text(text, encoding="utf-8")


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    raise SystemExit(main())
