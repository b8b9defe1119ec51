"""The Python client against real server processes."""

import asyncio
import json
import socket
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import service.client
from augment.build import build_pipeline
from augment.resources import Resources
from augment.spec import parse_spec
from regularize.cli import main
from regularize.errors import RecipeError
from regularize.remote import RemoteSource
from regularize.sources import Original, PipelineSource
from service.client import (
    AsyncClient,
    BrokenAnswer,
    Client,
    Item,
    ProblemError,
    Retries,
    Unreachable,
)
from service.client.answers import line
from tests.support.served import Served, served
from tests.support.tiny_encoder import tiny_examples, write_tiny_encoder

pytestmark = pytest.mark.server

SPEC: dict[str, Any] = {"steps": [{"kind": "masking", "rate": 0.3}], "seed": 3, "copies": 2}
TEXTS = ["Where is my parcel now?", "The big dog sleeps in the old house.", "Call me at 5 pm."]
ONCE = Retries(attempts=1)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("server"), jobs=True) as found:
        yield found


@pytest.fixture
def client(server: Served) -> Iterator[Client]:
    with Client(server.url) as found:
        yield found


def test_the_usage_in_the_docstring_runs(
    server: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("train.csv").write_text("text,label\nthe parcel came late,a\n")
    doc = (service.client.__doc__ or "").replace("http://localhost:8000", server.url)
    blocks, block = [], ""
    for one in [*doc.splitlines(), "."]:
        if one.startswith("    ") or not one:
            block += f"{one}\n"
        else:
            blocks.append(textwrap.dedent(block))
            block = ""
    names: dict[str, Any] = {}
    first, second = [one for one in blocks if one.strip()]
    exec(first, names)
    with Client(server.url) as names["client"]:
        exec(second, names)
    told = capsys.readouterr().out
    assert told.startswith("0 [")
    assert "done 1" in told
    assert Path("augmented.csv").read_text().count("\n") == 4


def test_answers_are_those_of_the_api(client: Client, server: Served) -> None:
    done = client.augment(TEXTS, spec=SPEC)
    raw = server.http.post("/v1/augment", json={"texts": TEXTS, "spec": SPEC}).json()
    made = [[copy.text for copy in item.copies] for item in done.items]
    assert made == [[copy["text"] for copy in item["copies"]] for item in raw["items"]]
    assert (done.summary.items, done.summary.copies) == (3, 6)
    assert sorted(client.stream(TEXTS, spec=SPEC), key=lambda item: item.index) == [*done.items]
    shown = client.preview(TEXTS[1], spec=SPEC)
    assert "".join(new for _, new in shown.copies[0].changes) == shown.copies[0].text
    assert client.validate(SPEC).valid
    assert not client.validate("steps: [{kind: nothing}]").valid


def test_the_async_client_does_the_same(server: Served, client: Client, tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_text("text,label\nthe parcel came late,a\n")

    async def asked() -> None:
        async with AsyncClient(server.url) as other:
            done = await other.augment(TEXTS, spec=SPEC)
            assert done == client.augment(TEXTS, spec=SPEC)
            assert {item.index async for item in other.stream(TEXTS, spec=SPEC)} == {0, 1, 2}
            upload = await other.upload(tmp_path / "train.csv")
            job = await other.start_job(upload, spec=SPEC, copies=2)
            *_, job = [one async for one in other.watch(job.id, every=0.05)]
            assert (job.state, job.progress["copies"]) == ("done", 2)
            path = await other.download(job.id, "result", tmp_path / "out.csv")
            assert path.read_text().count("\n") == 4
            await other.remove_job(job.id)
            with pytest.raises(ProblemError, match="not_found"):
                await other.job(job.id)

    asyncio.run(asked())


def test_the_same_idempotency_key_is_the_same_job(client: Client, tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_text("text,label\nthe parcel came late,a\n")
    upload = client.upload(tmp_path / "train.csv")
    jobs = [client.start_job(upload, spec=SPEC, idempotency_key="mine").id for _ in range(2)]
    assert jobs[0] == jobs[1]
    assert client.start_job(upload, spec=SPEC).id != jobs[0]


def test_refusals_are_the_problems_of_the_server(client: Client) -> None:
    with pytest.raises(ProblemError, match=r"\[request_invalid, 422\]") as refused:
        client.augment(TEXTS)
    assert (refused.value.code, refused.value.retryable) == ("request_invalid", False)
    with pytest.raises(ProblemError, match="not_found"):
        client.job("0" * 32)


def test_a_busy_server_is_waited_for_as_long_as_it_says(tmp_path: Path) -> None:
    with served(tmp_path / "server", burst_cost=4, rate_cost=2) as server:
        text = ["A big dog sleeps."]
        spec = {"steps": SPEC["steps"]}
        with Client(server.url, retries=ONCE) as impatient:
            impatient.augment(text, spec=spec)
            with pytest.raises(ProblemError, match="rate_limited") as refused:
                impatient.augment(text, spec=spec)
            assert refused.value.retryable
        # Any pause of its own would be too short for its second and last attempt.
        with Client(server.url, retries=Retries(attempts=2)) as patient:
            assert patient.augment(text, spec=spec).summary.copies == 1
        with (
            Client(server.url, retries=Retries(seconds=0.5)) as bounded,
            pytest.raises(ProblemError, match="rate_limited"),
        ):
            bounded.augment(text, spec=spec)


def test_no_server_is_told_by_its_address() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with (
        Client(f"http://127.0.0.1:{port}", retries=Retries(attempts=2, first_seconds=0.01)) as away,
        pytest.raises(Unreachable, match=f"127.0.0.1:{port}.* did not answer .ConnectError"),
    ):
        away.info()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"index": 0}', '{"summary": {}}'])
def test_a_line_that_is_cut_off_is_no_item(text: str) -> None:
    with pytest.raises(BrokenAnswer, match="not one of this service"):
        line(text)
    assert isinstance(
        line('{"index":0,"id":"0","copies":[],"missing":[],"error":null,"newer":1}'), Item
    )


def test_a_key_goes_with_every_request(tmp_path: Path) -> None:
    with served(tmp_path / "server", key=True) as server:
        with Client(server.url, key=server.key) as known:
            assert known.info()["scopes"] == ["augment", "jobs"]
        with Client(server.url) as unknown, pytest.raises(ProblemError, match="unauthenticated"):
            unknown.info()


@pytest.mark.parametrize("fresh", [True, False])
def test_training_draws_the_same_copies_from_a_service(
    server: Served, resources: Resources, fresh: bool
) -> None:
    spec = parse_spec(SPEC)
    texts = [Original(f"row-{i}", f"the parcel {i} came late again", "a") for i in range(70)]
    here = PipelineSource(build_pipeline(spec, resources), 2, fresh=fresh)
    there = RemoteSource(server.url, spec, 2, fresh=fresh)
    for epoch in (0, 1):
        assert there.copies(texts, epoch) == here.copies(texts, epoch)
    assert (there.copies(texts, 0) == there.copies(texts, 1)) is not fresh
    here.close()
    there.close()


def test_training_brings_its_key_and_writes_it_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_tiny_encoder(tmp_path / "model")
    rows = [f"{one.text},{one.label}" for one in tiny_examples(12)]
    (tmp_path / "train.csv").write_text("\n".join(["text,label", *rows]) + "\n")
    with served(tmp_path / "server", key=True) as server:
        wanted = {"url": server.url, "preset": "mask"}
        value = {"model": str(tmp_path / "model"), "updates": 2, "augmentation": wanted}
        (tmp_path / "recipe.yaml").write_text(json.dumps(value))
        command = ["train", str(tmp_path / "train.csv"), "--recipe", str(tmp_path / "recipe.yaml")]
        assert main([*command, "-o", str(tmp_path / "none")]) == 1
        told = capsys.readouterr().err
        assert "unauthenticated" in told
        assert "AUGMENT_CLIENT_KEY" in told
        assert server.key is not None
        monkeypatch.setenv("AUGMENT_CLIENT_KEY", server.key)
        assert main([*command, "-o", str(tmp_path / "run")]) == 0
        told = "".join(capsys.readouterr())
    written = b"".join(p.read_bytes() for p in (tmp_path / "run").rglob("*") if p.is_file())
    assert b"augmentation" in written
    assert server.key.encode() not in written
    assert server.key not in told


def test_a_service_that_will_not_do_is_told_before_training(server: Served) -> None:
    with pytest.raises(RecipeError, match="makes 10 copies of a text, not 11"):
        RemoteSource(server.url, parse_spec(SPEC), 11, fresh=True)
    tfidf = parse_spec({"steps": [{"kind": "tfidf"}]})
    with pytest.raises(RecipeError, match=r"augmentation\.url: .* refuses"):
        RemoteSource(server.url, tfidf, 1, fresh=True)
