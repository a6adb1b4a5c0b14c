"""A headless Chromium that is steered over a pipe, by its own protocol."""

import base64
import itertools
import json
import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest

EXECUTABLE = shutil.which("chromium") or shutil.which("chromium-browser")
OPTIONS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--no-first-run",
    "--remote-debugging-pipe",
)


class Tab:
    """One tab: pages are opened in it, measured and photographed."""

    def __init__(self, send):
        self._send = send
        self.requests = []

    def open(self, path, width, *, dark=False, height=900, media=""):
        """Open a file in a window of some width, and note every address that is asked for."""
        self.requests.clear()
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self._send("Emulation.setDeviceMetricsOverride", size)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._send("Emulation.setEmulatedMedia", {"media": media, "features": [scheme]})
        self._send("Page.navigate", {"url": path.as_uri()}, until="Page.loadEventFired")

    def value(self, expression):
        """Return the value of a JavaScript expression."""
        asked = {"expression": expression, "returnByValue": True, "awaitPromise": True}
        answer = self._send("Runtime.evaluate", asked)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def press(self, key, code=None):
        """Press a key; `code` is its place on the keyboard if its character does not say it."""
        if code is None:
            code = f"Key{key.upper()}" if key.isascii() and key.isalpha() and key[1:] == "" else key
        asked = {"key": key, "code": code}
        if key == "Enter":
            asked |= {"text": "\r", "windowsVirtualKeyCode": 13}
        for kind in ("keyDown", "keyUp"):
            self._send("Input.dispatchKeyEvent", {"type": kind, **asked})

    def type(self, text):
        """Type a text where the focus is."""
        self._send("Input.insertText", {"text": text})

    def choose_file(self, selector, path):
        """Choose a file in an input, and wait until the page has read it."""
        root = self._send("DOM.getDocument")["root"]["nodeId"]
        node = self._send("DOM.querySelector", {"nodeId": root, "selector": selector})
        self._send("DOM.setFileInputFiles", {"files": [str(path)], "nodeId": node["nodeId"]})
        self.value("new Promise(done => setTimeout(done, 100))")

    def download(self, folder, start):
        """Return the file that something makes the page download into a new folder."""
        folder.mkdir()
        asked = {"behavior": "allow", "downloadPath": str(folder)}
        self._send("Page.setDownloadBehavior", asked)
        start()
        for _ in range(100):
            found = [path for path in folder.iterdir() if path.suffix == ".json"]
            if found:
                return found[0]
            self.value("new Promise(done => setTimeout(done, 50))")
        raise AssertionError("Nothing was downloaded.")

    def screenshot(self, path, clip=None):
        """Write a picture of the whole page, or of a part of it."""
        asked = {"captureBeyondViewport": True, "format": "png"} | ({"clip": clip} if clip else {})
        path.write_bytes(base64.b64decode(self._send("Page.captureScreenshot", asked)["data"]))

    def pdf(self, path):
        """Print the page on A4."""
        asked = {"preferCSSPageSize": True, "printBackground": True}
        path.write_bytes(base64.b64decode(self._send("Page.printToPDF", asked)["data"]))


@contextmanager
def tab():
    """Start Chromium and give one tab of it."""
    to_browser, ours_out = os.pipe()
    ours_in, from_browser = os.pipe()
    with tempfile.TemporaryDirectory() as folder:
        shell = f'exec "$@" 3<&{to_browser} 4>&{from_browser}'
        command = ["bash", "-c", shell, "-", EXECUTABLE, *OPTIONS, f"--user-data-dir={folder}"]
        started = subprocess.Popen(
            command,
            pass_fds=(to_browser, from_browser),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_browser)
        os.close(from_browser)
        with os.fdopen(ours_out, "wb", buffering=0) as out, os.fdopen(ours_in, "rb") as into:
            try:
                yield _attached(out, into)
            finally:
                started.kill()
                started.wait()
        shutil.rmtree(Path(folder), ignore_errors=True)
        Path(folder).mkdir(exist_ok=True)


def printed_text(browser, page, folder):
    """Return the text that can be copied out of a page printed as PDF."""
    reader = shutil.which("pdftotext")
    if reader is None:
        pytest.skip("pdftotext is not installed")
    browser.open(page, 1200)
    browser.pdf(folder / "page.pdf")
    subprocess.run([reader, "-layout", "page.pdf", "page.txt"], cwd=folder, check=True)
    return (folder / "page.txt").read_text("utf-8")


def _attached(out, into):
    numbers, messages = itertools.count(1), _messages(into)
    found = None

    def send(method, values=None, *, until=None, session=None):
        number = next(numbers)
        message = {"id": number, "method": method, "params": values or {}}
        if session:
            message["sessionId"] = session
        out.write(json.dumps(message).encode() + b"\0")
        answer, awaited = None, until
        while answer is None or awaited:
            heard = next(messages)
            if heard.get("id") == number:
                assert "error" not in heard, heard
                answer = heard["result"]
            elif heard.get("method") == "Network.requestWillBeSent":
                found.requests.append(heard["params"]["request"]["url"])
            elif heard.get("method") == awaited:
                awaited = None
        return answer

    target = send("Target.createTarget", {"url": "about:blank"})["targetId"]
    asked = {"targetId": target, "flatten": True}
    session = send("Target.attachToTarget", asked)["sessionId"]

    def send_to_tab(method, values=None, *, until=None):
        return send(method, values, until=until, session=session)

    found = Tab(send_to_tab)
    for domain in ("Page", "Runtime", "Network"):
        send_to_tab(f"{domain}.enable")
    return found


def _messages(into):
    """Yield the messages of the browser, which end with a zero byte."""
    pending = b""
    while chunk := into.read1(1 << 20):
        *whole, pending = (pending + chunk).split(b"\0")
        yield from map(json.loads, whole)
    raise AssertionError("Chromium ended.")
