"""How well a checkpoint translates, beside the original it was made from.

    python -m augment.translation.embedded.evaluate en-pt pairs.jsonl --fields en=src,pt=tgt
    python -m augment.translation.embedded.evaluate pt-en pairs.jsonl --graft graft.safetensors

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
from sentencepiece import SentencePieceProcessor
from transformers import MarianMTModel

from augment.translation.batching import token_batches
from augment.translation.embedded.checkpoint import END_OF_SENTENCE, load_graft, standard_model
from augment.translation.embedded.marian_binary import read_matrices
from augment.translation.embedded.original import Original, pad_batch
from augment.translation.embedded.wheel import ORIGINS, model_file, vocabulary_file


def outputs_of_both(
    direction: str, graft: Path | None, texts: Sequence[str]
) -> tuple[list[str], list[str]]:
    """Greedy translations by the original and by the grafted model."""
    origin = ORIGINS[direction]
    matrices = read_matrices(model_file(origin))
    pieces = SentencePieceProcessor(model_file=str(vocabulary_file(origin)))
    standard = standard_model(matrices)
    if graft is None:
        graft = Path(__file__).parent / "grafts" / f"{direction}.safetensors"
    load_graft(standard, load_file(graft))
    original = Original(standard, matrices).eval()
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


def report(
    direction: str, graft: Path | None, pairs: Path, fields: dict[str, str], limit: int | None
) -> dict[str, object]:
    """All figures of one direction."""
    from sacrebleu import corpus_bleu, corpus_chrf, sentence_chrf

    source, target = (fields[language] for language in direction.split("-"))
    lines = pairs.read_text(encoding="utf-8").splitlines()[:limit]
    rows = [json.loads(line) for line in lines]
    references = [row[target] for row in rows]
    started = time.process_time()
    theirs, ours = outputs_of_both(direction, graft, [row[source] for row in rows])
    alike = [sentence_chrf(a, [b]).score for a, b in zip(ours, theirs, strict=True)]
    return {
        "direction": direction,
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


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("direction", choices=sorted(ORIGINS))
    parser.add_argument("pairs", type=Path)
    parser.add_argument("--fields", default="en=en,pt=pt", help="name of each language's field")
    parser.add_argument("--graft", type=Path, help="of a run; without it the one that is shipped")
    parser.add_argument("--limit", type=int, help="only the first so many")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    fields = dict(pair.split("=") for pair in arguments.fields.split(","))
    figures = report(arguments.direction, arguments.graft, arguments.pairs, fields, arguments.limit)
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
