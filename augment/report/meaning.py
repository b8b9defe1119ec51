"""Whether the copies of a sample still mean the same: by a sentence encoder, and by polarity."""

from collections.abc import Sequence

from augment.checks.base import Case
from augment.checks.polarity import PolarityCheck
from augment.record import Copy, Record
from augment.report.collect import Pair, examples_of, rank
from augment.report.figures import Figures, Proof
from augment.report.measures import spread
from augment.resources import Resources
from augment.spec import Meaning

BATCH = 512


def add_meaning(figures: Figures, pairs: Sequence[Pair], resources: Resources) -> None:
    """Put the cosines of the sample into the figures, and what they and the polarity check tell.

    Raises:
        ModelError: the encoder is not installed; the message says how to get it.
    """
    if not pairs:
        return
    encoder = resources.encoder()
    cases = [
        Case(Record(one.before, one.source_id), Copy(Record(one.after), one.copy, one.trail))
        for one in pairs
    ]
    texts = [case.unmasked for case in cases]
    cosines: list[float] = []
    for at in range(0, len(texts), BATCH):
        part = texts[at : at + BATCH]
        cosines += encoder.cosines([text for text, _ in part], [new for _, new in part])
    figures.meaning = spread(cosines, 0, 1)
    floor = Meaning().floor
    turned = sum(
        verdict.refusal is not None for verdict in PolarityCheck(resources.opposites()).judge(cases)
    )
    figures.proofs += (
        Proof(
            "meaning kept",
            sum(cosine >= floor for cosine in cosines),
            len(cosines),
            f"copies of the sample with a cosine of {floor:g} or more to their original "
            "(masks put back)",
        ),
        Proof(
            "polarity kept",
            len(cases) - turned,
            len(cases),
            "copies of the sample without a negation added or lost, or a word turned round "
            "(English)",
        ),
    )
    rank(figures, examples_of(list(pairs), cosines))
