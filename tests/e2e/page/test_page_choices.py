"""The page is dark until the reader says otherwise, and lists what the reader asks for."""

from typing import Any

import pytest

pytestmark = pytest.mark.e2e

A, B, C = (f"00000000-0000-0000-0000-00000000000{digit}" for digit in "abc")
DARK, LIGHT = "rgb(11, 14, 19)", "rgb(255, 255, 255)"
LIVE = "body[data-connection=live]"


@pytest.mark.parametrize("preferred", ["light", "dark", "no-preference"])
def test_the_page_is_dark_whatever_the_system_prefers(
    browser: Any, stage: Any, expect: Any, preferred: str
) -> None:
    context = browser.new_context(color_scheme=preferred)
    try:
        page = context.new_page()
        page.goto(stage.url)
        page.wait_for_selector(LIVE)
        expect(page.locator("body")).to_have_css("background-color", DARK)
        assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
    finally:
        context.close()


def test_the_light_theme_is_switched_on_and_remembered(page: Any, expect: Any) -> None:
    page.get_by_role("button", name="Light", exact=True).click()
    expect(page.locator("body")).to_have_css("background-color", LIGHT)
    page.reload()
    page.wait_for_selector(LIVE)
    expect(page.locator("body")).to_have_css("background-color", LIGHT)
    page.get_by_role("button", name="Dark", exact=True).click()
    expect(page.locator("body")).to_have_css("background-color", DARK)
    page.reload()
    page.wait_for_selector(LIVE)
    expect(page.locator("body")).to_have_css("background-color", DARK)


def test_the_theme_is_chosen_before_anything_is_painted(page: Any) -> None:
    early = page.locator("head script[src='/static/src/earlytheme.js']")
    assert early.evaluate("it => !it.defer && !it.async && it.type === ''")


def test_direction_and_confidence_narrow_the_alerts_and_are_remembered(
    page: Any, stage: Any, expect: Any
) -> None:
    stage.alert(A, confidence=0.91)
    stage.alert(B, confidence=0.62)
    stage.alert(C, confidence=0.95, direction="bearish")
    count = page.locator("#alerts-count")
    expect(count).to_have_text("3")
    page.get_by_role("button", name="bullish alone").click()
    expect(count).to_have_text("2 of 3")
    # A reload before that would bring back what was saved in between.
    with page.expect_response(_saves_confidence):
        page.get_by_label("Least confidence").select_option("0.8")
    expect(count).to_have_text("1 of 3")
    expect(page.locator(f'.alert[data-flow="{A}"]')).to_be_visible()
    page.reload()
    expect(count).to_have_text("1 of 3")
    page.get_by_role("button", name="bullish alone").click()
    expect(count).to_have_text("2 of 3")
    page.get_by_label("Least confidence").select_option("0")
    expect(count).to_have_text("3")


def _saves_confidence(answer: Any) -> bool:
    said = answer.request.post_data or ""
    return answer.url.endswith("/api/preferences") and '"confidence":"0.8"' in said


def test_the_list_of_alerts_is_walked_with_the_arrow_keys(
    page: Any, stage: Any, expect: Any
) -> None:
    stage.alert(A, symbol="SPY")
    stage.alert(B, symbol="AMD")
    expect(page.locator("#alerts-count")).to_have_text("2")
    page.locator(f'.alert[data-flow="{B}"]').click()
    page.locator("#alerts").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#chart-symbol")).to_have_text("SPY")
    page.keyboard.press("ArrowUp")
    expect(page.locator("#chart-symbol")).to_have_text("AMD")


def test_the_chart_switches_its_timeframe_and_follows_the_chosen_alert(
    page: Any, stage: Any, expect: Any
) -> None:
    page.locator("tr[data-symbol=NVDA]").click()
    with page.expect_request(lambda request: "timeframe=5min" in request.url):
        page.locator("#chart-timeframe").select_option("5min")
    stage.alert(A, timeframe="1hour", tier="intraday")
    expect(page.locator(f'.alert[data-flow="{A}"]')).to_contain_text("intraday · 1 hour")
    with page.expect_request(lambda request: "timeframe=1hour" in request.url):
        page.locator(f'.alert[data-flow="{A}"]').click()
    expect(page.locator("#chart-timeframe")).to_have_value("1hour")
