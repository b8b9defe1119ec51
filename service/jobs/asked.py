"""From a request for a job to the folder that its process works in."""

import os
from dataclasses import replace
from pathlib import Path

from augment.datasets.balance import Balance
from augment.datasets.expand import ExpandRequest, check
from augment.datasets.formats import input_kind
from augment.errors import AugmentError, DataError, SpecError
from augment.resources import ResourceSettings
from augment.spec import PipelineSpec
from augment.translation.settings import EngineSettings
from service.errors import Problem
from service.jobs.folders import Folders
from service.jobs.plan import Plan, write_plan
from service.schemas.jobs import JobRequest
from service.settings import Settings


def prepare(
    job: str,
    *,
    asked: JobRequest,
    spec: PipelineSpec,
    client: str,
    folders: Folders,
    settings: Settings,
) -> str:
    """Make the folder of a job, with its input and its plan; the name of the input.

    Raises:
        Problem: there is no such input, or the balance is none.
        AugmentError: the input cannot be read as asked.
    """
    folder = folders.job(job)
    (folder / "output").mkdir(parents=True, mode=0o700)
    source = _input(asked, client, folder, folders)
    engine = EngineSettings(compute_type="float32" if asked.strict else "auto")
    plan = Plan(
        request=_request(asked, source, folder),
        spec=spec,
        resources=ResourceSettings(cache=settings.cache, engine=engine),
        workers=min(asked.workers, settings.job_workers),
    )
    _check(plan, source)
    write_plan(folder, plan)
    return source.name


def _input(asked: JobRequest, client: str, folder: Path, folders: Folders) -> Path:
    if asked.input.file is not None:
        return folders.shared(asked.input.file)
    upload = folders.upload(asked.input.upload or "", client)
    source = folder / "input" / upload.name
    source.parent.mkdir(mode=0o700)
    os.link(upload, source)
    return source


def _request(asked: JobRequest, source: Path, folder: Path) -> ExpandRequest:
    try:
        balance = None if asked.balance is None else Balance.parse(asked.balance)
    except ValueError as error:
        raise Problem("request_invalid", f"balance: {error}") from error
    return ExpandRequest(
        input=source,
        # The suffixes of the input, so that the rows keep their bytes and their packing.
        output=folder / "output" / ("augmented" + "".join(source.suffixes[-2:])),
        kind=input_kind(source, None),
        columns=asked.columns,
        copies=asked.copies,
        balance=balance,
        seed=asked.seed,
        keep_originals=asked.keep_originals,
    )


def _check(plan: Plan, source: Path) -> None:
    """What is wrong with the request, told before it is accepted, without paths of the server."""
    try:
        check(replace(plan.request, resume=True), plan.spec)
    except (DataError, SpecError) as error:
        message = str(error).replace(str(source), source.name)
        raise type(error)(message) from error
    except AugmentError as error:
        raise Problem("request_invalid", str(error).replace(f"{source.parent}/", "")) from error
