"""The CTranslate2 engine on tiny models: conversion, settings, and what it refuses."""

import json
import logging
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from augment.errors import ModelError
from augment.translation import Decoding, Draw
from augment.translation.convert import converted
from augment.translation.ctranslate import CTranslateTranslator
from augment.translation.engines import load_translator
from augment.translation.marian import MarianTranslator
from augment.translation.settings import EngineSettings
from tests.support.tiny_marian import write_tiny_marian

ONE = EngineSettings(threads=1)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_marian(tmp_path_factory.mktemp("models") / "tiny")


def load(folder: Path, cache: Path, settings: EngineSettings = ONE, **more: object) -> object:
    return CTranslateTranslator.load(folder, "en", "pt", settings, cache=cache, **more)  # type: ignore[arg-type]


def test_a_model_is_converted_once(tiny: Path, cache: Path) -> None:
    first = converted(tiny, "int8", cache)
    before = (first / "model.bin").stat().st_mtime_ns
    assert converted(tiny, "int8", cache) == first
    assert (first / "model.bin").stat().st_mtime_ns == before
    assert converted(tiny, "float32", cache) != first
    assert not list(first.parent.glob(".converting-*"))


def test_several_at_once_convert_it_once(tiny: Path, tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        places = set(pool.map(lambda _: converted(tiny, "int8", tmp_path), range(4)))
    (place,) = places
    assert [p.name for p in place.parent.iterdir() if p.is_dir()] == [place.name]


def test_an_altered_conversion_is_made_anew(
    tiny: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    place = converted(tiny, "int8", tmp_path)
    whole = (place / "model.bin").read_bytes()
    (place / "model.bin").write_bytes(whole[:100])
    with caplog.at_level(logging.WARNING):
        assert converted(tiny, "int8", tmp_path) == place
    assert "model.bin is altered" in caplog.text
    assert (place / "model.bin").read_bytes() == whole


def test_a_conversion_that_fails_leaves_nothing(tmp_path: Path) -> None:
    broken = write_tiny_marian(tmp_path / "broken")
    (broken / "model.safetensors").write_bytes(b"\0" * 100)
    with pytest.raises(ModelError, match="cannot be loaded as a MarianMT model"):
        converted(broken, "int8", tmp_path / "cache")
    left = (tmp_path / "cache" / "models" / "converted").iterdir()
    assert [path.name for path in left if path.suffix != ".lock"] == []


def test_a_batch_without_room_for_the_longest_input_is_refused(tiny: Path, cache: Path) -> None:
    with pytest.raises(ModelError, match="batch_tokens is 63, .* up to 64 pieces; set"):
        load(tiny, cache, EngineSettings(threads=1, batch_tokens=63))


def test_a_type_that_the_machine_refuses_falls_back_with_one_line(
    tiny: Path, cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        found = load(tiny, cache, EngineSettings(threads=1, device="cpu", compute_type="float16"))
    assert [r.message for r in caplog.records] == [
        "float16 is not supported on this cpu; using float32"
    ]
    assert found.name.endswith(":float32")  # type: ignore[attr-defined]
    assert found.exact  # type: ignore[attr-defined]


def test_a_device_that_is_not_there_is_named(tiny: Path, cache: Path) -> None:
    import ctranslate2

    if ctranslate2.get_cuda_device_count():
        pytest.skip("there is a GPU")
    with pytest.raises(ModelError, match="device cuda: CTranslate2 finds no GPU"):
        load(tiny, cache, EngineSettings(device="cuda"))


@pytest.mark.parametrize(
    ("settings", "options", "exact", "precision"),
    [
        ({"compute_type": "float32"}, {}, True, "float32"),
        ({}, {}, False, "int8"),
        (
            {"compute_type": "float32"},
            {"shortlist": "static", "shortlist_size": 50},
            True,
            "float32+static-50",
        ),
    ],
)
def test_what_is_exact_and_how_it_is_named(
    tiny: Path, cache: Path, settings: dict[str, str], options: dict[str, object],
    exact: bool, precision: str,
) -> None:  # fmt: skip
    found = load(tiny, cache, EngineSettings(threads=1, **settings), **options)  # type: ignore[arg-type]
    assert found.exact is exact  # type: ignore[attr-defined]
    assert found.name.endswith(precision)  # type: ignore[attr-defined]
    assert "ctranslate2=" in found.identity  # type: ignore[attr-defined]


def test_a_static_shortlist_bounds_the_pieces(tiny: Path, cache: Path) -> None:
    found = load(tiny, cache, shortlist="static", shortlist_size=12)
    names = json.loads((tiny / "vocab.json").read_text())
    allowed = "".join(sorted(names, key=names.__getitem__)[:12])
    for (hypothesis,) in found.translate(["The quick fox", "Where is it?"]):  # type: ignore[attr-defined]
        assert set(hypothesis.text) <= set(allowed) | {" "}


def test_draws_cannot_be_keyed(tiny: Path, cache: Path) -> None:
    found = load(tiny, cache)
    with pytest.raises(ValueError, match="cannot repeat its draws"):
        found.translate(["a"], Decoding(draw=Draw()), [1])  # type: ignore[attr-defined]
    assert len(found.translate(["a", "a"], Decoding(draw=Draw(1.5, 10)))) == 2  # type: ignore[attr-defined]


def test_thousands_of_equal_texts_are_translated_once(tiny: Path, cache: Path) -> None:
    found = load(tiny, cache, EngineSettings(threads=1, compute_type="float32"))
    one, other = "The quick brown fox jumps.", "Where is my parcel?"
    out = found.translate([one] * 10_000 + [other])  # type: ignore[attr-defined]
    assert len(out) == 10_001
    assert out[0] is out[9_999]
    assert [out[0], out[10_000]] == found.translate([one, other])  # type: ignore[attr-defined]


def test_more_texts_than_a_window_come_back_in_order(tiny: Path, cache: Path) -> None:
    strict = EngineSettings(threads=2, compute_type="float32")
    found = load(tiny, cache, strict)
    texts = [f"The fox {'jumps ' * (i % 9)}over {i}" for i in range(2_500)]
    together = found.translate(texts)  # type: ignore[attr-defined]
    for i in range(0, 2_500, 97):
        assert found.translate([texts[i]]) == [together[i]]  # type: ignore[attr-defined]


def test_the_engine_is_chosen(tiny: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def chosen(engine: str = "auto", **options: object) -> object:
        settings = EngineSettings(engine=engine, threads=1)  # type: ignore[arg-type]
        return load_translator(tiny, "en", "pt", settings, cache=cache, **options)  # type: ignore[arg-type]

    assert isinstance(chosen(), CTranslateTranslator)
    assert isinstance(chosen("transformers"), MarianTranslator)
    assert isinstance(chosen(repeatable_draws=True), MarianTranslator)
    with pytest.raises(ModelError, match="engine ctranslate2 cannot repeat its draws"):
        chosen("ctranslate2", repeatable_draws=True)
    with pytest.raises(ModelError, match="shortlist: static is made by CTranslate2 only"):
        chosen("transformers", shortlist="static")
    monkeypatch.setattr("augment.translation.engines.find_spec", lambda name: None)
    assert isinstance(chosen(), MarianTranslator)
    with pytest.raises(ModelError, match="not installed; run: pip install ctranslate2"):
        chosen("ctranslate2")


@pytest.mark.fault
def test_an_interrupt_in_mid_batch_ends_the_process_and_frees_the_lock(
    tiny: Path, cache: Path
) -> None:
    code = f"""
import sys
from pathlib import Path
from augment.translation.ctranslate import CTranslateTranslator
from augment.translation.settings import EngineSettings
found = CTranslateTranslator.load(
    Path({str(tiny)!r}), "en", "pt", EngineSettings(threads=2), cache=Path({str(cache)!r}))
try:
    print("ready", flush=True)
    while True:
        found.translate([f"The quick brown fox jumps over {{i}}" for i in range(3000)])
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        os.kill(process.pid, signal.SIGINT)
        try:
            out, _ = process.communicate(timeout=60)
        finally:
            process.kill()  # else it would be waited for, for ever
    assert out == "interrupted\n"
    assert process.returncode == 0
    converted(tiny, "int8", cache)  # the lock is free
