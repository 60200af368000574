"""A browser for tests: Chromium without a window, spoken to over its own protocol."""

import base64
import json
import shutil
import subprocess
import time
import urllib.request
from contextlib import contextmanager

import pytest
import websocket

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
needs_browser = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium on this machine (Debian: apt-get install chromium)"
)
_SWITCHES = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--remote-debugging-port=0",
]


class Page:
    """One page of a browser: what it asked for, said and ran stands in ``events``."""

    def __init__(self, address):
        self.socket, self.number, self.events = websocket.create_connection(address, suppress_origin=True), 0, []
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.ask(f"{domain}.enable")

    def ask(self, method, **parameters):
        """Send a command and wait for its answer."""
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self.socket.recv())
            if answer.get("id") == self.number:
                assert "error" not in answer, answer
                return answer["result"]
            self._note(answer)

    def _note(self, event):
        self.events.append(event)
        if event["method"] == "Page.javascriptDialogOpening":  # a page waits for the answer
            self.number += 1
            self.socket.send(
                json.dumps({"id": self.number, "method": "Page.handleJavaScriptDialog", "params": {"accept": True}})
            )

    def open(self, address, until="document.readyState === 'complete'", seconds=60):
        """Go to an address and wait until an expression is true."""
        self.events.clear()
        self.ask("Page.navigate", url=address)
        end = time.monotonic() + seconds
        while not self.run(until):
            assert time.monotonic() < end, f"{address} is not ready after {seconds} s: {until}"
            time.sleep(0.2)

    def run(self, expression):
        """The value of an expression in the page."""
        return self.ask("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)["result"].get(
            "value"
        )

    def picture(self, path, width=1200, height=1000):
        """Keep what the window shows as a PNG."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.ask("Emulation.setDeviceMetricsOverride", **size)
        time.sleep(0.5)
        path.write_bytes(base64.b64decode(self.ask("Page.captureScreenshot", format="png")["data"]))

    def said(self, method):
        """The events of a kind, such as "Network.requestWillBeSent"."""
        return [event["params"] for event in self.events if event["method"] == method]


@contextmanager
def browser(folder):
    """A page of a browser of its own, whose profile stands in ``folder``."""
    profile = folder / "profile"
    process = subprocess.Popen(
        [CHROMIUM, *_SWITCHES, f"--user-data-dir={profile}", "--window-size=1200,1000", "about:blank"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        port = _wait_for(profile / "DevToolsActivePort").split()[0]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json") as told:
            pages = [one for one in json.load(told) if one["type"] == "page"]
        yield Page(pages[0]["webSocketDebuggerUrl"])
    finally:
        process.terminate()
        process.wait(20)


def _wait_for(path, seconds=30):
    end = time.monotonic() + seconds
    while not (path.is_file() and path.read_text().strip()):
        assert time.monotonic() < end, f"{path.name} did not come within {seconds} s"
        time.sleep(0.1)
    return path.read_text()
