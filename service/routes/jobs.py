"""`/v1/uploads` and `/v1/jobs`: whole data sets."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Path, Query, Request
from starlette.responses import FileResponse, Response, StreamingResponse

from service import answers
from service.errors import Problem
from service.jobs.folders import Upload
from service.jobs.jobs import Jobs
from service.jobs.plan import FileName, files_of
from service.jobs.store import ENDED, Row
from service.routes.answers import ACCESS, BODY
from service.routes.answers import problems as documented
from service.routing import client_of, guarded
from service.schemas import JobError, JobList, JobOut, JobRequest, ProgressOut, UploadOut
from service.state import Service, service_of
from service.work import chosen_spec

router = APIRouter(
    prefix="/v1",
    tags=["jobs"],
    route_class=guarded("jobs"),
    responses=documented(*ACCESS, "jobs_off"),
)

JobId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]

EVENTS: Final = "text/event-stream"
_FOUND: Final = ("not_found", "request_invalid")
_PART: Final = 1 << 20
_LOOK_EVERY: Final = 0.5
_SPEAK_EVERY: Final = 10.0
# The page has styles and pictures in itself, and nothing else.
_PAGE: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"


@router.post(
    "/uploads",
    operation_id="upload",
    status_code=201,
    responses=documented(
        "request_invalid", "body_too_large", "body_too_slow", "too_many_jobs", "disk_full",
        "draining",
    ),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string"}}},
        }
    },
)  # fmt: skip
async def upload(request: Request, name: Annotated[str, Query(max_length=120)]) -> UploadOut:
    """Send a file for jobs, as the body, under a name with a suffix such as `train.csv`.

    Ids of its rows are made of the name, unless a column has them.
    """
    service, jobs, client = service_of(request), _jobs(request), client_of(request)
    with service.gate.entered():
        if (
            await asyncio.to_thread(jobs.folders.uploads_of, client.name)
            >= service.settings.uploads
        ):
            raise Problem(
                "too_many_jobs",
                f"{service.settings.uploads} uploads are kept for this client; they are removed "
                f"after {max(1, service.settings.job_days):g} days",
                retry_after=3600,
            )
        with await asyncio.to_thread(Upload, jobs.folders, name, client.name) as coming:
            await _receive(request, coming, service)
            return UploadOut(**await asyncio.to_thread(coming.finish))


@router.post(
    "/jobs",
    operation_id="create_job",
    status_code=202,
    responses=documented(
        *BODY, "spec_invalid", "spec_refused", "too_many_copies", "data_invalid", "not_found",
        "idempotency_mismatch", "too_many_jobs", "disk_full", "draining",
    ),
)  # fmt: skip
def create(
    body: JobRequest,
    request: Request,
    response: Response,
    idempotency_key: Annotated[str | None, Header(min_length=1, max_length=200)] = None,
) -> JobOut:
    """Make copies of the texts of a data set.

    The answer comes when the job is on disk; from then on it survives whatever ends. The same
    request with the same Idempotency-Key is the same job.
    """
    service, jobs = service_of(request), _jobs(request)
    if service.gate.draining:
        raise Problem("draining", "the server is shutting down; ask another one", retry_after=1)
    spec = chosen_spec(body, service, data_set=True)
    row = jobs.create(body, spec, client_of(request).name, idempotency_key)
    response.headers["Location"] = f"/v1/jobs/{row.id}"
    return _told(row, jobs)


@router.get("/jobs", operation_id="jobs")
def list_jobs(request: Request) -> JobList:
    """List the jobs of this client, newest first; at most 200."""
    jobs = _jobs(request)
    return JobList(jobs=tuple(_told(row, jobs) for row in jobs.store.of(client_of(request).name)))


@router.get("/jobs/{job}", operation_id="job", responses=documented(*_FOUND))
def show(job: JobId, request: Request) -> JobOut:
    """Tell how a job is."""
    jobs = _jobs(request)
    return _told(_row(job, request), jobs)


@router.get(
    "/jobs/{job}/events",
    operation_id="job_events",
    response_class=Response,
    responses={
        200: {"description": "The job whenever it changed, until it has ended; server-sent events.",
              "content": {EVENTS: {"schema": {"type": "string"}}}},
        **documented(*_FOUND),
    },
)  # fmt: skip
async def events(job: JobId, request: Request) -> Response:
    """Watch a job."""
    row = await asyncio.to_thread(_row, job, request)
    return StreamingResponse(_events(row, request), media_type=EVENTS)


@router.post("/jobs/{job}/pause", operation_id="pause_job", status_code=202,
             responses=documented(*_FOUND, "job_state"))  # fmt: skip
def pause(job: JobId, request: Request) -> JobOut:
    """Stop a job and keep what is done."""
    return _changed(job, request, Jobs.pause)


@router.post("/jobs/{job}/resume", operation_id="resume_job", status_code=202,
             responses=documented(*_FOUND, "job_state"))  # fmt: skip
def resume(job: JobId, request: Request) -> JobOut:
    """Go on with a job that was paused."""
    return _changed(job, request, Jobs.resume)


@router.post("/jobs/{job}/cancel", operation_id="cancel_job", status_code=202,
             responses=documented(*_FOUND, "job_state"))  # fmt: skip
def cancel(job: JobId, request: Request) -> JobOut:
    """Stop a job and drop what is done."""
    return _changed(job, request, Jobs.cancel)


@router.post("/jobs/{job}/retry", operation_id="retry_job", status_code=202,
             responses=documented(*_FOUND, "job_state"))  # fmt: skip
def retry(job: JobId, request: Request) -> JobOut:
    """Try a failed job again, from where it was; or one that is done but lost parts."""
    return _changed(job, request, Jobs.retry)


@router.delete("/jobs/{job}", operation_id="remove_job", status_code=204,
               responses=documented(*_FOUND, "job_state"))  # fmt: skip
def remove(job: JobId, request: Request) -> None:
    """Forget a job that has ended, with its files."""
    _jobs(request).remove(_row(job, request))


@router.get(
    "/jobs/{job}/{file}",
    operation_id="job_file",
    response_class=Response,
    responses={
        200: {"description": "The file: rows with their copies, rejects, or the page about them.",
              "content": {"application/octet-stream": {"schema": {"type": "string"}}}},
        **documented(*_FOUND),
    },
)  # fmt: skip
def download(job: JobId, file: FileName, request: Request) -> Response:
    """Download what a job that is done made."""
    row, jobs = _row(job, request), _jobs(request)
    path = files_of(jobs.folders.job(row.id)).get(file) if row.state == "done" else None
    if path is None:
        raise Problem("not_found", f"the job is {row.state} and has no {file}; see its `files`")
    headers = {"Content-Security-Policy": _PAGE} if file == "report" else {}
    kind = "text/html" if file == "report" else "application/octet-stream"
    return FileResponse(path, media_type=kind, filename=path.name, headers=headers)


async def _receive(request: Request, coming: Upload, service: Service) -> None:
    """Put the body on disk as it comes in.

    Raises:
        Problem: `body_too_large`, or `body_too_slow` where nothing comes for too long.
    """
    settings, size = service.settings, 0
    waiting = bytearray()
    parts = request.stream()
    while True:
        try:
            async with asyncio.timeout(settings.body_seconds):
                part = await anext(parts, None)
        except TimeoutError:
            raise Problem(
                "body_too_slow",
                f"nothing of the body came for {settings.body_seconds:g} s",
                headers={"Connection": "close"},
            ) from None
        size += len(part or b"")
        if size > settings.upload_bytes:
            raise Problem(
                "body_too_large",
                f"an upload may have {settings.upload_bytes} bytes; pack it, or cut it into parts",
                headers={"Connection": "close"},
            )
        waiting += part or b""
        if waiting and (part is None or len(waiting) >= _PART):
            await asyncio.to_thread(coming.write, bytes(waiting))
            waiting.clear()
        if part is None:
            return


async def _events(row: Row, request: Request) -> AsyncIterator[bytes]:
    service, jobs = service_of(request), _jobs(request)
    loop = asyncio.get_running_loop()
    told, spoken = None, loop.time()
    while not service.gate.draining:
        if row != told:
            found = await asyncio.to_thread(_told, row, jobs)
            yield b"event: job\ndata: " + answers.to_json(found) + b"\n\n"
            told, spoken = row, loop.time()
        elif loop.time() - spoken > _SPEAK_EVERY:
            yield b": still here\n\n"
            spoken = loop.time()
        if row.state in ENDED:
            return
        await asyncio.sleep(_LOOK_EVERY)
        try:
            row = await asyncio.to_thread(_row, row.id, request)
        except Problem:  # removed meanwhile
            return


def _changed(job: str, request: Request, change: Any) -> JobOut:
    jobs = _jobs(request)
    change(jobs, _row(job, request))
    return _told(_row(job, request), jobs)


def _jobs(request: Request) -> Jobs:
    jobs = service_of(request).jobs
    if jobs is None:
        raise Problem("jobs_off", "this server was started without jobs")
    return jobs


def _row(job: str, request: Request) -> Row:
    return _jobs(request).get(job, client_of(request).name)


def _told(row: Row, jobs: Jobs) -> JobOut:
    files = files_of(jobs.folders.job(row.id)) if row.state == "done" else {}
    return JobOut(
        id=row.id,
        state=row.state,
        wanted=row.wanted,
        name=row.name,
        attempt=row.attempt,
        created=_time(row.created),
        updated=_time(row.updated),
        progress=ProgressOut(**row.progress),
        error=None if row.error is None else JobError(**row.error),
        summary=row.summary,
        files=tuple(files),
    )


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
