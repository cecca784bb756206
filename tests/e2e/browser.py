"""Look at the running product in headless Chromium, as a person would."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
)

_COLLECT = """
async () => {
    const room = document.getElementById("alerts");
    const found = new Map();
    const look = () => {
        for (const row of document.querySelectorAll("#alerts article.alert")) {
            if (row.offsetParent) found.set(row.id, [row.dataset.flow, row.dataset.life]);
        }
    };
    const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 30)));
    room.scrollTop = 0;
    await frame();
    look();
    while (room.scrollTop + room.clientHeight < room.scrollHeight - 1) {
        room.scrollTop += room.clientHeight / 2;
        await frame();
        look();
    }
    room.scrollTop = 0;
    return [...found.values()];
}
"""


@contextmanager
def chromium() -> Iterator[Any]:
    """Yield a browser without any network but loopback."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=CHROMIUM, args=FLAGS.split(), timeout=120_000
        )
        yield browser
        browser.close()


def log_in(browser: Any, url: str, password: str) -> Page:
    """Open the page, log in as admin, wait for live events; note every foreign request."""
    context = browser.new_context(viewport={"width": 1600, "height": 900}, color_scheme="dark")
    context.set_default_timeout(30_000)
    page: Page = context.new_page()
    page.foreign = []  # type: ignore[attr-defined]
    page.on("request", lambda sent: _note_foreign(page, sent.url, url))
    page.goto(url)
    page.fill("input[name=username]", "admin")
    page.fill("input[name=password]", password)
    page.click("button[type=submit]")
    page.wait_for_selector("body[data-connection=live]")
    return page


def alerts_shown(page: Page) -> list[tuple[str, str]]:
    """Return (flow_id, life) of every alert in the list, scrolling through all of it."""
    return [(flow, life) for flow, life in page.evaluate(_COLLECT)]


def _note_foreign(page: Page, wanted: str, home: str) -> None:
    if not wanted.startswith((home, home.replace("http", "ws"), "data:", "blob:")):
        page.foreign.append(wanted)  # type: ignore[attr-defined]
