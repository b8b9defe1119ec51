"""The page of a report in a real browser, from disk, with no network."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")

pytestmark = pytest.mark.skipif(
    BROWSER is None, reason="no Chromium; make test installs it as root (Debian: chromium)"
)

# A script in the page would change the title; its own policy must keep it from running.
PROBE = "<script>document.title = 'ran'</script>"


def browse(page: Path, profile: Path, *options: str) -> subprocess.CompletedProcess[str]:
    assert BROWSER is not None
    command = [
        BROWSER,
        *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
        *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
        # Every name and every address is answered with a failure.
        *("--host-resolver-rules=MAP * ~NOTFOUND", "--proxy-server=http://127.0.0.1:9"),
        *("--enable-logging=stderr", "--v=0", f"--user-data-dir={profile}"),
        *options,
        page.as_uri(),
    ]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    command = [sys.executable, "-m", "augment", "expand", "sample:support", "-o", "out.csv"]
    options = ["--preset", "light", "--copies", "2", "--report", "page.html"]
    subprocess.run([*command, *options], cwd=folder, check=True, timeout=120, capture_output=True)
    return folder / "page.html"


def test_it_is_read_as_it_was_written(page: Path, tmp_path: Path) -> None:
    done = browse(page, tmp_path, "--dump-dom")
    for head in ("Quality", "Labels", "Kinds of steps", "Worst copies", "Best copies", "The run"):
        assert f">{head}</h2>" in done.stdout
    assert done.stdout.count("<svg") == 5
    assert done.stdout.count("<ins>") >= 20
    # The browser tells of what the page's policy refused and of what it could not load.
    assert "Refused to" not in done.stderr
    assert "violates" not in done.stderr
    assert "net::ERR" not in done.stderr
    assert re.search(r'(src|href)="(?!#)', done.stdout) is None


@pytest.mark.parametrize(("width", "height"), [(1280, 2400), (420, 2400)])
def test_it_is_drawn(page: Path, tmp_path: Path, width: int, height: int) -> None:
    shot = tmp_path / "page.png"
    size = f"--window-size={width},{height}"
    browse(page, tmp_path / "profile", size, "--hide-scrollbars", f"--screenshot={shot}")
    data = shot.read_bytes()
    assert data.startswith(b"\x89PNG")
    assert len(data) > 40_000  # an empty page of this size has a tenth of it


def test_a_script_that_got_in_would_not_run(page: Path, tmp_path: Path) -> None:
    probed = tmp_path / "probed.html"
    probed.write_text(page.read_text("utf-8").replace("</body>", f"{PROBE}</body>"), "utf-8")
    done = browse(probed, tmp_path / "profile", "--dump-dom")
    assert "<title>Report on out.csv</title>" in done.stdout
    bare = tmp_path / "bare.html"
    bare.write_text(f"<!DOCTYPE html><title>still</title>{PROBE}", "utf-8")
    # That the probe can tell: without the policy it does run.
    assert "<title>ran</title>" in browse(bare, tmp_path / "other", "--dump-dom").stdout
