"""Who asks, by which name the server is called, and what browsers are told."""

from dataclasses import dataclass
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request

from service.errors import Problem
from service.keys import SCOPES, Scope
from service.settings import Settings
from service.state import Service

# Routes may set others; these go with every answer that has none of its own.
HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

_LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Client:
    """Who asks: the name of the key, and what it opens."""

    name: str
    scopes: tuple[Scope, ...]


# Where no key was ever made, only programs of this machine come in, and they may do everything.
ANYONE: Final = Client("local", SCOPES)


def authorize(request: Request, service: Service, scope: Scope | None) -> Client:
    """The client that asks, whose key opens `scope`.

    Raises:
        Problem: `unauthenticated` or `scope_missing`.
    """
    if not service.keys.required():
        return ANYONE
    kind, _, secret = request.headers.get("authorization", "").partition(" ")
    key = service.keys.find(secret.strip()) if kind.lower() == "bearer" else None
    if key is None:
        raise Problem(
            "unauthenticated",
            "send an active client key as `Authorization: Bearer KEY`; "
            "one is made by: augment-service keys add NAME",
            headers={"WWW-Authenticate": "Bearer"},
        )
    if scope is not None and scope not in key.scopes:
        raise Problem(
            "scope_missing",
            f"the key of {key.name} opens {', '.join(key.scopes) or 'nothing'}, not {scope}",
        )
    return Client(key.name, key.scopes)


def check_host(headers: Headers, service: Service) -> None:
    """Refuse names that are not this server's, where no key says who asks.

    A web page can have its own name point at this machine and then pass for a page of this server.

    Raises:
        Problem: `host_unknown`.
    """
    settings = service.settings
    if settings.insecure or "*" in settings.allowed_hosts or service.keys.required():
        return
    name = _host(headers.get("host", ""))
    if name not in (*_LOOPBACK, settings.host, *settings.allowed_hosts):
        raise Problem(
            "host_unknown",
            "the server is not called by this name; start it with allowed_hosts, or make client "
            "keys: augment-service keys add NAME",
        )


def add_headers(headers: MutableHeaders) -> None:
    """What browsers must not do with an answer."""
    for name, value in HEADERS.items():
        headers.setdefault(name, value)


def may_listen(settings: Settings, *, has_keys: bool) -> bool:
    """Whether the address may be listened at: others than loopback want a key."""
    return settings.loopback or has_keys or settings.insecure


def _host(value: str) -> str:
    """The name in a Host header, without the port.

    >>> _host("localhost:8000"), _host("[::1]:8000"), _host("[::1]")
    ('localhost', '::1', '::1')
    """
    if value.startswith("["):
        return value[1:].partition("]")[0]
    return value.partition(":")[0].lower()
