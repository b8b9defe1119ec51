"""How the server runs: every setting with its default, read once at start.

A setting comes from, last one wins: the default, a YAML file (`--config`), the environment
(`AUGMENT_SERVICE_` and the name in capitals), the command line. All limits are on by default.
"""

from collections.abc import Mapping
from difflib import get_close_matches
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from augment.plain import explained, read_yaml
from service.errors import SettingsError

PREFIX: Final = "AUGMENT_SERVICE_"

Seconds = Annotated[float, Field(gt=0, le=86_400)]
Count = Annotated[int, Field(ge=1, le=1_000_000_000)]


class Settings(BaseModel):
    """All settings of the server; frozen, and a name that there is not is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    host: str = "127.0.0.1"
    """Address to listen at. Any other than a loopback address wants a client key."""
    port: int = Field(default=8000, ge=0, le=65_535)
    """0: a free one, told in the log."""
    insecure: bool = False
    """Listen at any address without a client key: everyone who reaches it may use it."""
    keys: Path | None = None
    """File of client keys; without it `service-keys.json` in the user's configuration folder."""
    cache: Path | None = None
    """Folder of prepared models; without it the user's cache folder."""
    allowed_hosts: tuple[str, ...] = ()
    """Host names by which clients may call the server, beside its address and localhost; `*`: any.
    Without client keys, others are refused: a web page may have pointed its name at this server."""
    cors_origins: tuple[str, ...] = ()
    """Web pages of other origins that browsers let call the server; none."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses or networks whose X-Forwarded-For and X-Forwarded-Proto are believed; none."""

    body_bytes: Count = 1_048_576
    """Size of a request's body, counted as it comes in."""
    body_seconds: Seconds = 30
    """Time in which a request's body must have come in."""
    header_seconds: Seconds = 10
    """Time in which a request's head must have come in."""
    send_seconds: Seconds = 30
    """Time in which a client must have taken each part of an answer."""
    keep_alive_seconds: Annotated[int, Field(ge=1, le=3600)] = 5
    """Time for which an idle connection is kept."""
    connections: Count = 1000
    """Connections at once."""
    requests_at_once: Count = 256
    """Requests for work at once; more are told to come again."""
    texts: Count = 128
    """Texts in a request."""
    text_characters: Count = 10_000
    """Characters of a text."""
    copies: Count = 10
    """Copies of a text."""
    candidates: Count = 40
    """Distinct draws for the copies of a text (`candidates` of a spec)."""
    attempts: Count = 20
    """Draws for one copy (`attempts` of a spec)."""
    steps: Count = 64
    """Steps and combinators of a spec, nested ones counted."""
    phrases: Count = 1000
    """Phrases that a spec protects."""
    allow_patterns: bool = False
    """Whether specs may protect regular expressions. Some take time without bound: the worker that
    meets one is ended at its time limit, so allow them only for clients that you trust."""
    pattern_characters: Count = 200
    """Characters of a regular expression, where they are allowed."""
    model_folders: tuple[Path, ...] = ()
    """Folders whose content a spec may name (tokenizers, models of checks); none."""

    data: Path | None = None
    """Folder of uploads and jobs; without it the user's data folder. Servers that share a database
    share this folder, too."""
    data_roots: tuple[Path, ...] = ()
    """Folders whose files a job may read by name; none."""
    database: str | None = None
    """Where jobs are kept, as postgresql+psycopg://USER:PASSWORD@HOST/NAME, for several servers;
    without it SQLite in the data folder."""
    replica: str = Field(default="main", pattern="^[a-z0-9][a-z0-9._-]{0,39}$")
    """Name of this server among those that share a database; stays the same at a restart."""
    lease_seconds: Annotated[float, Field(ge=0.5, le=3600)] = 30
    """Time after which the jobs of a server that says nothing are taken over by another."""
    jobs_at_once: Annotated[int, Field(ge=1, le=256)] = 1
    """Jobs that this server works at side by side."""
    job_workers: Annotated[int, Field(ge=1, le=256)] = 2
    """Processes that a job may ask for."""
    job_stall_seconds: Seconds = 3600
    """Time after which a job's process that says nothing is replaced."""
    job_days: float = Field(default=7, ge=0, le=3650)
    """Days for which jobs that have ended, and uploads, are kept; uploads at least one."""
    jobs_waiting: Count = 20
    """Jobs of a client that have not ended."""
    upload_bytes: Annotated[int, Field(ge=1)] = 1 << 30
    """Size of an upload, counted as it comes in."""
    uploads: Count = 100
    """Uploads of a client that are kept."""

    request_seconds: Seconds = 30
    """Time for a request to be done, waiting included; a client may ask for less."""
    rate_cost: Count = 50_000
    """Padded tokens a second that each client key may ask for in the long run."""
    burst_cost: Count = 2_000_000
    """Padded tokens that a client key may ask for at once."""
    ready_seconds: Seconds = 10
    """Age at which the answer of `readyz` is found anew."""
    probe_seconds: Seconds = 20
    """Time for the round trip behind `readyz`; the first one loads models."""
    drain_seconds: Seconds = 30
    """Time for accepted work to end after SIGTERM."""
    drain_notice_seconds: float = Field(default=1, ge=0, le=600)
    """Time for which the server stays reachable, but not ready, after SIGTERM."""
    traces: bool = False
    """Whether spans of requests go to the OpenTelemetry collector of OTEL_EXPORTER_OTLP_ENDPOINT;
    without texts, keys and addresses. Needs `text-augmentation-service[otel]`."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """Least level that is logged."""

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, listed: tuple[str, ...]) -> tuple[str, ...]:
        for one in listed:
            try:
                ip_network(one, strict=False)
            except ValueError as error:
                raise ValueError(f"{one!r} is no address or network such as 10.0.0.0/8") from error
        return listed

    @field_validator("cors_origins")
    @classmethod
    def _origins(cls, listed: tuple[str, ...]) -> tuple[str, ...]:
        for one in listed:
            if not one.startswith(("http://", "https://")) or one.endswith("/"):
                raise ValueError(f"{one!r} is no origin such as https://example.org; * is not one")
        return listed

    @property
    def loopback(self) -> bool:
        """Whether only programs of this machine reach the server."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:  # a name: what it stands for may change
            return False


def read_settings(
    *,
    environment: Mapping[str, str],
    file: Path | None = None,
    arguments: Mapping[str, Any] | None = None,
) -> Settings:
    """The settings of one start; `arguments` that are None were not given.

    Raises:
        SettingsError: names every setting that does not hold, and what was given.
    """
    found: dict[str, Any] = _from_file(file) if file is not None else {}
    found |= _from_environment(environment)
    found |= {name: value for name, value in (arguments or {}).items() if value is not None}
    try:
        return Settings.model_validate(found)
    except ValidationError as error:
        lines = [_explained(one) for one in error.errors()]
        raise SettingsError("\n  ".join(["the settings do not hold:", *lines])) from error


def _explained(fault: Any) -> str:
    place = ".".join(str(part) for part in fault["loc"])
    if fault["type"] != "extra_forbidden":
        return explained(fault)
    alike = get_close_matches(place, Settings.model_fields, n=1)
    hint = f"did you mean {alike[0]}?" if alike else "`augment-service settings` lists all"
    return f"{place}: there is no such setting; {hint}"


def _from_file(path: Path) -> dict[str, Any]:
    try:
        value = read_yaml(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path}: cannot read the settings: {error}") from error
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise SettingsError(f"{path}: expected `name: value` lines, not {type(value).__name__}")
    return value


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    """Lists are separated by commas; an empty value is as good as none."""
    found: dict[str, Any] = {}
    for variable, value in environment.items():
        if not variable.startswith(PREFIX) or not value:
            continue
        name = variable.removeprefix(PREFIX).lower()
        field = Settings.model_fields.get(name)
        if field is None:
            known = ", ".join(PREFIX + one.upper() for one in Settings.model_fields)
            raise SettingsError(f"there is no setting {variable}; there are: {known}")
        listed = "tuple" in str(field.annotation)
        found[name] = [one.strip() for one in value.split(",")] if listed else value
    return found
