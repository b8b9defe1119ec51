"""a or an."""

import pytest

from augment.lexicons.articles import article

AN = """hour honest heir honour hourly MBA FBI HTTP LED SUV X-ray x-ray e-mail 8 11 18 80 8th 11th
18000 elephant umbrella uncle unimportant uninteresting only onerous idea Uber MP3 F ugly iPhone"""
A = """university European one once user unit unique union UK URL UFO US-based NASA 1 10 110 1800
1100 house hero historian ewe eulogy unanimous Ukrainian useful utensil U-turn PC T-shirt
yellow b"""


@pytest.mark.parametrize("word", AN.split())
def test_an(word: str) -> None:
    assert article(word) == "an"


@pytest.mark.parametrize("word", A.split())
def test_a(word: str) -> None:
    assert article(word) == "a"


@pytest.mark.parametrize("word", ["", "-", "😀", "é", "\ud800"])
def test_odd_words_have_an_answer(word: str) -> None:
    assert article(word) in {"a", "an"}
