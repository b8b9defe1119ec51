"""All routes: one file for each group of them, one router a file."""

from typing import Final

from fastapi import APIRouter

from service.routes import augmenting, catalogue, checking, health, info

ROUTERS: Final[tuple[APIRouter, ...]] = (
    augmenting.router,
    checking.router,
    catalogue.router,
    info.router,
    health.router,
    health.measured,
)
