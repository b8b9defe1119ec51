"""Token batches: every item once, within the budget."""

from hypothesis import given
from hypothesis import strategies as st

from augment.translation.batching import token_batches


@given(st.lists(st.integers(1, 100), max_size=60), st.integers(1, 300))
def test_every_index_once_and_within_the_budget(lengths: list[int], budget: int) -> None:
    groups = list(token_batches(lengths, budget))
    assert sorted(i for group in groups for i in group) == list(range(len(lengths)))
    for group in groups:
        assert len(group) == 1 or max(lengths[i] for i in group) * len(group) <= budget
