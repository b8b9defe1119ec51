"""The folder in which a run lies until its output is whole: `OUTPUT.work`.

It has what the run was asked for, the plan's end, what the checks learnt, and the files of finished
units with their manifest. One run at a time holds its lock, which the system lets go of however
that run ends.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from filelock import FileLock, Timeout

from augment.datasets.output import OutputFile
from augment.datasets.units.files import UnitDone
from augment.datasets.units.identity import check_same
from augment.datasets.units.manifest import Manifest
from augment.errors import OutputError, RunError
from augment.translation.manifest import sha256

SUFFIX = ".work"
_IDENTITY = "run.json"
_PUBLISHING = "publishing.json"


class WorkFolder:
    """The folder of one run, locked for it.

    Outputs without a name of their own (standard output, devices) have a temporary one.
    """

    def __init__(self, output: Path | None) -> None:
        """Make or find the folder, and lock it.

        Raises:
            OutputError: it cannot be made.
            RunError: another run holds it.
        """
        named = output is not None and (is_kept(output) or not output.exists())
        self._temporary = not named
        self._path = work_path(output) if named and output is not None else _temporary()
        self._lock = FileLock(self._path / "lock")
        self._manifest: Manifest | None = None
        try:
            self._path.mkdir(exist_ok=True)
            self._lock.acquire(timeout=0)
        except Timeout:
            raise RunError(
                f"{self._path}: another run is writing this output; wait for its end, or name "
                "another output"
            ) from None
        except OSError as error:
            raise OutputError(
                f"{self._path}: cannot be written: {error.strerror or error}"
            ) from error
        self._found = self.begun
        if not (self._path / "lock").exists():
            raise RunError(f"{self._path}: another run has just ended; look at its output first")

    @property
    def path(self) -> Path:
        """The folder."""
        return self._path

    @property
    def units(self) -> Path:
        """Where the files of units are."""
        return self._path / "units"

    @property
    def fit(self) -> Path:
        """Where lies what steps and checks learnt of the data set."""
        return self._path / "fit"

    @property
    def fitted(self) -> bool:
        """Whether all of it is there."""
        return (self._path / "fit.json").is_file()

    @property
    def spool(self) -> Path:
        """What was read of standard input."""
        return self._path / "input"

    @property
    def manifest(self) -> Manifest:
        """The list of units that are done."""
        assert self._manifest is not None, "opened by begin"
        return self._manifest

    @property
    def begun(self) -> bool:
        """Whether a run was broken off here."""
        return (self._path / _IDENTITY).is_file()

    def begin(self, identity: Mapping[str, Any], *, resume: bool, restart: bool) -> None:
        """Begin a run, or go on with the one that was broken off.

        Raises:
            RunError: there is one, and it is not said what to do with it; or it differs.
        """
        if self.begun and restart:
            self._clear()
        if self.begun and not resume:
            raise RunError(
                f"{self._path}: a run of this output was broken off; go on with it by --resume, "
                "or drop what it did and begin anew by --restart"
            )
        if self.begun:
            began = json.loads((self._path / _IDENTITY).read_text(encoding="utf-8"))
            check_same(began, identity, str(self._path))
        else:
            self.write(_IDENTITY, identity)
        with _writing(self._path):
            self.units.mkdir(exist_ok=True)
            self._manifest = Manifest(self._path / "manifest.jsonl")
            self._tidy()

    def beside(self, path: Path | None) -> Path | None:
        """The folder itself, where it is on the disk of a file that is to be written, else None."""
        if path is None or (path.exists() and not is_kept(path)):
            return None
        same = path.resolve().parent.stat().st_dev == self._path.stat().st_dev
        return self._path if same else None

    def write(self, name: str, value: Mapping[str, Any]) -> None:
        """Put JSON on disk, whole or not at all."""
        text = json.dumps(value, indent=1, ensure_ascii=False, sort_keys=True)
        with OutputFile(self._path / name, force=True) as file:
            file.write(text.encode("utf-8", "surrogatepass") + b"\n")
            file.publish()

    def note_fit(self) -> None:
        """Say that all that was learnt of the data set is on disk, and which bytes it is."""
        found = sorted(path for path in self.fit.rglob("*") if path.is_file())
        for path in found:
            with path.open("rb") as file:
                os.fsync(file.fileno())
        self.write("fit.json", {str(path.relative_to(self.fit)): sha256(path) for path in found})

    def note_publishing(self) -> None:
        """Say that from now on a file of the output's name is this run's."""
        self.write(_PUBLISHING, {})

    def drop_broken(self) -> int:
        """Forget finished units whose files are not as they were written; how many those were."""
        broken = [
            unit
            for unit in self.manifest
            if not (done := UnitDone.from_json(self.manifest[unit])).whole(self.units) or done.lost
        ]
        for unit in broken:
            self.manifest.forget(unit)
        return len(broken)

    def remove(self) -> None:
        """Remove the folder and all in it; its work is done."""
        if self._manifest is not None:
            self._manifest.close()
            self._manifest, self._found = None, False
        shutil.rmtree(self._path, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # What a run before this one left is never lost, unless this one got so far as to open it.
        # By the file: a signal may come when a line is written and not yet counted.
        worth = self._found if self._manifest is None else not self._manifest.empty
        if self._manifest is not None:
            self._manifest.close()
        if self._temporary or not worth:
            shutil.rmtree(self._path, ignore_errors=True)
        self._lock.release()

    def _tidy(self) -> None:
        """Remove what runs that were killed left half made; only the manifest says what counts."""
        for path in self._path.glob(".*.tmp*"):
            if path.is_dir():  # an output of several files
                shutil.rmtree(path)
            else:
                path.unlink()
        for path in self.units.iterdir():
            number = int(path.name.lstrip(".").partition("-")[0])
            noted = self.manifest.get(number)
            kept = () if noted is None else UnitDone.from_json(noted).files
            if path.name not in {file.name for file in kept}:
                path.unlink(missing_ok=True)

    def _clear(self) -> None:
        for found in self._path.iterdir():
            if found.is_dir():
                shutil.rmtree(found)
            elif found.name != "lock":
                with suppress(FileNotFoundError):
                    found.unlink()


def work_path(output: Path) -> Path:
    """Where the work on an output lies until it is whole.

    >>> str(work_path(Path("larger.csv")))
    'larger.csv.work'
    """
    output = output.resolve() if output.is_symlink() else output
    return output.with_name(output.name + SUFFIX)


def is_kept(path: Path) -> bool:
    """Whether a path is a file or a folder, and no device or pipe."""
    return path.is_file() or path.is_dir()


def is_publishing(output: Path) -> bool:
    """Whether a run was broken off between giving the output its name and its own end."""
    return (work_path(output) / _PUBLISHING).is_file()


def _temporary() -> Path:
    return Path(tempfile.mkdtemp(prefix="augment-", suffix=SUFFIX))


def _writing(path: Path) -> "_Writing":
    return _Writing(path)


class _Writing:
    """Turns what goes wrong while writing into an OutputError that names the folder."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if isinstance(error, OSError):
            raise OutputError(
                f"{self._path}: cannot be written: {error.strerror or error}"
            ) from error
