"""The OpenAPI document, which depends on the routes alone."""

from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from augment import __version__
from service.routes import ROUTERS
from service.schemas import ProblemDocument

TITLE: Final = "Text augmentation service"

_ABOUT: Final = """\
Augmentation of labelled texts: the steps and checks of `augment expand`, over HTTP. The same spec,
seed and ids give the same copies. Errors are problem documents (RFC 9457) with stable codes.
"""


def document() -> dict[str, Any]:
    """The document, with problem documents and the client key in it."""
    app = FastAPI()
    for router in ROUTERS:
        app.include_router(router)
    found = get_openapi(
        title=TITLE,
        version=__version__,
        description=_ABOUT,
        routes=app.routes,
        separate_input_output_schemas=False,
    )
    parts = found["components"]
    schemas = parts["schemas"] | {ProblemDocument.__name__: ProblemDocument.model_json_schema()}
    parts["schemas"] = dict(sorted(schemas.items()))
    parts["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
    # A server on loopback for which no key was made is used without one.
    found["security"] = [{"key": []}, {}]
    return found
