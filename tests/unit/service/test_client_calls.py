"""What the client sends."""

from typing import Any

import pytest

from service.client.calls import augmenting


@pytest.mark.parametrize("texts", ["one text", {"text": "one text"}])
def test_a_text_alone_is_not_taken_for_many(texts: Any) -> None:
    with pytest.raises(TypeError, match=r"give one as \[text\]"):
        augmenting(texts, {"preset": "light"})
