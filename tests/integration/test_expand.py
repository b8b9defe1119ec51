"""The real command in a process of its own: faults from outside, pipes, signals, full disks."""

import gzip
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.small_disk import small_disk

ROWS = 60_000
LINE = b"Where is the parcel that I ordered from you last week?,delivery\n"
COMMAND = [sys.executable, "-m", "augment"]


def run(*arguments: str | Path, cwd: Path, data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [*COMMAND, *map(str, arguments)]
    return subprocess.run(
        command, cwd=cwd, input=data, capture_output=True, check=False, timeout=120
    )


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def big(tmp_path: Path) -> Path:
    """A file that takes some seconds to expand."""
    (tmp_path / "in.csv").write_bytes(b"text,label\n" + LINE * ROWS)
    return tmp_path


def started(folder: Path) -> subprocess.Popen[bytes]:
    """A run that has finished a unit."""
    arguments = ["expand", "in.csv", "-o", "out.csv", "--preset", "mask", "--copies", "4"]
    process = subprocess.Popen([*COMMAND, *arguments], cwd=folder, stderr=subprocess.PIPE)
    manifest = folder / "out.csv.work" / "manifest.jsonl"
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        if manifest.exists() and manifest.stat().st_size:
            return process
        time.sleep(0.01)
    pytest.fail(f"the run ended too soon: {process.communicate()}")


@pytest.mark.fault
def test_kill_leaves_nothing_under_the_final_name(big: Path) -> None:
    process = started(big)
    process.kill()
    process.communicate()
    assert "out.csv" not in names(big)
    again = run("expand", "in.csv", "-o", "out.csv", "--preset", "mask", cwd=big)
    assert again.returncode == 1
    assert b"go on with it by --resume" in again.stderr
    (big / "in.csv").write_bytes(b"text,label\n" + LINE)
    again = run("expand", "in.csv", "-o", "out.csv", "--preset", "mask", "--restart", cwd=big)
    assert again.returncode == 0
    assert names(big) == ["in.csv", "out.csv", "out.csv.run.json"]


@pytest.mark.fault
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_leaves_what_was_done_to_go_on_with(big: Path, number: int, code: int) -> None:
    process = started(big)
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == code
    assert b"Traceback" not in err
    assert names(big) == ["in.csv", "out.csv.work"]
    if number == signal.SIGINT:
        assert b"augment: cancelled; what was done is kept in" in err
        assert b"and --resume goes on from there" in err


@pytest.mark.fault
def test_a_signal_while_writing_to_a_pipe_promises_nothing(big: Path) -> None:
    process = subprocess.Popen(
        [*COMMAND, "expand", "in.csv", "-o", "-", "--preset", "mask"],
        cwd=big, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.read(100)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err.splitlines()[-1]) == (130, b"augment: cancelled")
    assert names(big) == ["in.csv"]


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk of 64 kB."""
    with small_disk(tmp_path / "small", "64k") as disk:
        yield disk.folder


@pytest.mark.fault
@pytest.mark.parametrize("name", ["out.csv", "out.csv.gz"])
def test_a_full_disk_is_told_and_leaves_nothing(full_disk: Path, tmp_path: Path, name: str) -> None:
    rows = b"".join(b"the parcel of row %x has not come,x\n" % (i * 7919**3) for i in range(20_000))
    (tmp_path / "in.csv").write_bytes(b"text,label\n" + rows)
    done = run("expand", "in.csv", "-o", full_disk / name, "--preset", "mask", cwd=tmp_path)
    assert done.returncode == 1
    assert b"the disk is full; free some space" in done.stderr
    assert b"[output_unusable]" in done.stderr
    assert b"Traceback" not in done.stderr
    assert names(full_disk) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_standard_output_is_told(tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*COMMAND, "expand", "sample:support", "-o", "-", "--preset", "mask"],
            stdout=full, stderr=subprocess.PIPE, cwd=tmp_path, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert b"standard output: the disk is full" in done.stderr
    assert b"Traceback" not in done.stderr
    assert b"Exception ignored" not in done.stderr


def test_pipes_carry_data_only(tmp_path: Path) -> None:
    data = b"text,label\n" + LINE + b"ragged\n"
    done = run("expand", "-", "-o", "-", "--preset", "mask", cwd=tmp_path, data=data)
    assert done.returncode == 0
    lines = done.stdout.splitlines(keepends=True)
    assert lines[0] == b"text,label,source_id,copy,trail\n"
    assert lines[1] == LINE[:-1] + b",stdin:1,0,[]\n"
    assert len(lines) == 3
    assert b'"reason": "ragged"' in done.stderr
    assert b"2 rows: 1 kept, 1 rejected" in done.stderr
    assert names(tmp_path) == []


def test_a_terminal_shows_progress_and_a_pipe_none(tmp_path: Path) -> None:
    pty = pytest.importorskip("pty")
    import termios

    main, terminal = pty.openpty()
    termios.tcsetwinsize(terminal, (40, 110))
    command = [*COMMAND, "expand", "sample:support", "-o", "out.csv", "--preset", "mask"]
    done = subprocess.run(
        command, cwd=tmp_path, stderr=terminal, stdout=subprocess.DEVNULL, check=True, timeout=60
    )
    os.close(terminal)
    shown = os.read(main, 65536)
    os.close(main)
    assert b" copies, " in shown
    assert done.returncode == 0
    assert run(*command[3:], "--force", cwd=tmp_path).stderr == b""


def test_a_pipe_may_carry_gzip_and_other_formats(tmp_path: Path) -> None:
    data = gzip.compress(b'{"text": "many words in here"}\n')
    call = ["expand", "-", "-o", "-", "--preset", "mask", "--format", "jsonl"]
    done = run(*call, cwd=tmp_path, data=data)
    assert done.returncode == 0
    assert done.stdout.startswith(b'{"text": "many words in here", "source_id": "stdin:1"')


def test_a_reader_that_goes_away_is_no_fault(big: Path) -> None:
    command = [*COMMAND, "expand", "in.csv", "-o", "-", "--preset", "mask"]
    process = subprocess.Popen(command, cwd=big, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(timeout=60) == 141
    process.stderr.close()


@pytest.mark.parametrize(
    ("data", "code", "message"),
    [
        (b"", 1, b"in.csv: the file is empty [data_invalid]"),
        (b"text,label\n", 1, b"a header but no rows"),
        (b"a,b\n1,2\n", 1, b"name it with --text"),
        (b"text,text\n1,2\n", 1, b"'text' is there 2 times"),
        ("text\nwörds\n".encode("utf-16"), 1, b"is UTF-16"),
        (b"text,label\ncaf\xe9 au lait,x\n", 3, b""),
        (b"text,label\nnul\0 byte,x\n", 3, b""),
        (b'text,label\n"never closed,x\n', 3, b""),
        ("text\n😀😀\n".encode(), 3, b""),
    ],
)
def test_bad_input(tmp_path: Path, data: bytes, code: int, message: bytes) -> None:
    (tmp_path / "in.csv").write_bytes(data)
    done = run("expand", "in.csv", "-o", "out.csv", "--preset", "mask", cwd=tmp_path)
    assert done.returncode == code
    assert message in done.stderr
    assert b"Traceback" not in done.stderr
    # Without copies there may be an output of originals; a row that is not there is in the rejects.
    kept = {"in.csv", "out.csv.rejects.jsonl"} if code == 3 else {"in.csv"}
    assert set(names(tmp_path)) - {"out.csv", "out.csv.run.json"} == kept
    assert (tmp_path / "out.csv").exists() == (b"1 kept" in done.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_a_line_of_ten_megabytes_passes_and_memory_stays_small(tmp_path: Path) -> None:
    text = b"word " * 2_000_000
    (tmp_path / "in.csv").write_bytes(b"text,label\n" + text + b",x\n" + LINE * 10)
    # What the parent used before it started the process would count in the usage that `wait` tells.
    peak = "import re; from pathlib import Path; from augment.cli import main; " + (
        "assert main('expand in.csv -o out.csv --preset mask'.split()) == 0; "
        "print(*re.findall(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", peak], cwd=tmp_path, capture_output=True, check=True, text=True
    )
    assert "1 text_too_long" in done.stdout
    assert int(done.stdout.split()[-1]) < 200_000  # kB
    assert (
        (tmp_path / "out.csv").read_bytes().startswith(b"text,label,source_id,copy,trail\n" + text)
    )


def test_a_pair_has_one_side_changed_and_the_trail_says_which(tmp_path: Path) -> None:
    data = b"premise\thypothesis\tlabel\nThe big dog sleeps\tAn animal rests\tyes\n"
    (tmp_path / "in.tsv").write_bytes(data)
    spec = "task: similarity\nallow: [meaning]\nsteps: [{kind: masking, rate: 0.5}]\n"
    (tmp_path / "mask.yaml").write_text(spec)
    call = ["expand", "in.tsv", "-o", "out.tsv", "--text", "premise", "--spec", "mask.yaml"]
    done = run(*call, "--text-b", "hypothesis", "--sides", "first", cwd=tmp_path)
    assert done.returncode == 0
    copy = (tmp_path / "out.tsv").read_text().splitlines()[2].split("\t")
    assert "[MASK]" in copy[0]
    assert copy[1:3] == ["An animal rests", "yes"]
    assert '""column"":""premise""' in copy[5]
    wrong = run(*call, "--force", "--text-b", "hypotesis", cwd=tmp_path)
    assert b"(--text-b); did you mean 'hypothesis'?" in wrong.stderr
    refused = run(*call[:-2], "--force", "--text-b", "hypothesis", "--preset", "mask", cwd=tmp_path)
    assert b"are read for similarity, and masking may break meaning" in refused.stderr


def test_conll_through_a_pipe_in_its_own_scheme(tmp_path: Path) -> None:
    data = b"New B-city\nYork L-city\nis O\nvery O\nlarge O\n\nRome U-city\nis O\nold O\n\n"
    call = ["expand", "-", "-o", "-", "--preset", "mask", "--format", "conll"]
    done = run(*call, "--only-copies", cwd=tmp_path, data=data)
    assert done.returncode == 0
    lines = [line for line in done.stdout.splitlines() if not line.startswith(b"# ")]
    assert lines[:2] == [b"New B-city", b"York L-city"]
    assert b"Rome U-city" in lines
    assert sum(line == b"[MASK] O" for line in lines) == 2
    wrong = run(*call, "--tags-scheme", "bio", cwd=tmp_path, data=data)
    assert wrong.returncode == 3
    assert b"tag 2 is 'L-city'; in the scheme bio" in wrong.stderr


def test_seed_and_id_decide_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_bytes(b"text,label\n" + LINE * 3)
    outputs = []
    for name, seed in (("one.csv", 1), ("two.csv", 1), ("three.csv", 2)):
        done = run(
            "expand", "in.csv", "-o", name, "--preset", "mask", "--seed", str(seed), cwd=tmp_path
        )
        assert done.returncode == 0
        outputs.append((tmp_path / name).read_bytes())
    assert outputs[0] == outputs[1] != outputs[2]


def test_help_answers_at_once(tmp_path: Path) -> None:
    def spent() -> float:
        times = os.times()  # CPU: the clock would tell of the machine's other work
        return times.children_user + times.children_system

    times = []
    for _ in range(3):
        began = spent()
        assert run("--help", cwd=tmp_path).returncode == 0
        times.append(spent() - began)
    assert min(times) < 0.5
