"""The page says in which market it stands, whether it hears anything, and what was revised."""

from typing import Any
from urllib.parse import urlsplit

import pytest

pytestmark = pytest.mark.e2e

A, B = (f"00000000-0000-0000-0000-00000000000{digit}" for digit in "ab")
LAST_BAR = 1_764_093_600 + 60 * 199


def test_nothing_is_fetched_from_elsewhere(page: Any, stage: Any) -> None:
    hosts = set()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    page.reload()
    page.wait_for_selector("body[data-connection=live]")
    page.evaluate("document.fonts.ready.then(() => true)")
    assert hosts == {urlsplit(stage.url).netloc}


@pytest.mark.parametrize(
    ("market", "badge"), [("simulated", "SIMULATED MARKET"), ("replay", "REPLAY")]
)
def test_a_market_that_is_not_real_is_never_overlooked(
    page: Any, stage: Any, expect: Any, market: str, badge: str
) -> None:
    stage.post("market", market)
    page.reload()
    expect(page.locator("#market-badge")).to_have_text(badge)
    expect(page.locator("#market-badge")).to_be_in_viewport()
    expect(page).to_have_title(f"{badge} · TickStock")


def test_the_real_market_wears_no_badge(page: Any, stage: Any, expect: Any) -> None:
    stage.post("market", "real")
    page.reload()
    expect(page.locator("#market-zone")).to_have_text("New York")
    expect(page.locator("#market-badge")).to_be_hidden()
    expect(page.locator("#data-notice")).to_have_text("Market data by Massive")


def test_a_page_that_finds_another_market_behind_its_address_begins_anew(
    page: Any, stage: Any, expect: Any
) -> None:
    stage.alert(A)
    expect(page.locator("#alerts-count")).to_have_text("1")
    stage.post("reset")
    stage.post("market", "real")
    stage.post("drop")
    expect(page.locator("#market-badge")).to_be_hidden()
    expect(page.locator("#data-notice")).to_have_text("Market data by Massive")
    expect(page.locator("#alerts-count")).to_have_text("0")


def test_a_page_shows_the_symbols_that_are_watched_since_it_was_cut_off(
    page: Any, stage: Any, expect: Any
) -> None:
    stage.post("symbols", ["NVDA", "SPY"])
    stage.post("drop")
    expect(page.locator("#scanner-count")).to_have_text("2 symbols")
    expect(page.locator("tr[data-symbol=AMD]")).to_have_count(0)


def test_a_lost_connection_dims_the_page_and_then_catches_up(
    page: Any, stage: Any, expect: Any
) -> None:
    stage.alert(A)
    expect(page.locator("#alerts-count")).to_have_text("1")
    stage.post("drop", "closed")
    expect(page.locator("#connection-text")).to_contain_text("connection lost")
    stage.alerts([A, B])
    stage.post("open")
    expect(page.locator("#connection-text")).to_contain_text("caught up 2 alerts")
    expect(page.locator("#alerts-count")).to_have_text("2")


def test_quotes_move_the_table_and_the_counts(page: Any, stage: Any, expect: Any) -> None:
    quotes = {
        "symbols": ["AMD", "SPY"],
        "price": [210.5, 301.0],
        "change_percent": [4.75, 0.33],
        "volume": [2_100_000, 3_000_100],
        "state": ["live", "halted"],
    }
    stage.emit("quotes", quotes)
    expect(page.locator("tr[data-symbol=AMD] td.price")).to_have_text("210.50")
    expect(page.locator("tr[data-symbol=AMD] td.change")).to_have_text("▲ 4.75%")
    expect(page.locator("#symbol-states")).to_contain_text("1 halted")


def test_the_chart_says_when_its_last_bar_was_revised(page: Any, stage: Any, expect: Any) -> None:
    page.locator("tr[data-symbol=NVDA]").click()
    expect(page.locator("#chart-bar")).to_contain_text("bar")
    bar = {"open": [100.2], "high": [101.0], "low": [99.8], "close": [100.7], "volume": [1100]}
    message = {"timeframe": "1min", "bar_time": LAST_BAR, "symbols": ["NVDA"], "revision": [2]}
    stage.emit("bars_closed", {**message, **bar})
    expect(page.locator("#chart-revised")).to_have_text("revised, rev 2")


def test_a_silent_producer_and_a_critical_alert_are_shown(
    page: Any, stage: Any, expect: Any
) -> None:
    stage.emit("feed_state", {"producer": "dead", "redis": "up"})
    expect(page.locator(".status")).to_contain_text("producer silent")
    said = {"type": "DATABASE", "severity": "critical", "message": "events are spooled"}
    stage.emit("critical_alert", said)
    expect(page.get_by_role("alert")).to_contain_text("events are spooled")


def test_the_keyboard_walks_filters_and_explains(page: Any, stage: Any, expect: Any) -> None:
    stage.alert(A)
    stage.alert(B, symbol="AMD", pattern="Support_Test")
    expect(page.locator("#alerts-count")).to_have_text("2")
    page.locator(f'.alert[data-flow="{B}"]').click()
    page.keyboard.press("j")
    expect(page.locator("#chart-symbol")).to_have_text("NVDA")
    page.keyboard.press("k")
    expect(page.locator("#chart-symbol")).to_have_text("AMD")
    page.keyboard.press("/")
    page.keyboard.type("spike")
    expect(page.locator("#alerts-count")).to_have_text("1 of 2")
    page.keyboard.press("Escape")
    expect(page.locator("#alerts-count")).to_have_text("2")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()


def test_a_dragged_width_is_remembered(page: Any, expect: Any) -> None:
    edge = page.get_by_role("separator", name="Width of the alerts")
    edge.focus()
    with page.expect_response("**/api/preferences"):
        page.keyboard.press("ArrowLeft")
    width = edge.get_attribute("aria-valuenow")
    page.evaluate("localStorage.clear()")
    page.reload()
    page.wait_for_selector("body[data-connection=live]")
    expect(edge).to_have_attribute("aria-valuenow", str(width))


def test_the_notices_name_advice_data_and_charts(page: Any, expect: Any) -> None:
    expect(page.locator("footer")).to_contain_text("Not investment advice")
    page.get_by_role("button", name="Notices").click()
    notices = page.get_by_role("dialog", name="Notices")
    for named in ("TradingView", "Massive", "Not investment advice"):
        expect(notices).to_contain_text(named)
