"""Client keys: hashed, scoped, rotated, revoked; the ring follows the file."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from service.errors import KeyFileError
from service.keys import KeyFile, KeyRing


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.at = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def file(tmp_path: Path, clock: Clock) -> KeyFile:
    return KeyFile(tmp_path / "keys.json", clock=clock)


@pytest.fixture
def ring(file: KeyFile, clock: Clock) -> KeyRing:
    return KeyRing(file, clock=clock)


def test_a_key_is_found_and_its_secret_is_not_kept(file: KeyFile, ring: KeyRing) -> None:
    assert not ring.required()
    secret = file.add("team-a", ("augment",))
    found = ring.find(secret)
    assert found is not None
    assert (found.name, found.scopes) == ("team-a", ("augment",))
    assert ring.required()
    assert secret not in file.path.read_text()
    assert secret.rpartition("_")[2] not in file.path.read_text()
    assert file.path.stat().st_mode & 0o777 == 0o600


def test_another_secret_opens_nothing(file: KeyFile, ring: KeyRing) -> None:
    secret = file.add("team-a")
    wrong = secret[:-1] + ("A" if secret[-1] != "A" else "B")
    assert ring.find(wrong) is None
    assert ring.find("") is None
    assert ring.find("tas_ünï") is None


def test_rotation_leaves_both_for_a_while(file: KeyFile, ring: KeyRing, clock: Clock) -> None:
    old = file.add("team-a", ("augment",))
    new = file.rotate("team-a", hours=24)
    assert ring.find(old) is not None
    assert ring.find(new) is not None
    clock.at += timedelta(hours=24)
    assert ring.find(old) is None
    found = ring.find(new)
    assert found is not None
    assert found.scopes == ("augment",)


def test_revoking_works_at_once_and_leaves_others(file: KeyFile, ring: KeyRing) -> None:
    first, second = file.add("team-a"), file.add("team-b")
    assert ring.find(first) is not None
    assert file.revoke("team-a") == 1
    assert ring.find(first) is None
    assert ring.find(second) is not None
    with pytest.raises(KeyFileError, match="team-a: no active key has this name or id"):
        file.revoke("team-a")


def test_keys_stay_required_when_all_have_ended(file: KeyFile, ring: KeyRing) -> None:
    file.add("team-a")
    file.revoke("team-a")
    assert ring.required()
    file.path.unlink()
    assert ring.required()


def test_a_file_that_comes_back_opens_again(file: KeyFile, ring: KeyRing) -> None:
    secret = file.add("team-a")
    assert ring.find(secret) is not None
    away = file.path.rename(file.path.with_suffix(".away"))
    assert ring.find(secret) is None
    away.rename(file.path)
    assert ring.find(secret) is not None


def test_a_key_ends_after_its_days(file: KeyFile, ring: KeyRing, clock: Clock) -> None:
    secret = file.add("team-a", days=2)
    clock.at += timedelta(days=1)
    assert ring.find(secret) is not None
    clock.at += timedelta(days=1)
    assert ring.find(secret) is None


def test_what_does_not_hold_is_told(file: KeyFile) -> None:
    with pytest.raises(KeyFileError, match="1 to 40 of a-z, 0-9, .*, not 'Team A'"):
        file.add("Team A")
    file.add("team-a")
    with pytest.raises(KeyFileError, match="replace it: augment-service keys rotate team-a"):
        file.add("team-a")
    with pytest.raises(KeyFileError, match="make one: augment-service keys add team-b"):
        file.rotate("team-b")


@pytest.mark.parametrize("text", ["", "[]", '{"keys": [{"id": 1}]}', '{"keys": 3}'])
def test_a_file_that_is_none_is_told(file: KeyFile, text: str) -> None:
    file.path.write_text(text)
    with pytest.raises(KeyFileError, match="not a file of client keys"):
        file.read()


def test_a_scope_that_there_is_not_is_told(file: KeyFile) -> None:
    file.add("team-a")
    value = json.loads(file.path.read_text())
    value["keys"][0]["scopes"] = ["everything"]
    file.path.write_text(json.dumps(value))
    with pytest.raises(KeyFileError, match="the key 'team-a' has a field that does not hold"):
        file.read()


def test_a_file_that_others_may_write_is_refused(file: KeyFile) -> None:
    file.add("team-a")
    file.path.chmod(0o666)
    with pytest.raises(KeyFileError, match="others may write to the client keys; run: chmod 600"):
        file.read()
