"""The real page in headless Chromium, noting when each alert reaches it and is drawn."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

CHROMIUM: Final = "/usr/bin/chromium"
FLAGS: Final = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
)
VIEW_WIDTH: Final = 1600
VIEW_HEIGHT: Final = 1200
"""High enough that the rows of most bursts are in view: the page makes no others."""

_WATCH: Final = """
(() => {
  const now = () => (performance.timeOrigin + performance.now()) / 1000;
  const seen = { arrived: {}, shown: {} };
  window.benchSeen = seen;
  window.benchDrift = () => Date.now() / 1000 - now();
  const Plain = window.WebSocket;
  window.WebSocket = class extends Plain {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", ({ data }) => {
        if (typeof data !== "string" || !data.startsWith('42["pattern_alert"')) return;
        const flow = /"flow_id":"([^"]+)"/.exec(data);
        if (flow) seen.arrived[flow[1]] ??= now();
      });
    }
  };
  const note = (element) => {
    const flow = element.dataset?.flow;
    if (flow) seen.shown[flow] ??= now();
  };
  new MutationObserver((changes) => {
    for (const change of changes) {
      if (change.type === "attributes") note(change.target);
      else change.addedNodes.forEach(note);
    }
  }).observe(document, { subtree: true, childList: true, attributeFilter: ["data-flow"] });
})();
"""


@dataclass(frozen=True)
class Seen:
    """When alerts reached the page and when their rows were drawn: flow id to unix seconds.

    drift_s : how far the page's clock has drifted from the machine's
    """

    arrived: Mapping[str, float]
    shown: Mapping[str, float]
    drift_s: float


@dataclass(frozen=True)
class OpenPage:
    """The page, logged in and live."""

    page: Any

    async def seen(self) -> Seen:
        """Return what the page has noted so far."""
        noted = await self.page.evaluate("benchSeen")
        drift = await self.page.evaluate("benchDrift()")
        return Seen(noted["arrived"], noted["shown"], drift)


def is_installed() -> bool:
    """Return whether there is a Chromium to measure with."""
    return Path(CHROMIUM).exists()


@asynccontextmanager
async def open_page(address: str, user: str, password: str) -> AsyncIterator[OpenPage]:
    """Log in and yield the page once it hears live events."""
    from playwright.async_api import async_playwright

    async with async_playwright() as driver:
        chromium = await driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS.split())
        context = await chromium.new_context(
            viewport={"width": VIEW_WIDTH, "height": VIEW_HEIGHT}, color_scheme="dark"
        )
        await context.add_init_script(_WATCH)
        page = await context.new_page()
        await page.goto(f"{address}/login")
        await page.fill("input[name=username]", user)
        await page.fill("input[name=password]", password)
        await page.press("input[name=password]", "Enter")
        await page.wait_for_selector("body[data-connection=live]")
        try:
            yield OpenPage(page)
        finally:
            await chromium.close()
