"""`augment-service`: keys, settings, and what keeps the server from starting."""

import json
from pathlib import Path

import pytest

from service import cli
from service.keys import KeyFile, KeyRing
from service.settings import Settings


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


def run(capsys: pytest.CaptureFixture[str], *argv: object) -> tuple[int, str, str]:
    code = cli.main([str(one) for one in argv])
    out, err = capsys.readouterr()
    return code, out, err


def test_a_key_is_shown_once_and_works(capsys: pytest.CaptureFixture[str], path: Path) -> None:
    code, out, err = run(capsys, "keys", "add", "team-a", "--scope", "metrics", "--keys", path)
    assert code == 0
    found = KeyRing(KeyFile(path)).find(out.strip())
    assert found is not None
    assert found.scopes == ("metrics",)
    assert "cannot be shown again" in err
    _, listed, _ = run(capsys, "keys", "list", "--keys", path)
    assert listed.split() == [found.id, "team-a", "active", "metrics"]
    _, plain, _ = run(capsys, "keys", "list", "--json", "--keys", path)
    assert json.loads(plain)[0]["active"]
    for told in (listed, plain):
        assert out.strip() not in told
        assert found.sha256 not in told


def test_keys_are_rotated_and_revoked(capsys: pytest.CaptureFixture[str], path: Path) -> None:
    _, old, _ = run(capsys, "keys", "add", "team-a", "--keys", path)
    code, new, err = run(capsys, "keys", "rotate", "team-a", "--hours", 2, "--keys", path)
    assert (code, err) == (0, "the old key of team-a ends in 2 hours\n")
    assert old != new
    code, out, _ = run(capsys, "keys", "revoke", "team-a", "--keys", path)
    assert (code, out) == (0, "revoked 2 keys of team-a\n")
    code, _, err = run(capsys, "keys", "revoke", "team-a", "--keys", path)
    assert code == 1
    assert err.endswith("team-a: no active key has this name or id [keys_unusable]\n")


@pytest.mark.parametrize("given", ["nan", "inf", "1e12", "-3", "0", "soon"])
def test_days_of_a_key_can_be_told(
    capsys: pytest.CaptureFixture[str], path: Path, given: str
) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(["keys", "add", "team-a", "--days", given, "--keys", str(path)])
    assert caught.value.code == 2
    assert f"'{given}' is no number from" in capsys.readouterr().err
    assert not path.exists()


def test_other_addresses_want_a_key(capsys: pytest.CaptureFixture[str], path: Path) -> None:
    code, _, err = run(capsys, "serve", "--host", "0.0.0.0", "--keys", path)
    assert code == 1
    assert "0.0.0.0 is reached from other machines, and there is no client key" in err
    assert err.endswith("[settings_invalid]\n")


def test_a_wrong_setting_keeps_the_server_from_starting(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUGMENT_SERVICE_COPIES", "many")
    code, _, err = run(capsys, "serve")
    assert code == 1
    assert "copies: expected a whole number" in err


def test_all_settings_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "settings")
    assert code == 0
    for name in Settings.model_fields:
        assert f"\n{name}: " in f"\n{out}"


def test_the_document_is_json(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "openapi")
    assert code == 0
    assert json.loads(out)["openapi"].startswith("3.")
