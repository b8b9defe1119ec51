"""Every example in a docstring runs; the public names are the promised ones."""

import doctest
import importlib
import pkgutil
import subprocess
import sys

import pytest

import augment
import regularize
import service

# They train or measure for minutes, and have no examples.
_SCRIPTS = {"augment.__main__"}


def modules() -> list[str]:
    found = []
    for package in (augment, regularize, service):
        found.append(package.__name__)
        prefix = f"{package.__name__}."
        found += [m.name for m in pkgutil.walk_packages(package.__path__, prefix)]
    return [name for name in found if name not in _SCRIPTS]


@pytest.mark.parametrize("name", modules())
def test_examples_run(name: str) -> None:
    result = doctest.testmod(
        importlib.import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE
    )
    assert result.failed == 0


@pytest.mark.parametrize("name", modules())
def test_every_module_says_what_it_is(name: str) -> None:
    assert importlib.import_module(name).__doc__


def test_the_public_names() -> None:
    assert augment.__all__ == sorted(augment.__all__)
    assert all(hasattr(augment, name) for name in augment.__all__)
    assert set(augment.__all__) <= set(dir(augment))
    with pytest.raises(AttributeError, match="module 'augment' has no attribute 'nonsense'"):
        _ = augment.nonsense


def test_importing_is_light() -> None:
    code = (
        "import sys, augment, augment.cli, augment.lexicons, augment.record, augment.spec;"
        "heavy = {'torch', 'transformers', 'ctranslate2', 'nltk', 'numpy', 'fastapi'};"
        "print(*sorted(heavy & sys.modules.keys()))"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == ""


def test_the_error_tree_is_drawn_whole() -> None:
    from augment import errors

    drawn = errors.__doc__ or ""
    found = [
        v for v in vars(errors).values() if isinstance(v, type) and v.__module__ == errors.__name__
    ]
    assert len({error.code for error in found}) == len(found)
    for error in found:
        assert issubclass(error, errors.AugmentError)
        assert (
            f" {error.__name__} " in drawn
            or f"─ {error.__name__}" in drawn
            or error is errors.AugmentError
        )
