"""The peers' side of the translation benchmark: a worker that runs in their environment.

    python -m tests.bench.peers_translation FOLDER_THERE FOLDER_BACK

They get the folders of the very same checkpoints, and as many threads as torch likes.
"""

import sys
from collections.abc import Sequence

import torch
from transformers import MarianMTModel, MarianTokenizer
from transformers.utils import logging

from tests.bench.worker import Contender, Run, serve

BATCH = 32  # the default of nlpaug
LONGEST = 256  # as our engine


def nlpaug(beam: int = 1) -> Contender:
    """BackTranslationAug; its code takes folders and runs with transformers 5 as it is."""
    import nlpaug.augmenter.word as naw

    there, back = sys.argv[1:]
    augmenter = naw.BackTranslationAug(
        from_model_name=there, to_model_name=back, device="cpu", batch_size=BATCH
    )
    for model in (augmenter.model.src_model, augmenter.model.tgt_model):
        model.generation_config.num_beams = beam  # it has no argument for it

    def prepare(texts: Sequence[str]) -> Run:
        return lambda: augmenter.augment(list(texts))

    return prepare


def transformers(beam: int = 1, by_length: bool = False) -> Contender:
    """`generate` in batches, in the order of the texts or sorted by length, which pads less."""
    legs = [
        (MarianTokenizer.from_pretrained(folder), MarianMTModel.from_pretrained(folder).eval())
        for folder in sys.argv[1:]
    ]

    def prepare(texts: Sequence[str]) -> Run:
        def run() -> Sequence[str]:
            found = list(texts)
            for tokenizer, model in legs:
                found = _translated(found, tokenizer, model, beam, by_length)
            return found

        return run

    return prepare


@torch.inference_mode()
def _translated(
    texts: list[str], tokenizer: MarianTokenizer, model: MarianMTModel, beam: int, by_length: bool
) -> list[str]:
    order = list(range(len(texts)))
    if by_length:
        order.sort(key=lambda i: len(texts[i]))
    found = [""] * len(texts)
    for start in range(0, len(order), BATCH):
        group = order[start : start + BATCH]
        inputs = tokenizer([texts[i] for i in group], return_tensors="pt", padding=True)
        output = model.generate(**inputs, num_beams=beam, max_new_tokens=LONGEST, max_length=None)
        decoded = tokenizer.batch_decode(output, skip_special_tokens=True)
        for i, text in zip(group, decoded, strict=True):
            found[i] = text
    return found


if __name__ == "__main__":
    logging.disable_progress_bar()
    serve({"nlpaug": nlpaug, "transformers": transformers})
