"""The cache of translations: what comes back, what goes, and what happens to bad files."""

import logging
import os
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from augment.translation import Decoding, Draw, Hypothesis
from augment.translation.cache import SMALLEST, TranslationCache
from augment.translation.cached import CachedTranslator, entry_key

ANY_TEXT = st.text(st.characters(exclude_categories=[]))  # half surrogates too
HYPOTHESES = st.lists(
    st.builds(
        Hypothesis,
        ANY_TEXT,
        st.booleans(),
        st.none() | st.floats(allow_nan=False),
        ANY_TEXT,
    ),
    max_size=4,
)


def key(text: str) -> bytes:
    return entry_key("engine", Decoding(), text)


def said(text: str) -> list[Hypothesis]:
    return [Hypothesis(text)]


def fill(path: Path, count: int = 300) -> None:
    with TranslationCache(path) as cache:
        cache.put_many({key(str(i)): said(f"{i} " * 50) for i in range(count)})


def size(path: Path) -> int:
    return sum(p.stat().st_size for p in path.parent.glob(f"{path.name}*"))


@given(st.dictionaries(ANY_TEXT, HYPOTHESES, max_size=5))
def test_what_is_put_comes_back(entries: dict[str, list[Hypothesis]]) -> None:
    from tempfile import TemporaryDirectory

    stored = {key(text): hypotheses for text, hypotheses in entries.items()}
    with TemporaryDirectory() as folder:
        with TranslationCache(Path(folder) / "t.sqlite") as cache:
            cache.put_many(stored)
            assert cache.get_many([*stored, key("never\0put")]) == stored
        with TranslationCache(Path(folder) / "t.sqlite") as cache:
            assert cache.get_many(stored) == stored


def test_half_a_surrogate_pair_is_a_text_of_its_own() -> None:
    assert len({key("\ud83d\ude00"), key("😀"), key("\ud83d")}) == 3


def test_more_keys_than_one_query_takes(tmp_path: Path) -> None:
    fill(tmp_path / "t", 1_300)
    with TranslationCache(tmp_path / "t") as cache:
        assert len(cache.get_many([key(str(i)) for i in range(1_300)])) == 1_300


def test_it_is_opened_when_first_needed_and_again_after_close(tmp_path: Path) -> None:
    cache = TranslationCache(tmp_path / "deep" / "t")
    assert cache.get_many([]) == {}
    cache.put_many({})
    assert not cache.path.parent.exists()
    cache.put_many({key("a"): said("b")})
    cache.close()
    assert cache.get_many([key("a")]) == {key("a"): said("b")}
    cache.close()


def test_the_size_is_bounded_and_the_space_given_back(tmp_path: Path) -> None:
    path, bound = tmp_path / "t", 200_000
    with TranslationCache(path, max_bytes=bound) as cache:
        for batch in range(20):
            cache.put_many({key(f"{batch} {i}"): said("x" * 500) for i in range(100)})
            (pages,) = sqlite3.connect(path).execute("PRAGMA page_count").fetchone()
            assert pages * 4096 <= bound
        assert cache.get_many([key("0 0")]) == {}
        assert cache.get_many([key("19 0")])
    assert path.stat().st_size <= bound


def test_a_smaller_bound_shrinks_an_old_file(tmp_path: Path) -> None:
    path = tmp_path / "t"
    fill(path, 2_000)
    before = path.stat().st_size
    with TranslationCache(path, max_bytes=SMALLEST) as cache:
        cache.put_many({key("new"): said("new")})
        assert cache.get_many([key("new")])
    assert path.stat().st_size <= SMALLEST < before / 2


def test_one_batch_above_the_bound_leaves_a_usable_file(tmp_path: Path) -> None:
    with TranslationCache(tmp_path / "t", max_bytes=SMALLEST) as cache:
        cache.put_many({key("huge"): said("x" * 10 * SMALLEST)})
        assert cache.get_many([key("huge")]) == {}
        cache.put_many({key("a"): said("b")})
        assert cache.get_many([key("a")])


def test_what_was_read_lately_stays(tmp_path: Path) -> None:
    with TranslationCache(tmp_path / "t", max_bytes=300_000) as cache:
        for i in range(100):
            cache.put_many({key(str(i)): said("x" * 1_000)})
        early = [key(str(i)) for i in range(10)]
        assert len(cache.get_many(early)) == 10
        for i in range(100, 400):
            cache.put_many({key(str(i)): said("x" * 1_000)})
            if i % 20 == 0:
                assert len(cache.get_many(early)) == 10
        assert not cache.get_many([key(str(i)) for i in range(10, 60)])


def test_reads_are_noted_without_a_write_each(tmp_path: Path) -> None:
    path = tmp_path / "t"
    fill(path)
    with TranslationCache(path) as cache, sqlite3.connect(path) as other:
        # data_version moves when another connection writes.
        cache.get_many([key("1")])
        before = other.execute("PRAGMA data_version").fetchone()
        for _ in range(50):
            cache.get_many([key("1"), key("2")])
        assert other.execute("PRAGMA data_version").fetchone() == before
    query = "SELECT count(*) FROM translations WHERE used > 1"
    assert sqlite3.connect(path).execute(query).fetchone() == (2,)


def test_a_bound_too_small_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=f"max_bytes must be at least {SMALLEST}, not 10"):
        TranslationCache(tmp_path / "t", max_bytes=10)


def _garbage(path: Path) -> None:
    path.write_bytes(bytes(i * 7919 % 251 for i in range(50_000)))


def _cut(path: Path) -> None:
    fill(path)
    os.truncate(path, path.stat().st_size // 2)


def _spoilt(path: Path) -> None:
    fill(path)
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (path.stat().st_size - 4096))


def _newer(path: Path) -> None:
    fill(path)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")


def _foreign(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE notes (text)")


def _other_columns(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE translations (key, used)")
        connection.execute("PRAGMA user_version = 1")


def _unreadable_entry(path: Path) -> None:
    fill(path)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE translations SET hypotheses = x'7b'")


BAD = [_garbage, _cut, _spoilt, _newer, _foreign, _other_columns, _unreadable_entry]


@pytest.mark.parametrize("harm", BAD)
def test_a_damaged_file_is_set_aside_and_made_anew(
    harm: Callable[[Path], None], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "t.sqlite"
    harm(path)
    before = path.read_bytes()
    with TranslationCache(path) as cache:
        assert cache.get_many([key(str(i)) for i in range(300)]) == {}
        cache.put_many({key("a"): said("b")})
        assert cache.get_many([key("a")]) == {key("a"): said("b")}
    aside = tmp_path / "t.sqlite.damaged-1"
    assert aside.read_bytes()[4096:] == before[4096:]
    (warning,) = [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]
    assert f"{path} is damaged" in warning
    assert f"it is now {aside}" in warning


def test_the_name_set_aside_is_never_taken_twice(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        _garbage(tmp_path / "t")
        with TranslationCache(tmp_path / "t") as cache:
            cache.get_many([key("a")])
        assert (tmp_path / f"t.damaged-{number}").exists()


def test_two_that_meet_the_same_damage_both_go_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "t"
    fill(path)
    with TranslationCache(path) as first, TranslationCache(path) as second:
        assert first.get_many([key("1")])
        assert second.get_many([key("1")])
        with sqlite3.connect(path) as connection:
            connection.execute("UPDATE translations SET hypotheses = x'7b'")
        connection.close()
        assert first.get_many([key("1")]) == {}
        first.put_many({key("1"): said("anew")})
        assert second.get_many([key("1")]) == {key("1"): said("anew")}
    assert (tmp_path / "t.damaged-1").exists()
    assert not (tmp_path / "t.damaged-2").exists()
    assert len([r for r in caplog.records if "is damaged" in r.getMessage()]) == 1
    with TranslationCache(path) as cache:
        assert cache.get_many([key("1")]) == {key("1"): said("anew")}


def test_a_removed_file_is_made_anew(tmp_path: Path) -> None:
    with TranslationCache(tmp_path / "t") as cache:
        cache.put_many({key("a"): said("b")})
        for path in tmp_path.glob("t*"):
            path.unlink()
        assert cache.get_many([key("a")]) == {}
        cache.put_many({key("a"): said("b")})
        assert cache.get_many([key("a")])


def _warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]


@pytest.mark.parametrize("place", ["folder", "file/below/t"])
def test_where_no_file_can_be_it_warns_once_and_goes_on(
    place: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("")
    with TranslationCache(tmp_path / place) as cache:
        for _ in range(3):
            cache.put_many({key("a"): said("b")})
            assert cache.get_many([key("a")]) == {}
    (warning,) = _warnings(caplog)
    assert str(tmp_path / place) in warning
    assert "translation goes on without it" in warning


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    tmp_path.chmod(0o500)
    with TranslationCache(tmp_path / "t") as cache:
        cache.put_many({key("a"): said("b")})
        assert cache.get_many([key("a")]) == {}
    tmp_path.chmod(0o700)
    assert len(_warnings(caplog)) == 1


@pytest.mark.parametrize("pragma", ["max_page_count = 1", "query_only = ON"])
def test_a_full_or_read_only_disk_leaves_what_is_there(
    pragma: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    fill(tmp_path / "t")
    with TranslationCache(tmp_path / "t") as cache:
        assert cache.get_many([key("1")])
        connection = cache._here()._connection
        assert connection is not None
        connection.execute(f"PRAGMA {pragma}")
        for i in range(3):
            cache.put_many({key(f"new {i}"): said("x" * 100_000)})
        assert cache.get_many([key("1"), key("new 0")]) == {key("1"): said("1 " * 50)}
    (warning,) = _warnings(caplog)
    assert "cannot be written" in warning


def test_threads_share_it(tmp_path: Path) -> None:
    with TranslationCache(tmp_path / "t") as cache, ThreadPoolExecutor(8) as pool:

        def use(number: int) -> bool:
            cache.put_many({key(str(number)): said(str(number))})
            return cache.get_many([key(str(number))]) == {key(str(number)): said(str(number))}

        assert all(pool.map(use, range(200)))


def _in_child(cache: TranslationCache) -> None:
    assert cache.get_many([key("parent")]) == {key("parent"): said("here")}
    cache.put_many({key("child"): said("there")})
    cache.close()


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_forked_process_opens_its_own(tmp_path: Path) -> None:
    with TranslationCache(tmp_path / "t") as cache:
        cache.put_many({key("parent"): said("here")})
        # Whatever another thread was doing in the cache at the fork, the child waits for nobody.
        with cache._here()._lock:
            child = get_context("fork").Process(target=_in_child, args=(cache,))
            child.start()
            child.join()
        assert child.exitcode == 0
        assert cache.get_many([key("child"), key("parent")]).keys() == {key("child"), key("parent")}


class Counting:
    """A translator that notes what it is asked for."""

    source, target, name = "en", "pt", "counting"
    tokenizing_seconds = 0.0

    def __init__(self, identity: str = "counting 1", *, exact: bool = True) -> None:
        self.identity = identity
        self.exact = exact
        self.calls: list[tuple[list[str], list[int] | None]] = []

    def unreadable(self, text: str) -> str:
        return "".join(c for c in text if c == "я")

    def translate(
        self,
        texts: Sequence[str],
        decoding: Decoding = Decoding(),
        keys: Sequence[int] | None = None,
    ) -> list[list[Hypothesis]]:
        self.calls.append((list(texts), list(keys) if keys is not None else None))
        seeds = keys if decoding.draw and keys is not None else [0] * len(texts)
        return [
            [Hypothesis("", unknown="я")]
            if "я" in text
            else [Hypothesis("", truncated=True)]
            if len(text) > 20
            else [Hypothesis(f"{text}{seed}", score=-float(i)) for i in range(decoding.hypotheses)]
            for text, seed in zip(texts, seeds, strict=True)
        ]


@pytest.fixture
def cache(tmp_path: Path) -> TranslationCache:
    return TranslationCache(tmp_path / "t")


def test_only_the_rest_is_translated_in_one_call(cache: TranslationCache) -> None:
    engine = Counting()
    translator = CachedTranslator(engine, cache)
    decoding = Decoding(4, 2)
    texts = ["a", "b", "a", "\ud83d", "я", "x" * 30]
    first = translator.translate(texts, decoding)
    assert first == Counting().translate(texts, decoding)
    ((asked, keys),) = engine.calls
    assert sorted(asked) == sorted(set(texts))
    assert keys is None
    assert (translator.hits, translator.misses) == (0, 6)
    assert translator.translate(["c", *texts], decoding)[1:] == first
    assert engine.calls[1:] == [(["c"], None)]
    assert (translator.hits, translator.misses) == (6, 7)
    assert translator.unreadable("я!") == "я"


def test_another_engine_decoding_or_text_is_another_entry(cache: TranslationCache) -> None:
    one, other = Counting("v1"), Counting("v2")
    for decoding in (Decoding(), Decoding(2), Decoding(2, 2), Decoding(2, length_penalty=0.5)):
        CachedTranslator(one, cache).translate(["a"], decoding)
        CachedTranslator(other, cache).translate(["a"], decoding)
    assert len(one.calls) == len(other.calls) == 4


def test_draws_are_kept_by_their_keys(cache: TranslationCache) -> None:
    engine = Counting()
    translator = CachedTranslator(engine, cache)
    decoding = Decoding(draw=Draw())
    first = translator.translate(["a", "a", "b"], decoding, [1, 2, 1])
    assert [found.text for (found,) in first] == ["a1", "a2", "b1"]
    again = translator.translate(["b", "a", "a"], decoding, [1, 3, 2])
    assert [found.text for (found,) in again] == ["b1", "a3", "a2"]
    assert engine.calls[1] == (["a"], [3])
    translator.translate(["a"], Decoding(draw=Draw(0.5)), [1])
    assert engine.calls[2] == (["a"], [1])
    with pytest.raises(ValueError, match="1 texts need as many keys, not 2"):
        translator.translate(["a"], decoding, [1, 2])


def test_keys_without_a_draw_change_nothing(cache: TranslationCache) -> None:
    engine = Counting()
    translator = CachedTranslator(engine, cache)
    assert translator.translate(["a"], keys=[1]) == translator.translate(["a"], keys=[2])
    assert len(engine.calls) == 1


@pytest.mark.parametrize(
    ("exact", "decoding"), [(False, Decoding()), (True, Decoding(draw=Draw()))]
)
def test_what_cannot_be_made_again_is_neither_read_nor_kept(
    exact: bool, decoding: Decoding, cache: TranslationCache
) -> None:
    engine = Counting(exact=exact)
    translator = CachedTranslator(engine, cache)
    for _ in range(2):
        translator.translate(["a"], decoding)
    assert engine.calls == [(["a"], None)] * 2
    assert not cache.path.exists()
    assert (translator.hits, translator.misses) == (0, 0)


def test_it_tells_of_its_engine(cache: TranslationCache) -> None:
    translator = CachedTranslator(Counting(exact=False), cache)
    assert (translator.source, translator.target, translator.name) == ("en", "pt", "counting")
    assert (translator.identity, translator.exact) == ("counting 1", False)


def test_counts_are_right_under_threads(cache: TranslationCache) -> None:
    translator = CachedTranslator(Counting(), cache)
    translator.translate(["a"])
    barrier = threading.Barrier(4)

    def ask(_: int) -> None:
        barrier.wait()
        for _ in range(100):
            translator.translate(["a"])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(ask, range(4)))
    assert (translator.hits, translator.misses) == (400, 1)
