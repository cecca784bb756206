"""The page shows all of itself, on a phone as on a desk."""

from typing import Any

import pytest

pytestmark = pytest.mark.e2e

FLOW = "00000000-0000-0000-0000-00000000000a"
LAST_BAR = 1_764_093_600 + 199 * 60
STICKING_OUT = """() => [...document.querySelectorAll('body > header, .panel, .context, footer')]
    .flatMap(part => [part, ...part.querySelectorAll(':not(.chart *, .unseen-text)')]
        .map(it => [it, it.getBoundingClientRect(), part.getBoundingClientRect()]))
    .filter(([, box, room]) => box.width
        && (box.right > Math.min(room.right, innerWidth) + 1 || box.left < room.left - 1))
    .map(([it]) => `${it.tagName}#${it.id}.${it.className}`)"""


BUSY = {
    "market-zone": "America/New_York",
    "feed-rate": "123,456/s",
    "feed-lag": "1,234 ms",
    "symbol-states": "10,812 live · 120 quiet · 12 stale · 31 gap · 2 partial · 11 halted",
    "connection-text": "caught up 1,234 alerts",
}
FILL = "told => { for (const id in told) document.getElementById(id).textContent = told[id]; }"


@pytest.mark.parametrize("width", [390, 768, 1024, 1181, 1440])
def test_nothing_sticks_out_of_its_part_or_of_the_screen(page: Any, stage: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    stage.alert(FLOW, pattern="Head_And_Shoulders_Top", symbol="NVDA")
    page.locator(f'.alert[data-flow="{FLOW}"]').click()
    page.wait_for_selector("#detail-facts dd")
    page.evaluate(FILL, BUSY)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(STICKING_OUT) == []


@pytest.mark.parametrize("width", [390, 1181, 1366, 1440, 1600])
def test_it_is_never_cut_that_something_was_revised(
    page: Any, stage: Any, expect: Any, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    stage.alert(FLOW, tier="synthetic", quality="backfilled", current_price=123_456.78)
    page.locator(f'.alert[data-flow="{FLOW}"]').click()
    expect(page.locator("#chart-bar")).to_contain_text("bar")
    bar = {"open": [100.2], "high": [101.0], "low": [99.8], "close": [100.7], "volume": [1100]}
    message = {"timeframe": "1min", "bar_time": LAST_BAR, "symbols": ["NVDA"], "revision": [2]}
    stage.emit("bars_closed", {**message, **bar})
    quotes = {"symbols": ["NVDA"], "price": [123_456.78], "change_percent": [12.34]}
    stage.emit("quotes", {**quotes, "volume": [1_000_100], "state": ["halted"]})
    expect(page.locator("#chart-price")).to_have_text("123,456.78")
    expect(page.locator("#chart-revised")).to_be_in_viewport(ratio=1)
    expect(page.locator(".alert .quality")).to_be_in_viewport(ratio=1)
    assert page.evaluate(STICKING_OUT) == []


def test_on_a_phone_everything_is_reached_by_scrolling(page: Any, expect: Any) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    for part in (".middle", ".why", ".alerts", ".universe", ".now", ".flow"):
        page.locator(f".columns > {part}").scroll_into_view_if_needed()
        expect(page.locator(f".columns > {part}")).to_be_in_viewport(ratio=0.9)


def test_choosing_an_alert_does_not_scroll_a_phone_away_from_it(
    page: Any, stage: Any, expect: Any
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    before = page.evaluate("scrollY")
    stage.alert(FLOW, symbol="SPY")
    alert = page.locator(f'.alert[data-flow="{FLOW}"]')
    alert.click()
    expect(alert).to_have_attribute("aria-selected", "true")
    expect(page.locator("#scanner tr[data-symbol=SPY]")).to_have_attribute("aria-selected", "true")
    assert page.evaluate("scrollY") == before
