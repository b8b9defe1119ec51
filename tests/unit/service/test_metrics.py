"""What the engine did, as Prometheus reads it."""

from collections import Counter

from augment.counts import StepCount
from service.engine.items import Batches, Load
from service.metrics import Metrics


def test_batches_and_draws_of_the_engine() -> None:
    draws = StepCount(
        seen=9, edited=6, idle=Counter(nothing_to_mask=2), refused=Counter(span_lost=1),
        dropped=Counter(polarity=2, duplicate=1),
    )  # fmt: skip
    load = Load(0, 0, None, 1, (Batches("model", 2, 5, 50, 60, 8192),), {"masking": draws})
    metrics = Metrics()
    metrics.watch(lambda: load)
    lines = metrics.page().decode().splitlines()
    for line in (
        'augment_draws_total{end="kept",kind="masking",reason=""} 3.0',
        'augment_draws_total{end="idle",kind="masking",reason="nothing_to_mask"} 2.0',
        'augment_draws_total{end="refused",kind="masking",reason="span_lost"} 1.0',
        'augment_draws_total{end="dropped",kind="masking",reason="polarity"} 2.0',
        'augment_draws_total{end="dropped",kind="masking",reason="duplicate"} 1.0',
        'augment_batches_total{lane="model"} 2.0',
        'augment_batch_items_total{lane="model"} 5.0',
        'augment_batch_tokens_total{lane="model",sort="padded"} 60.0',
    ):
        assert line in lines
