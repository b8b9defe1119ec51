"""Settings: where they come from, which wins, and what does not hold."""

from pathlib import Path

import pytest

from service.errors import SettingsError
from service.security import may_listen
from service.settings import Settings, read_settings


def test_the_command_line_wins_over_environment_over_file(tmp_path: Path) -> None:
    file = tmp_path / "service.yaml"
    file.write_text("texts: 1\ncopies: 2\nattempts: 3\n")
    environment = {"AUGMENT_SERVICE_COPIES": "5", "AUGMENT_SERVICE_ATTEMPTS": "6", "HOME": "/x"}
    found = read_settings(
        environment=environment, file=file, arguments={"attempts": 7, "texts": None}
    )
    assert (found.texts, found.copies, found.attempts) == (1, 5, 7)
    assert found.body_bytes == Settings().body_bytes


def test_lists_in_the_environment_are_separated_by_commas() -> None:
    environment = {"AUGMENT_SERVICE_TRUSTED_PROXIES": "10.0.0.0/8, ::1"}
    assert read_settings(environment=environment).trusted_proxies == ("10.0.0.0/8", "::1")


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({"AUGMENT_SERVICE_TEXTS": "0"}, r'texts: expected at least 1 \(given: "0"\)'),
        ({"AUGMENT_SERVICE_TEXT": "1"}, "there is no setting AUGMENT_SERVICE_TEXT; there are: .*"),
        ({"AUGMENT_SERVICE_CORS_ORIGINS": "*"}, "'\\*' is no origin such as https://example.org"),
        ({"AUGMENT_SERVICE_TRUSTED_PROXIES": "all"}, "'all' is no address or network"),
        ({"AUGMENT_SERVICE_LOG_LEVEL": "loud"}, "log_level: expected 'debug', 'info'"),
    ],
)
def test_what_does_not_hold_is_told(environment: dict[str, str], told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        read_settings(environment=environment)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("texts: [", "cannot read the settings"),
        ("[1]", "expected `name: value` lines, not list"),
        ("wrong: 1", "wrong: there is no such setting; `augment-service settings` lists all"),
        ("text: 1", r"text: there is no such setting; did you mean texts\?"),
    ],
)
def test_a_file_that_does_not_hold_is_told(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "service.yaml"
    file.write_text(text)
    with pytest.raises(SettingsError, match=told):
        read_settings(environment={}, file=file)


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.3.2.1", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.4", False),
        ("here.example", False),
    ],
)
def test_only_loopback_is_listened_at_without_a_key(host: str, loopback: bool) -> None:
    assert may_listen(Settings(host=host), has_keys=False) == loopback
    assert may_listen(Settings(host=host), has_keys=True)
    assert may_listen(Settings(host=host, insecure=True), has_keys=False)


def test_every_setting_says_what_it_is() -> None:
    missing = [name for name, field in Settings.model_fields.items() if not field.description]
    assert missing == []
