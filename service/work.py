"""From a request to the ends of its texts: checked, charged, handed to the engine, never lost."""

import asyncio
import time
from collections.abc import AsyncGenerator, Coroutine, Mapping
from contextlib import aclosing
from typing import Any, Final, Self, TypeVar

from starlette.requests import ClientDisconnect, Request

from augment.presets import preset
from augment.spec import PipelineSpec
from service.engine.items import Item, ItemError, QueueFull, Result
from service.errors import Problem
from service.limits import check_copies, check_texts
from service.policy import check_spec
from service.schemas import AugmentRequest, Choice, JobRequest
from service.security import Client
from service.state import Service, whole_seconds

T = TypeVar("T")
End = tuple[int, Result | ItemError]

# Seconds past the deadline after which the door itself ends what the engine has not.
_GRACE: Final = 5.0


def chosen_spec(
    choice: Choice | JobRequest, service: Service, *, data_set: bool = False
) -> PipelineSpec:
    """The pipeline that a request means.

    Raises:
        SpecError: there is no such preset.
        Problem: the server does not do this for clients.
    """
    name = choice.preset or ""
    spec = choice.spec or service.presets.get(name) or preset(name)
    check_copies(spec, choice.copies or spec.copies, service.settings)
    check_spec(spec, service.settings, data_set=data_set)
    return spec


def prepared(request: AugmentRequest, client: Client, service: Service) -> list[Item]:
    """The items of a request, if it is within all limits.

    Raises:
        SpecError: there is no such preset.
        Problem: a limit is passed, or the server does not do this for clients.
    """
    spec = chosen_spec(request, service)
    records = request.items()
    check_texts([record.text for record in records], service.settings)
    most = service.settings.request_seconds
    deadline = time.monotonic() + min(request.timeout_seconds or most, most)
    return [
        Item(
            record=record,
            spec=spec,
            copies=request.copies or spec.copies,
            seed=spec.seed if request.seed is None else request.seed,
            strict=request.strict,
            key=client.name,
            priority="interactive",
            deadline=deadline,
        )
        for record in records
    ]


class Ends:
    """The ends of all items of a request, each once, as they come.

    Until it is closed, the request holds its place, and what has not ended stays in the queue. Not
    a generator, which would close nothing if it was closed before it began.
    """

    def __init__(self, first: End, rest: AsyncGenerator[End]) -> None:
        self._first: End | None = first
        self._rest = rest

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> End:
        if (first := self._first) is None:
            return await anext(self._rest)
        self._first = None
        return first

    async def aclose(self) -> None:
        """Drop what has not ended."""
        await self._rest.aclose()


async def begun(items: list[Item], client: Client, service: Service) -> Ends:
    """The ends of all items, of which the first has come already; the caller closes them.

    So whatever refuses the request is raised here, before an answer begins.

    Raises:
        Problem: the request is not accepted.
    """
    ends = _ends(items, client, service)
    return Ends(await anext(ends), ends)


async def _ends(items: list[Item], client: Client, service: Service) -> AsyncGenerator[End]:
    with service.gate.entered():
        costs = dict(enumerate(service.engine.cost(item) for item in items))
        service.buckets.take(client.name, sum(costs.values()))
        left = dict(costs)
        batches: dict[float, list[Result]] = {}  # by when they left the queue
        try:
            async with aclosing(_within(items, left, service)) as ends:
                async for index, result in ends:
                    del left[index]
                    service.metrics.ended(result)
                    if isinstance(result, Result):
                        batches.setdefault(result.timings.left, []).append(result)
                    elif result.retryable:
                        service.buckets.give_back(client.name, costs[index])
                    yield index, result
        except QueueFull as full:
            raise Problem(
                "queue_full",
                "more is waiting than the server can do in time",
                retry_after=whole_seconds(full.retry_after_seconds),
            ) from None
        finally:
            for results in batches.values():
                service.tracing.batch(results)
            service.buckets.give_back(client.name, sum(left.values()))
            service.metrics.unfinished.inc(len(left))


async def _within(
    items: list[Item], left: Mapping[int, int], service: Service
) -> AsyncGenerator[End]:
    """What the engine gives; an error of our own for each item that it leaves without an end."""
    when = asyncio.get_running_loop().time() + service.settings.request_seconds + _GRACE
    code, why = "internal_error", "the engine gave no result"
    async with aclosing(service.engine.submit(items)) as results:
        while left:
            try:
                # Around each step alone: the next one may be asked for by another task.
                async with asyncio.timeout_at(when):
                    end = await anext(results)
            except StopAsyncIteration:
                break
            except TimeoutError:
                code, why = "deadline_passed", "the time for the request is over"
                break
            yield end
    for index in list(left):
        yield index, ItemError(code, why, retryable=True)


async def unless_gone(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """The result of the work, which is broken off when the client goes away.

    Raises:
        ClientDisconnect: it did.
    """
    task = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(_gone(request))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        raise ClientDisconnect
    finally:
        for one in (task, gone):
            one.cancel()
        await asyncio.gather(task, gone, return_exceptions=True)


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
