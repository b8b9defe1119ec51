"""Client keys: made here, shown once, kept as hashes only.

A key is `tas_`, eight hex digits that name it, and 256 random bits. The file holds its SHA-256: of
so many random bits, no slow hash is needed. Keys with one name are one client, so that an old and a
new one work side by side while a client changes over.
"""

import hmac
import json
import os
import re
import secrets
import stat
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final, Literal, get_args

from filelock import FileLock
from platformdirs import user_config_path

from service.errors import KeyFileError

Scope = Literal["augment", "jobs", "metrics"]
SCOPES: Final[tuple[Scope, ...]] = get_args(Scope)

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
_KEY: Final = re.compile(r"tas_([0-9a-f]{8})_[A-Za-z0-9_-]{43}")
# What an unknown key is compared with, so that it takes the time of a known one.
_NOBODY: Final = sha256(b"nobody").hexdigest()

Clock = Callable[[], datetime]


def now() -> datetime:
    """The time, in UTC and whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)


@dataclass(frozen=True, slots=True)
class Key:
    """What is known of a key; times are ISO 8601 in UTC, None for never."""

    id: str
    name: str
    sha256: str
    scopes: tuple[Scope, ...]
    created: str
    expires: str | None = None
    revoked: str | None = None

    def active(self, at: datetime) -> bool:
        """Whether the key opens anything at that time."""
        expired = self.expires is not None and datetime.fromisoformat(self.expires) <= at
        return self.revoked is None and not expired


class KeyFile:
    """The file of keys. Every change takes its name at once, under a lock."""

    def __init__(self, path: Path | None = None, *, clock: Clock = now) -> None:
        folder = user_config_path("text-augmentation-service", appauthor=False)
        self.path = path or folder / "service-keys.json"
        self._clock = clock

    def read(self) -> tuple[Key, ...]:
        """All keys, revoked ones too; none where there is no file.

        Raises:
            KeyFileError: the file is no list of keys, or others may write to it.
        """
        try:
            mode = self.path.stat().st_mode
            text = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return ()
        except (OSError, UnicodeDecodeError) as error:
            raise KeyFileError(f"{self.path}: cannot read the client keys: {error}") from error
        if mode & (stat.S_IWGRP | stat.S_IWOTH):
            raise KeyFileError(
                f"{self.path}: others may write to the client keys; run: chmod 600 {self.path}"
            )
        try:
            return tuple(_key(entry) for entry in json.loads(text)["keys"])
        except (ValueError, TypeError, KeyError) as error:
            raise KeyFileError(f"{self.path}: not a file of client keys: {error!r}") from error

    def add(
        self, name: str, scopes: Iterable[Scope] = ("augment", "jobs"), days: float | None = None
    ) -> str:
        """A new key for a client; the only time that it can be read.

        Raises:
            KeyFileError: the name does not hold, or the client has an active key already.
        """
        if not _NAME.fullmatch(name):
            raise KeyFileError(
                f"a client's name is 1 to 40 of a-z, 0-9, '.', '_' and '-', not {name!r}"
            )
        with self._lock():
            keys = self.read()
            if self._active(keys, name):
                raise KeyFileError(
                    f"{name} has an active key; replace it: augment-service keys rotate {name}"
                )
            secret, key = self._new(name, tuple(scopes), days)
            self._write([*keys, key])
        return secret

    def rotate(self, name: str, *, hours: float = 24) -> str:
        """A new key with the scopes of the old one, which ends after so many hours.

        Raises:
            KeyFileError: the client has no active key.
        """
        with self._lock():
            keys = self.read()
            old = self._active(keys, name)
            if not old:
                raise KeyFileError(
                    f"{name} has no active key; make one: augment-service keys add {name}"
                )
            secret, key = self._new(name, old[-1].scopes, None)
            end = (self._clock() + timedelta(hours=hours)).isoformat()
            ended = {one.id: replace(one, expires=min(one.expires or end, end)) for one in old}
            self._write([*(ended.get(one.id, one) for one in keys), key])
        return secret

    def revoke(self, name: str) -> int:
        """End a client's keys, or the one with that id, at once; how many there were.

        Raises:
            KeyFileError: there is no active one.
        """
        with self._lock():
            keys = self.read()
            at = self._clock()
            meant = {one.id for one in keys if name in (one.name, one.id) and one.active(at)}
            if not meant:
                raise KeyFileError(f"{name}: no active key has this name or id")
            ended = [replace(k, revoked=at.isoformat()) if k.id in meant else k for k in keys]
            self._write(ended)
        return len(meant)

    def _active(self, keys: Sequence[Key], name: str) -> list[Key]:
        return [key for key in keys if key.name == name and key.active(self._clock())]

    def _new(self, name: str, scopes: tuple[Scope, ...], days: float | None) -> tuple[str, Key]:
        at = self._clock()
        identity = secrets.token_hex(4)
        secret = f"tas_{identity}_{secrets.token_urlsafe(32)}"
        expires = None if days is None else (at + timedelta(days=days)).isoformat()
        digest = sha256(secret.encode()).hexdigest()
        return secret, Key(identity, name, digest, scopes, at.isoformat(), expires)

    def _lock(self) -> FileLock:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        return FileLock(f"{self.path}.lock", timeout=30)

    def _write(self, keys: Sequence[Key]) -> None:
        value = {"version": 1, "keys": [asdict(key) for key in keys]}
        # mkstemp gives the file to its owner alone.
        handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=".service-keys-")
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            json.dump(value, out, indent=1)
            out.flush()
            os.fsync(out.fileno())
        os.replace(name, self.path)


class KeyRing:
    """The keys as the server knows them: read again when the file changes."""

    def __init__(self, file: KeyFile, *, clock: Clock = now) -> None:
        self._file = file
        self._clock = clock
        self._seen: tuple[int, int, int] | None = None
        self._keys: dict[str, Key] = {}
        self._any = False

    def required(self) -> bool:
        """Whether clients need a key: once one was made, they do, even if all have ended."""
        self._refresh()
        return self._any

    def find(self, secret: str) -> Key | None:
        """The active key of this secret; takes as long for an unknown one."""
        self._refresh()
        shape = _KEY.fullmatch(secret)
        key = self._keys.get(shape.group(1)) if shape else None
        digest = sha256(secret.encode()).hexdigest()
        same = hmac.compare_digest(digest, key.sha256 if key else _NOBODY)
        return key if key is not None and same and key.active(self._clock()) else None

    def _refresh(self) -> None:
        try:
            found = self._file.path.stat()
            stamp = (found.st_mtime_ns, found.st_ino, found.st_size)
        except FileNotFoundError:
            # A file that goes missing under a running server opens nothing.
            self._keys, self._seen = {}, None
            return
        if stamp != self._seen:
            self._keys = {key.id: key for key in self._file.read()}
            self._any = self._any or bool(self._keys)
            self._seen = stamp


def _key(entry: dict[str, object]) -> Key:
    key = Key(**{**entry, "scopes": tuple(entry["scopes"])})  # type: ignore[arg-type]
    texts = (key.id, key.name, key.sha256, key.created)
    if not all(isinstance(text, str) for text in texts) or not set(key.scopes) <= {*SCOPES}:
        raise ValueError(f"the key {key.name!r} has a field that does not hold")
    return key
