"""A headless Chromium that a test drives over the pipe of its DevTools."""

import base64
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any, Self

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")


class Browser:
    """One tab. Every name but localhost is answered with a failure."""

    def __init__(self, profile: Path, *, width: int = 1280, height: int = 1600) -> None:
        assert BROWSER is not None
        command = [
            BROWSER,
            *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
            *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
            *("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost", "--hide-scrollbars"),
            *("--remote-debugging-pipe", f"--user-data-dir={profile}"),
            f"--window-size={width},{height}",
            "about:blank",
        ]
        theirs_in, ours_out = os.pipe()
        ours_in, theirs_out = os.pipe()

        def lay_pipes() -> None:  # DevTools reads 3 and writes 4
            spare = os.dup(theirs_out), os.dup(theirs_in)
            high = [os.dup2(fd, 200 + n) for n, fd in enumerate(spare)]
            os.dup2(high[1], 3)
            os.dup2(high[0], 4)

        self._process = subprocess.Popen(
            command, close_fds=False, preexec_fn=lay_pipes,  # noqa: PLW1509 (no thread of tests holds a lock here)
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(theirs_in)
        os.close(theirs_out)
        self._out, self._in = os.fdopen(ours_out, "wb", 0), os.fdopen(ours_in, "rb")
        self._asked = 0
        self._session: str | None = None
        self.told: list[str] = []
        """What the console and the browser's own log said."""
        targets = self.call("Target.getTargets")["targetInfos"]
        (tab,) = [one["targetId"] for one in targets if one["type"] == "page"]
        found = self.call("Target.attachToTarget", targetId=tab, flatten=True)
        self._session = found["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._out.close()
        self._in.close()
        self._process.kill()
        self._process.wait()

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Ask DevTools, and note what it tells meanwhile."""
        self._asked += 1
        message: dict[str, Any] = {"id": self._asked, "method": method, "params": params}
        if self._session is not None:
            message["sessionId"] = self._session
        self._out.write(json.dumps(message).encode() + b"\0")
        while True:
            found = self._message()
            if found.get("id") == self._asked:
                assert "error" not in found, found
                result: dict[str, Any] = found["result"]
                return result
            if found.get("method") in (
                "Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded"
            ):  # fmt: skip
                self.told.append(json.dumps(found["params"]))

    def run(self, script: str) -> Any:
        """The value of a script, waited for."""
        found = self.call(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def until(self, script: str) -> Any:
        """The value of an expression as soon as it is true; the time limit of tests bounds it."""
        return self.run(
            "new Promise(done => { const look = () => { let found = null;"
            f"try {{ found = ({script}); }} catch {{}}"
            "if (found) done(found); else setTimeout(look, 20); }; look(); })"
        )

    def open(self, url: str) -> None:
        """Go to an address."""
        self.call("Page.navigate", url=url)
        self.until(
            f"location.href.startsWith({json.dumps(url)}) && document.readyState=='complete'"
        )

    def picture(self, path: Path) -> bytes:
        """The whole page as PNG."""
        found = self.call("Page.captureScreenshot", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(found["data"]))
        return path.read_bytes()

    def _message(self) -> dict[str, Any]:
        data = bytearray()
        while (byte := self._in.read(1)) != b"\0":
            assert byte, "the browser ended"
            data += byte
        found: dict[str, Any] = json.loads(data)
        return found
