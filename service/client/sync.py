"""The sync client."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Self, TypeVar

import httpx2

from service.client import answers, calls
from service.client.answers import Augmented, Item, Job, Preview, Summary, Validated
from service.client.calls import Call, Texts, Waiting
from service.client.errors import BrokenAnswer, Unreachable
from service.client.retries import Retries

_T = TypeVar("_T")


class Client:
    """Talks to a service; close it, or use it in a `with`.

    Options of `augment`, `stream`, `preview` and `start_job` are the members of the request's
    body: `preset` or `spec`, `copies`, `seed`, `strict`, and for single texts `timeout_seconds`.

    Raises, from every method:
        ProblemError: the server refused.
        Unreachable: it did not answer.
        BrokenAnswer: the answer is not whole, or none of this service.
    """

    def __init__(
        self,
        url: str,
        *,
        key: str | None = None,
        retries: Retries | None = None,
        timeout: float = 60.0,
    ) -> None:
        """`timeout`: seconds without a byte after which the server counts as gone."""
        self._retries = retries or Retries()
        self._http = httpx2.Client(
            base_url=calls.address_of(url), headers=calls.headers_of(key), timeout=timeout
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def augment(self, texts: Texts, **options: Any) -> Augmented:
        """Copies of texts, or of mappings with `text`, `id`, `label` and `spans`."""
        return self._read(calls.augmenting(texts, options), answers.augmented)

    def stream(self, texts: Texts, **options: Any) -> Iterator[Item]:
        """The same, each as soon as it ends. What came in is not asked for again."""
        with self._opened(calls.augmenting(texts, options, streamed=True)) as response:
            for text in _lines(response):
                found = answers.line(text)
                if isinstance(found, Summary):
                    return
                yield found
        raise BrokenAnswer("the stream ended without its summary; ask again for what is missing")

    def preview(self, text: str, **options: Any) -> Preview:
        """Copies of one text, with the changes."""
        return self._read(calls.previewing(text, options), answers.preview)

    def validate(self, spec: Mapping[str, Any] | str) -> Validated:
        """Whether a spec, a value or YAML, holds and may be used there."""
        return self._read(calls.validating(spec), answers.validated)

    def info(self) -> dict[str, Any]:
        """Versions, limits and load of the server."""
        return self._read(Call("GET", "/v1/info"), dict)

    def upload(self, path: str | Path, name: str | None = None) -> str:
        """Send a file for jobs; its id. The name, by default the file's own, tells the format."""
        call = Call("POST", "/v1/uploads", params={"name": name or Path(path).name})
        return self._read(call, lambda value: str(value["id"]), Path(path))

    def start_job(self, upload: str, *, idempotency_key: str | None = None, **options: Any) -> Job:
        """Copies of the texts of an upload. With the same key the same job, however often."""
        return self._read(calls.starting(upload, options, idempotency_key), answers.job)

    def job(self, job: str) -> Job:
        """How a job is."""
        return self._read(Call("GET", f"/v1/jobs/{job}"), answers.job)

    def jobs(self) -> tuple[Job, ...]:
        """The jobs of this client, newest first."""
        return self._read(
            Call("GET", "/v1/jobs"), lambda value: tuple(map(answers.job, value["jobs"]))
        )

    def watch(self, job: str, every: float = 1.0) -> Iterator[Job]:
        """The job now and whenever it changed, until it is done, failed, cancelled or paused.

        Asked for anew each `every` seconds, so a server that starts again in between is no end.
        """
        told: Job | None = None
        while told is None or not told.ended:
            if told is not None:
                time.sleep(every)
            found = self.job(job)
            if found != told:
                told = found
                yield found

    def change_job(self, job: str, change: str) -> Job:
        """`pause`, `resume`, `cancel` or `retry` a job."""
        return self._read(Call("POST", f"/v1/jobs/{job}/{change}"), answers.job)

    def remove_job(self, job: str) -> None:
        """Forget a job that has ended, with its files."""
        with self._opened(Call("DELETE", f"/v1/jobs/{job}")):
            pass

    def download(self, job: str, file: str, path: str | Path) -> Path:
        """Write `result`, `rejects` or `report` of a job to a path, which appears when whole."""
        path = Path(path)
        part = path.with_name(f"{path.name}.part")
        with (
            self._opened(Call("GET", f"/v1/jobs/{job}/{file}")) as response,
            part.open("wb") as out,
        ):
            for piece in _pieces(response):
                out.write(piece)
        return part.replace(path)

    def _read(self, call: Call, reader: Callable[[Any], _T], body: Path | None = None) -> _T:
        with self._opened(call, body) as response:
            _whole(response)
            return calls.read(response, reader)

    @contextmanager
    def _opened(self, call: Call, body: Path | None = None) -> Iterator[httpx2.Response]:
        response = self._sent(call, body)
        try:
            yield response
        finally:
            response.close()

    def _sent(self, call: Call, body: Path | None) -> httpx2.Response:
        """An answer that is no refusal, its body not yet read."""
        waiting = Waiting(self._retries)
        while True:
            try:
                response = self._once(call, body)
                if response.is_success:
                    return response
                response.read()
            except httpx2.TransportError as error:
                time.sleep(waiting.after(_unreachable(self._http, error)))
                continue
            told, again = calls.problem(response)
            header = response.headers.get("retry-after")
            time.sleep(waiting.after(told, again=again, header=header))

    def _once(self, call: Call, body: Path | None) -> httpx2.Response:
        if body is None:
            return self._http.send(self._request(call), stream=True)
        with body.open("rb") as file:
            return self._http.send(self._request(call, file), stream=True)

    def _request(self, call: Call, content: IO[bytes] | None = None) -> httpx2.Request:
        return self._http.build_request(
            call.method, call.path, json=call.json, headers=dict(call.headers),
            params=dict(call.params), content=content,
        )  # fmt: skip


def _whole(response: httpx2.Response) -> None:
    try:
        response.read()
    except httpx2.TransportError as error:
        raise _cut(error) from error


def _lines(response: httpx2.Response) -> Iterator[str]:
    try:
        yield from response.iter_lines()
    except httpx2.TransportError as error:
        raise _cut(error) from error


def _pieces(response: httpx2.Response) -> Iterator[bytes]:
    try:
        yield from response.iter_bytes()
    except httpx2.TransportError as error:
        raise _cut(error) from error


def _unreachable(http: httpx2.Client, error: Exception) -> Unreachable:
    return Unreachable(f"{http.base_url} did not answer ({type(error).__name__}): does it run?")


def _cut(error: Exception) -> BrokenAnswer:
    return BrokenAnswer(f"the answer was cut off ({type(error).__name__}); ask again")
