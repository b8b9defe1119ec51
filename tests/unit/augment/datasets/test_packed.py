"""Packed files: what they hold is read through, however they were packed, and damage is told."""

import gzip
import io
import itertools
from pathlib import Path

import pytest
import zstandard

from augment.build import build_pipeline
from augment.datasets import packed
from augment.datasets.expand import ExpandRequest, expand
from augment.datasets.formats import open_input, suffix_kind
from augment.errors import DataError, OutputError
from augment.resources import Resources
from augment.spec import parse_spec

TABLE = b"text,label\n" + b"".join(b"where is parcel %d now,a\n" % n for n in range(900))


def zst(data: bytes, *cuts: int) -> bytes:
    """Packed as several frames, one behind the other."""
    places = [0, *cuts, len(data)]
    return b"".join(zstandard.compress(data[one:two]) for one, two in itertools.pairwise(places))


def read_all(path: Path) -> bytes:
    with open_input(path) as opened:
        return b"".join(iter(lambda: opened.read(1000), b""))


@pytest.mark.parametrize(
    "data", [zst(TABLE), zst(TABLE, 7, 4000), zst(TABLE, 0), gzip.compress(TABLE)]
)
def test_what_is_packed_is_read_whatever_the_name(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes(data)
    assert read_all(path) == TABLE


def test_places_are_found_forwards_and_backwards(tmp_path: Path) -> None:
    path = tmp_path / "in.csv.zst"
    path.write_bytes(zst(TABLE, 5000))
    with open_input(path) as opened:
        for place in (10, 6000, 5990, 0, len(TABLE)):
            opened.seek(place, 0)
            assert opened.read(30) == TABLE[place : place + 30]


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_packed_in_and_out_are_the_rows_of_plain_ones(tmp_path: Path, suffix: str) -> None:
    pack = {".gz": gzip.compress, ".zst": zst}[suffix]
    (tmp_path / "in.csv").write_bytes(TABLE)
    (tmp_path / f"in.csv{suffix}").write_bytes(pack(TABLE))
    spec = parse_spec({"steps": [{"kind": "masking"}]})
    pipeline = build_pipeline(spec, Resources())
    for end in ("", suffix):
        source, output = tmp_path / f"in.csv{end}", tmp_path / f"out.csv{end}"
        expand(ExpandRequest(input=source, output=output), pipeline)
    assert (tmp_path / f"out.csv{suffix}").stat().st_size < (tmp_path / "out.csv").stat().st_size
    assert read_all(tmp_path / f"out.csv{suffix}") == (tmp_path / "out.csv").read_bytes()


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (zst(TABLE)[:-9], "damaged or cut off"),
        (zst(TABLE, 4000)[:-1], "damaged or cut off"),
        (zst(TABLE) + b"more", "damaged or cut off"),
        (TABLE, "named .zst but holds no zstd data"),
        (gzip.compress(TABLE), "named .zst but holds no zstd data"),
    ],
)
def test_damage_is_told(tmp_path: Path, data: bytes, told: str) -> None:
    path = tmp_path / "in.csv.zst"
    path.write_bytes(data)
    with pytest.raises(DataError, match=f"in.csv.zst: .*{told}"):
        read_all(path)


def test_without_the_package_both_ways_say_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packed, "find_spec", lambda name: None)
    path = tmp_path / "in.csv.zst"
    path.write_bytes(zst(TABLE))
    with pytest.raises(DataError, match="needs the package zstandard: pip install"):
        read_all(path)
    with pytest.raises(OutputError, match="needs the package zstandard: pip install"):
        packed.check_packing(path)


def test_packing_leaves_its_file_open() -> None:
    for how in ("gzip", "zstd"):
        raw = io.BytesIO()
        packed.packed(raw, how).close()
        assert raw.getvalue()


def test_parquet_is_not_packed_once_more() -> None:
    assert suffix_kind(Path("a.parquet")) == "parquet"
    assert suffix_kind(Path("a.parquet.gz")) is None
