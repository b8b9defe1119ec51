"""All routes: one file for each group of them, one router a file."""

from typing import Final

from fastapi import APIRouter

from service import ui
from service.routes import augmenting, catalogue, checking, health, info, jobs

ROUTERS: Final[tuple[APIRouter, ...]] = (
    augmenting.router,
    checking.router,
    catalogue.router,
    jobs.router,
    info.router,
    health.router,
    health.measured,
    ui.router,
)
