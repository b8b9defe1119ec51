"""An output has its name when it is whole, and leaves nothing behind when it is not."""

import errno
import gzip
from pathlib import Path

import pytest

from augment.datasets.output import OutputFile, same_file
from augment.errors import OutputError


def test_the_name_comes_with_publish(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    with OutputFile(path) as output:
        output.write(b"a")
        assert not path.exists()
        output.publish()
    assert path.read_bytes() == b"a"
    assert list(tmp_path.iterdir()) == [path]


def test_nothing_is_left_without_publish(tmp_path: Path) -> None:
    with OutputFile(tmp_path / "out.csv.gz") as output:
        output.write(b"a")
        assert list(tmp_path.iterdir()) != []
    assert list(tmp_path.iterdir()) == []


def test_an_existing_file_stays_until_the_new_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_bytes(b"old")
    with pytest.raises(OutputError, match=r"exists already; give --force"):
        OutputFile(path)
    with OutputFile(path, force=True) as output:
        output.write(b"new")
        assert path.read_bytes() == b"old"
        output.publish()
    assert path.read_bytes() == b"new"


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.csv").write_bytes(b"old")
    link = tmp_path / "link.csv"
    link.symlink_to("real.csv")
    with OutputFile(link, force=True) as output:
        output.write(b"new")
        output.publish()
    assert link.is_symlink()
    assert (tmp_path / "real.csv").read_bytes() == b"new"


def test_gzip_is_the_same_bytes_each_time(tmp_path: Path) -> None:
    for name in ("one.csv.gz", "two.csv.gz"):
        with OutputFile(tmp_path / name) as output:
            output.write(b"a,b\n")
            output.publish()
    assert (tmp_path / "one.csv.gz").read_bytes() == (tmp_path / "two.csv.gz").read_bytes()
    assert gzip.decompress((tmp_path / "one.csv.gz").read_bytes()) == b"a,b\n"


def test_the_umask_decides_who_may_read(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    (tmp_path / "plain").touch()
    with OutputFile(path) as output:
        output.publish()
    assert path.stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="is a folder; name a file in it"):
        OutputFile(tmp_path)
    with pytest.raises(OutputError, match=r"the folder .*missing does not exist; make it first"):
        OutputFile(tmp_path / "missing" / "out.csv")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_told() -> None:
    with OutputFile(Path("/dev/full")) as output:
        output.write(b"a")
        with pytest.raises(OutputError, match="the disk is full") as caught:
            output.publish()
    assert isinstance(caught.value.__cause__, OSError)
    assert caught.value.__cause__.errno == errno.ENOSPC


def test_same_file_through_links(tmp_path: Path) -> None:
    one = tmp_path / "one"
    assert same_file(one, tmp_path / "x" / ".." / "one")
    one.touch()
    (tmp_path / "hard").hardlink_to(one)
    (tmp_path / "soft").symlink_to(one)
    assert same_file(one, tmp_path / "hard")
    assert same_file(one, tmp_path / "soft")
    assert not same_file(one, tmp_path / "other")
