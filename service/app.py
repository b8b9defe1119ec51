"""The application: routes, what is around them, and the answers to errors."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response

from augment import __version__
from augment.errors import AugmentError
from service import logs, problems
from service.document import TITLE, document
from service.errors import Problem
from service.jobs.jobs import Jobs
from service.keys import KeyFile, KeyRing
from service.middleware import Around
from service.routes import ROUTERS
from service.settings import Settings
from service.state import Engine, Service
from service.tracing import Tracing, tracing


def create_app(
    settings: Settings,
    engine: Engine,
    keys: KeyFile | None = None,
    jobs: Jobs | None = None,
    spans: Tracing | None = None,
) -> FastAPI:
    """The application around an engine and jobs, which it starts and closes, as it does `spans`.

    Raises:
        KeyFileError: the file of client keys cannot be used.
        SettingsError: traces are wanted and their packages are missing.
    """
    service = Service(settings, engine, KeyRing(keys or KeyFile(settings.keys)), jobs)
    service.tracing = spans or tracing(wanted=settings.traces)
    service.keys.required()  # a file that cannot be read is told now, not to the first client

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        try:
            await engine.start()
            await _start(jobs, engine)
        except AugmentError as error:
            logs.event("start_failed", level=logging.ERROR, code=error.code, message=str(error))
            raise
        except Exception as error:
            logs.event("start_failed", level=logging.ERROR, exception=logs.described(error))
            raise
        service.gate.draining = False
        try:
            yield
        finally:
            service.gate.draining = True
            if jobs is not None:
                await asyncio.to_thread(jobs.close)
            await engine.drain(settings.drain_seconds)
            await engine.close()
            await asyncio.to_thread(service.tracing.close)

    app = FastAPI(
        title=TITLE,
        version=__version__,
        openapi_url="/v1/openapi.json",
        docs_url=None,  # the framework's pages load scripts from elsewhere
        redoc_url=None,
        lifespan=lifespan,
        # Its spans and logs would hold paths and messages of clients.
        telemetry={"tracing": False, "metrics": False, "logs": False, "operation_spans": False},
        exception_handlers={
            AugmentError: _on_error,
            RequestValidationError: _on_validation,
            HTTPException: _on_http,
        },
    )
    app.state.service = service
    for router in ROUTERS:
        app.include_router(router)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["DELETE", "GET", "POST"],
            allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "X-Request-ID"],
            expose_headers=["Retry-After", "Server-Timing", "X-Request-ID"],
        )
    app.add_middleware(Around, service=service)
    app.openapi = document  # type: ignore[method-assign]
    return app


async def _start(jobs: Jobs | None, engine: Engine) -> None:
    """Start the jobs; an engine that runs already is not left behind where they cannot."""
    try:
        if jobs is not None:
            await asyncio.to_thread(jobs.start)
    except BaseException:
        await engine.close()
        raise


async def _on_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, AugmentError):
        raise error
    return _answer(request, problems.from_error(error))


async def _on_validation(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    return _answer(request, problems.from_validation(error))


async def _on_http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    return _answer(request, problems.from_http(error))


def _answer(request: Request, problem: Problem) -> Response:
    service: Service = request.app.state.service
    service.metrics.problems.labels(problem.code).inc()
    request.state.log["problem"] = problem.code
    return problems.response(problem, request_id=request.state.request_id)
