"""A client of the service, sync and async; at import it needs httpx2 alone.

    from service.client import Client

    with Client("http://localhost:8000", key=None) as client:
        done = client.augment(["Where is my parcel?"], preset="light", copies=2, seed=7)
        for item in done.items:
            print(item.id, [copy.text for copy in item.copies], item.error)

        for item in client.stream(["One text.", "Another text."], preset="mask"):
            print(item.index, len(item.copies))  # as they end

`AsyncClient` has the same methods, to be awaited (`async for` over `stream` and `watch`).

A request that the server may take later (429, 503, no connection) is sent again: after the time
that it names in Retry-After, and as long as all pauses together keep within `Retries.seconds`.
Sending again changes nothing: copies depend on seed and ids, and a job has an idempotency key.
What the server refuses is a `ProblemError` with its code and detail.

Data sets:

    upload = client.upload("train.csv")
    job = client.start_job(upload, preset="light", copies=2)
    for job in client.watch(job.id):
        print(job.state, job.progress["rows"])
    client.download(job.id, "result", "augmented.csv")
"""

from service.client.answers import (
    Augmented,
    Copy,
    Item,
    ItemError,
    Job,
    Missing,
    Preview,
    Summary,
    Validated,
)
from service.client.asynchronous import AsyncClient
from service.client.errors import BrokenAnswer, ClientError, ProblemError, Unreachable
from service.client.retries import Retries
from service.client.sync import Client

__all__ = [
    "AsyncClient",
    "Augmented",
    "BrokenAnswer",
    "Client",
    "ClientError",
    "Copy",
    "Item",
    "ItemError",
    "Job",
    "Missing",
    "Preview",
    "ProblemError",
    "Retries",
    "Summary",
    "Unreachable",
    "Validated",
]
