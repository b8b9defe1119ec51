"""What stands beside the weights comes back as it was, or is refused with what is wrong."""

import json
from pathlib import Path

import pytest

from augment.errors import ModelError
from regularize.calibrate import Temperature
from regularize.saved import SAVED, Saved, read_saved, write_saved

HELD = Saved(
    task="several",
    labels=("é", "b"),
    max_length=64,
    temperature=Temperature(1.25, 90),
    recipe={"model": "minilm", "dropout": {"ffn": 0.1}},
    digest="0" * 64,
    python="3.11",
    packages={"torch": "2"},
)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    write_saved(tmp_path, HELD)
    assert read_saved(tmp_path) == HELD


def test_what_is_not_there_is_told_with_the_way_on(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="there is no such folder"):
        read_saved(tmp_path / "none")
    with pytest.raises(ModelError, match=r"there is no regularize\.json"):
        read_saved(tmp_path)
    (tmp_path / "checkpoint-5").mkdir()
    with pytest.raises(ModelError, match="its run has not ended; end it with: regularize resume"):
        read_saved(tmp_path)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"version": 2}, "version"),
        ({"task": "guess"}, "task"),
        ({"labels": 3}, "labels"),
        ({"temperature": {"value": "hot", "items": 1}}, r"temperature\.value"),
    ],
)
def test_what_is_damaged_is_told_by_its_place(
    tmp_path: Path, change: dict[str, object], told: str
) -> None:
    write_saved(tmp_path, HELD)
    value = json.loads((tmp_path / SAVED).read_text())
    (tmp_path / SAVED).write_text(json.dumps({**value, **change}))
    with pytest.raises(ModelError, match=rf"damaged, or of another version: {told}"):
        read_saved(tmp_path)


def test_half_a_file_is_damaged(tmp_path: Path) -> None:
    write_saved(tmp_path, HELD)
    text = (tmp_path / SAVED).read_text()
    (tmp_path / SAVED).write_text(text[: len(text) // 2])
    with pytest.raises(ModelError, match="is damaged"):
        read_saved(tmp_path)
