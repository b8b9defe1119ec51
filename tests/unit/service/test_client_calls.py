"""What the client sends."""

from typing import Any

import pytest

from service.client import Client
from service.client.calls import augmenting


@pytest.mark.parametrize("texts", ["one text", {"text": "one text"}])
def test_a_text_alone_is_not_taken_for_many(texts: Any) -> None:
    with pytest.raises(TypeError, match=r"give one as \[text\]"):
        augmenting(texts, {"preset": "light"})


def test_half_of_a_surrogate_pair_is_told_with_its_place() -> None:
    with pytest.raises(ValueError, match="text 1: character 2 is half of a surrogate pair"):
        augmenting(["one", {"text": "tw\ud800"}], {})


@pytest.mark.parametrize("url", ["localhost:8000", "", "ftp://localhost"])
def test_what_is_no_address_is_told_at_once(url: str) -> None:
    with pytest.raises(ValueError, match="is no address of a service; give one as http://"):
        Client(url)


@pytest.mark.parametrize("key", ["abc\n", "schlüssel", " abc"])
def test_what_is_no_key_is_told_and_not_repeated(key: str) -> None:
    with pytest.raises(ValueError, match="the key has characters") as caught:
        Client("http://localhost:8000", key=key)
    assert key.strip() not in str(caught.value)
