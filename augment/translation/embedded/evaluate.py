"""How well a checkpoint translates, beside the original it was made from.

    python -m augment.translation.embedded.evaluate en-pt pairs.jsonl --fields en=src,pt=tgt
    python -m augment.translation.embedded.evaluate pt-en pairs.jsonl --graft graft.safetensors
    python -m augment.translation.embedded.evaluate --firefox DIR pairs.jsonl --graft FILE

The file has one JSON object a line with a text in each language.
Printed: chrF and BLEU of both against the reference (sacrebleu), chrF of the checkpoint against the
original's own output, and the share of its outputs that are equal, or have chrF >= 90 against it.
All greedy, float32; the original runs with its SSRU in PyTorch.
"""

import argparse
import json
import time
from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file
from transformers import MarianMTModel

from augment.errors import ModelError
from augment.translation.batching import token_batches
from augment.translation.embedded.checkpoint import (
    END_OF_SENTENCE,
    load_graft,
    read_firefox,
    standard_model,
)
from augment.translation.embedded.firefox import FirefoxFiles
from augment.translation.embedded.origin import add_origin, files_of, with_ssru
from augment.translation.embedded.original import Original, pad_batch


def outputs_of_both(
    files: FirefoxFiles, graft: Path, texts: Sequence[str]
) -> tuple[list[str], list[str]]:
    """Greedy translations by the original and by the grafted model."""
    model = with_ssru(read_firefox(files), files)
    pieces = model.pieces
    standard = standard_model(model)
    load_graft(standard, load_file(graft))
    original = Original(model).eval()
    rows = [[*ids, END_OF_SENTENCE] for ids in pieces.EncodeAsIds(list(texts))]
    theirs, ours = [""] * len(rows), [""] * len(rows)
    for group in token_batches([len(row) for row in rows], 2_048):
        batch = [rows[i] for i in group]
        for i, ids in zip(group, original.greedy(batch), strict=True):
            theirs[i] = pieces.DecodeIds(ids)
        for i, ids in zip(group, _greedy(standard, batch), strict=True):
            ours[i] = pieces.DecodeIds(ids)
    return theirs, ours


@torch.inference_mode()
def _greedy(model: MarianMTModel, rows: Sequence[Sequence[int]]) -> list[list[int]]:
    ids, mask = pad_batch(rows, model.config.pad_token_id, "cpu")
    output = model.generate(
        input_ids=ids,
        attention_mask=mask,
        num_beams=1,
        do_sample=False,
        max_new_tokens=256,
        max_length=None,
    )
    special = {END_OF_SENTENCE, model.config.pad_token_id}
    return [[i for i in row if i not in special] for row in output.tolist()]


def shipped_graft(direction: str) -> Path:
    """The graft of a direction of the wheel."""
    return Path(__file__).parent / "grafts" / f"{direction}.safetensors"


def report(
    files: FirefoxFiles, graft: Path, pairs: Path, fields: dict[str, str], limit: int | None
) -> dict[str, object]:
    """All figures of one direction."""
    from sacrebleu import corpus_bleu, corpus_chrf, sentence_chrf

    source, target = (fields[language] for language in (files.source, files.target))
    lines = pairs.read_text(encoding="utf-8").splitlines()[:limit]
    rows = [json.loads(line) for line in lines]
    references = [row[target] for row in rows]
    started = time.process_time()
    theirs, ours = outputs_of_both(files, graft, [row[source] for row in rows])
    alike = [sentence_chrf(a, [b]).score for a, b in zip(ours, theirs, strict=True)]
    return {
        "direction": files.direction,
        "sentences": len(rows),
        "original": {
            "chrF": round(corpus_chrf(theirs, [references]).score, 2),
            "BLEU": round(corpus_bleu(theirs, [references]).score, 2),
        },
        "checkpoint": {
            "chrF": round(corpus_chrf(ours, [references]).score, 2),
            "BLEU": round(corpus_bleu(ours, [references]).score, 2),
        },
        "against the original": {
            "chrF": round(corpus_chrf(ours, [theirs]).score, 2),
            "equal": round(sum(a == b for a, b in zip(ours, theirs, strict=True)) / len(rows), 4),
            "chrF >= 90": round(sum(score >= 90 for score in alike) / len(rows), 4),
        },
        "cpu_seconds": round(time.process_time() - started, 1),
    }


def _graft(arguments: argparse.Namespace) -> Path:
    if arguments.graft is None and arguments.firefox is not None:
        raise ModelError("with --firefox, name the graft with --graft FILE")
    return arguments.graft or shipped_graft(arguments.direction)


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_origin(parser)
    parser.add_argument("pairs", type=Path)
    parser.add_argument(
        "--fields", metavar="en=src,pt=tgt", help="name of each language's field (default: itself)"
    )
    parser.add_argument(
        "--graft", type=Path, help="of a run; without it, and --firefox, the one that is shipped"
    )
    parser.add_argument("--limit", type=int, help="only the first so many")
    arguments = parser.parse_intermixed_args()  # the first positional is optional
    torch.set_num_threads(1)
    try:
        files = files_of(arguments)
        graft = _graft(arguments)
        fields = {files.source: files.source, files.target: files.target}
        fields |= dict(pair.split("=") for pair in (arguments.fields or "").split(",") if pair)
        figures = report(files, graft, arguments.pairs, fields, arguments.limit)
    except ModelError as error:
        parser.exit(1, f"evaluate: error: {error}\n")
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
