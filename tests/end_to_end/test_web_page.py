"""The page of the service in a real browser, against a real server."""

import json
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.browser import BROWSER, Browser
from tests.support.served import Served, served

pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(
        BROWSER is None, reason="no Chromium; make test installs it as root (Debian: chromium)"
    ),
]

HOSTILE = "<img src=x onerror=\"document.title='ran'\"> a big dog </textarea><b>bold</b> it's"
MASK = "version: 1\nsteps:\n  - kind: masking\n    rate: 0.4\n    mask_token: '<i>x</i>'\n"
Open = Callable[..., Browser]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("server"), jobs=True) as found:
        yield found


@pytest.fixture
def browse(server: Served, tmp_path: Path) -> Iterator[Open]:
    opened: list[Browser] = []

    def start(**size: int) -> Browser:
        browser = Browser(tmp_path / f"profile-{len(opened)}", **size)
        opened.append(browser)
        browser.open(f"{server.url}/")
        browser.until("document.querySelector('#verdict').textContent.includes('holds')")
        return browser

    yield start
    for browser in opened:
        browser.__exit__()


def fill(browser: Browser, name: str, value: str) -> None:
    browser.run(
        f"{{ const it = document.getElementById({json.dumps(name)}); it.value = "
        f"{json.dumps(value)}; it.dispatchEvent(new Event('input')); }}"
    )


def copies(browser: Browser) -> list[str]:
    """Made anew; as texts, without what was struck out."""
    browser.run("document.getElementById('copies-out').replaceChildren()")
    browser.run("document.querySelector('#try [type=submit]').click()")
    found: list[str] = browser.until(
        "(() => { const all = [...document.querySelectorAll('#copies-out p:not(.soft)')].map(p => {"
        "const it = p.cloneNode(true); it.querySelectorAll('del').forEach(d => d.remove());"
        "return it.textContent; }); return all.length ? all : null; })()"
    )
    return found


def test_copies_are_those_of_the_api_with_their_changes_marked(
    browse: Open, server: Served
) -> None:
    browser = browse()
    fill(browser, "text", "The big dog sleeps in the old house.")
    fill(browser, "seed", "5")
    body = {"text": "The big dog sleeps in the old house.", "preset": "light", "seed": 5}
    answer = server.http.post("/v1/preview", json={**body, "copies": 3}).json()
    assert copies(browser) == [one["text"] for one in answer["copies"]]
    assert browser.run("document.querySelectorAll('#copies-out ins').length") >= 1
    assert browser.told == []


def test_texts_are_never_read_as_html(browse: Open) -> None:
    browser = browse()
    fill(browser, "text", HOSTILE)
    fill(browser, "spec", MASK)
    made = copies(browser)
    assert any("<i>x</i>" in one for one in made)
    assert any("<b" in one or "</b>" in one for one in made)
    assert browser.run("document.querySelectorAll('#copies-out :is(img, b, i)').length") == 0
    assert browser.run("document.title") == "Text augmentation"


def test_a_script_that_got_in_would_not_run(browse: Open) -> None:
    browser = browse()
    browser.run(
        "{ const it = document.createElement('script'); it.append(\"document.title = 'ran'\");"
        "document.body.append(it); }"
    )
    assert browser.run("document.title") == "Text augmentation"
    while not browser.told:  # the browser tells of it a little later
        browser.run("new Promise(done => setTimeout(done, 20))")
    assert all("TrustedScript" in one for one in browser.told)


def test_a_wrong_spec_is_told_with_every_place(browse: Open) -> None:
    browser = browse()
    fill(browser, "spec", "version: 1\nsteps:\n  - {kind: maskin}\n  - {kind: synonyms, rate: 7}\n")
    told = browser.until(
        "document.querySelectorAll('#verdict.bad li').length > 1 && "
        "document.querySelector('#verdict').textContent"
    )
    assert "maskin" in told
    assert "rate" in told
    assert browser.run("document.querySelector('#preset').value") == "(your own)"


def test_the_same_call_gives_the_same_copies_elsewhere(
    browse: Open, server: Served, tmp_path: Path
) -> None:
    browser = browse()
    fill(browser, "text", HOSTILE)
    fill(browser, "spec", MASK)
    made = copies(browser)
    calls = {}
    for form in ("curl", "python", "cli"):
        browser.run(f"document.querySelector('[data-call={form}]').click()")
        calls[form] = browser.run("document.querySelector('#call-text').textContent")
    python = subprocess.check_output([sys.executable, "-c", calls["python"]], text=True)
    assert python.splitlines() == made
    line = calls["cli"].replace(
        "augment preview", f"{shlex.quote(sys.executable)} -m augment preview"
    )
    done = subprocess.check_output(["bash", "-c", f"{line} --json"], cwd=tmp_path, text=True)
    assert [one["text"] for one in json.loads(done)["copies"]] == made
    words = shlex.split(calls["curl"].replace("\\\n", ""))
    sent = json.loads(words[words.index("--data-raw") + 1])
    answer: dict[str, Any] = server.http.post("/v1/preview", json=sent).json()
    assert [one["text"] for one in answer["copies"]] == made


def test_a_data_set_becomes_a_job_whose_files_can_be_saved(browse: Open, tmp_path: Path) -> None:
    browser = browse()
    browser.call("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
    browser.run(
        "{ const files = new DataTransfer(); files.items.add(new File("
        "['text,label\\nthe parcel came late,a\\nthe dog sleeps here,b\\n'], 'train.csv'));"
        "document.getElementById('file').files = files.files;"
        "document.querySelector('#job [type=submit]').click(); }"
    )
    buttons = "[...document.querySelectorAll('#jobs button')]"
    browser.until(f"{buttons}.some(one => one.textContent == 'Save result')")
    assert "train.csv · done" in browser.run("document.querySelector('#jobs').textContent")
    for file in ("result", "report"):
        browser.run(f"{buttons}.find(one => one.textContent == 'Save {file}').click()")
    saved = browser_waits_for(browser, tmp_path, 2)
    assert any("source_id" in one.read_text("utf-8") for one in saved if one.suffix == ".csv")
    assert any("Worst copies" in one.read_text("utf-8") for one in saved if one.suffix == ".html")


@pytest.mark.parametrize("width", [1280, 390])
def test_the_report_of_a_job_is_shown(browse: Open, tmp_path: Path, width: int) -> None:
    browser = browse(width=width)
    browser.call(
        "Emulation.setDeviceMetricsOverride", width=width, height=1600, deviceScaleFactor=1,
        mobile=width < 500,
    )  # fmt: skip
    browser.run(
        "{ const files = new DataTransfer(); files.items.add(new File(['text,label\\n"
        "the parcel came <img src=x onerror=parent.postMessage(1)> late,a\\nthe dog sleeps,b\\n'], "
        f"'{width}.csv')); document.getElementById('file').files = files.files;"
        "document.querySelector('#job [type=submit]').click(); }"
    )
    browser.until(
        f"[...document.querySelectorAll('#jobs .card')].find(one => one.textContent.includes("
        f"'{width}.csv'))?.querySelector('button')?.textContent == 'Show report'"
    )
    browser.run(
        f"[...document.querySelectorAll('#jobs .card')].find(one => one.textContent.includes("
        f"'{width}.csv')).querySelector('button').click()"
    )
    browser.until("document.querySelector('#report iframe')")
    drawn = framed(browser)
    assert drawn["origin"] == "null"  # neither the page nor the API can be reached from it
    assert drawn["hostile"] == 0
    assert "sans" in drawn["font"]  # its own style sheet holds; browsers have a serif
    assert not drawn["wide"]
    browser.picture(tmp_path / "report.png")
    assert browser.run("document.documentElement.scrollWidth") <= width
    assert browser.run("document.activeElement.textContent") == f"Report of {width}.csv"
    browser.run("[...document.querySelectorAll('#report button')].at(-1).click()")
    assert browser.run("document.querySelector('#report').hidden")
    assert browser.told == []


def framed(browser: Browser) -> dict[str, Any]:
    """What the frame of the report shows; sandboxed, it is a target of its own."""
    while True:
        targets = browser.call("Target.getTargets")["targetInfos"]
        found = [one["targetId"] for one in targets if one["url"].endswith("/ui/frame.html")]
        if found:
            break
        browser.run("new Promise(done => setTimeout(done, 20))")
    page = browser._session
    attached = browser.call("Target.attachToTarget", targetId=found[0], flatten=True)
    browser._session = attached["sessionId"]
    try:
        browser.until("document.body.innerText.includes('Worst copies')")
        shown: dict[str, Any] = browser.run(
            "({origin: self.origin, "
            "hostile: [...document.images].filter(one => one.getAttribute('src') == 'x').length,"
            "font: getComputedStyle(document.body).fontFamily,"
            "wide: document.documentElement.scrollWidth > innerWidth})"
        )
        return shown
    finally:
        browser._session = page


def browser_waits_for(browser: Browser, folder: Path, count: int) -> list[Path]:
    while True:
        found = [one for one in folder.iterdir() if one.suffix in (".csv", ".html")]
        if len(found) == count:
            return found
        browser.run("new Promise(done => setTimeout(done, 20))")


@pytest.mark.parametrize("width", [1280, 390])
def test_it_is_drawn_and_fits(browse: Open, tmp_path: Path, width: int) -> None:
    browser = browse(width=width)
    browser.call(
        "Emulation.setDeviceMetricsOverride", width=width, height=1600, deviceScaleFactor=1,
        mobile=width < 500,
    )  # fmt: skip
    copies(browser)
    assert browser.run("document.documentElement.scrollWidth") <= width
    data = browser.picture(tmp_path / "page.png")
    assert data.startswith(b"\x89PNG")
    assert len(data) > 40_000  # an empty page of this size has a tenth of it


def test_the_keyboard_reaches_everything(browse: Open) -> None:
    browser = browse()
    reached = []
    for _ in range(14):
        for kind in ("keyDown", "keyUp"):
            browser.call("Input.dispatchKeyEvent", type=kind, key="Tab", code="Tab",
                         windowsVirtualKeyCode=9)  # fmt: skip
        reached.append(browser.run("document.activeElement.id"))
    wanted = ["text", "copies", "seed", "strict", "preset", "spec", "file", "job-copies"]
    assert [one for one in reached if one in wanted] == wanted


def test_a_key_is_asked_for_where_one_is_needed(tmp_path: Path) -> None:
    with served(tmp_path / "server", key=True) as server, Browser(tmp_path / "profile") as browser:
        browser.open(f"{server.url}/")
        browser.until("!document.querySelector('#key-form').hidden")
        fill(browser, "key", str(server.key))
        browser.run("document.querySelector('#key-form [type=submit]').click()")
        browser.until("document.querySelector('#verdict').textContent.includes('holds')")
        assert copies(browser)
        call = browser.run("document.querySelector('#call-text').textContent")
        assert str(server.key) not in call
        assert "$KEY" in call
