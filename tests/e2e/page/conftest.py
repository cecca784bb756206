"""Open the page in a real browser, before a stage that sends what a test asks for."""

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from launcher.ports import any_free

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
)
START_S = 60.0


@dataclass(frozen=True)
class Stage:
    """A running stage; `event` names are Socket.IO's."""

    url: str

    def post(self, what: str, body: Any = None) -> Any:
        request = urllib.request.Request(
            f"{self.url}/stage/{what}",
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
            method="POST",
        )
        with urllib.request.urlopen(request) as answer:
            return json.loads(answer.read())

    def emit(self, name: str, message: dict[str, Any]) -> None:
        self.post("emit", [[name, message]])

    def alert(self, flow_id: str, **fields: Any) -> None:
        self.post("emit", [alert(flow_id, **fields)])

    def alerts(self, flow_ids: list[str]) -> None:
        self.post("emit", [alert(flow_id) for flow_id in flow_ids])

    def forming(self, flow_id: str, **fields: Any) -> None:
        seen = {**event(flow_id), "life": "forming", **fields}
        self.emit("pattern_update", {"type": "pattern_forming", "event": seen})

    def retract(self, flow_id: str) -> None:
        changed = {"life": "retracted", "revision": 1, "reason": "the 18:00 bar was revised"}
        message = {"type": "pattern_retracted", "event": {**event(flow_id), **changed}}
        self.emit("pattern_update", message)


def event(flow_id: str) -> dict[str, Any]:
    now = time.time()
    return {
        "symbol": "NVDA",
        "pattern": "Volume_Spike",
        "confidence": 0.87,
        "flow_id": flow_id,
        "tier": "intraday",
        "source": "intraday",
        "timeframe": "1min",
        "direction": "bullish",
        "price_change": 0.42,
        "current_price": 189.62,
        "volume": 1000,
        "timestamp": now,
        "bar_time": 1_764_105_000,
        "received_at": now - 0.01,
        "revision": 0,
        "life": "confirmed",
        "reason": "6.1 times the usual volume",
        "levels": {"entry": 100.5, "stop": 99.9, "target": 101.5},
    }


def alert(flow_id: str, **fields: Any) -> tuple[str, dict[str, Any]]:
    return "pattern_alert", {"type": "pattern_detected", "event": {**event(flow_id), **fields}}


@pytest.fixture
def stage(running_stage: Stage) -> Stage:
    running_stage.post("reset")
    return running_stage


@pytest.fixture(scope="session")
def running_stage() -> Iterator[Stage]:
    port = any_free()
    script = Path(__file__).with_name("stage.py")
    process = subprocess.Popen([sys.executable, str(script), str(port)], stderr=subprocess.DEVNULL)
    running = Stage(f"http://127.0.0.1:{port}")
    try:
        _wait_for(running, process)
        yield running
    finally:
        process.kill()
        process.wait()


def _wait_for(stage: Stage, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{stage.url}/api/alerts"):
                return
        except OSError:
            time.sleep(0.05)
    pytest.fail(f"the stage did not answer at {stage.url} within {START_S:.0f} s")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    if not CHROMIUM.exists():
        pytest.skip(f"no browser at {CHROMIUM}: apt-get install chromium")
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(
            executable_path=str(CHROMIUM), args=FLAGS.split(), timeout=120_000
        )
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Any, stage: Stage) -> Iterator[Any]:
    """Yield the page, connected; whatever it complains about fails the test."""
    complaints: list[str] = []
    context = browser.new_context(viewport={"width": 1600, "height": 900}, color_scheme="dark")
    context.set_default_timeout(30_000)
    opened = context.new_page()
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on(
        "console", lambda said: complaints.append(said.text) if said.type == "error" else None
    )
    opened.goto(stage.url)
    connected(opened)
    yield opened
    context.close()
    assert complaints == []


def connected(page: Any) -> None:
    """Wait until the page hears live events."""
    page.wait_for_selector("body[data-connection=live]")
    page.wait_for_selector("#scanner tbody tr")


@pytest.fixture
def expect() -> Any:
    playwright.expect.set_options(timeout=30_000)
    return playwright.expect
