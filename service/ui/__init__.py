"""The page at `/`: plain files of this package, under a policy that lets nothing else in.

The page itself holds no secret and asks the API like any client, so it is open; where client keys
are needed, the person types one in, and it stays in the memory of the tab.

A report brings its own styles, which the page's policy forbids. So it is drawn in a frame with a
policy of its own: inline styles, no script but ours, and, being sandboxed, no way to page and API.
"""

from importlib.resources import files
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from service.errors import Problem

_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    "frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
_FRAME: Final = (
    "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-scripts"
)
_TYPES: Final = {
    "index.html": "text/html",
    "page.css": "text/css",
    "icon.svg": "image/svg+xml",
    "page.js": "text/javascript",
    "api.js": "text/javascript",
    "dom.js": "text/javascript",
    "copies.js": "text/javascript",
    "calls.js": "text/javascript",
    "jobs.js": "text/javascript",
    "report.js": "text/javascript",
    "frame.html": "text/html",
    "frame.js": "text/javascript",
}
# A sandboxed frame has an origin of its own, so what it loads must let others load it.
_OWN: Final = {
    "frame.html": {"Content-Security-Policy": _FRAME, "X-Frame-Options": "SAMEORIGIN"},
    "frame.js": {"Cross-Origin-Resource-Policy": "cross-origin"},
}

router = APIRouter(include_in_schema=False)


@router.get("/")
def page() -> Response:
    """Answer with the page."""
    return _file("index.html")


@router.get("/ui/{name}")
def part(name: str) -> Response:
    """Answer with a file that the page loads."""
    if name not in _TYPES:
        raise Problem("not_found", "the page has no such file")
    return _file(name)


def _file(name: str) -> Response:
    headers = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-cache"}
    headers |= _OWN.get(name, {})
    return Response((files(__name__) / name).read_bytes(), headers=headers, media_type=_TYPES[name])
