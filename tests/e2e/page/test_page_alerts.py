"""Alerts on the page: arriving live, once, in order, and honest about what they are."""

import time
from typing import Any

import pytest

pytestmark = pytest.mark.e2e

A, B, C = (f"00000000-0000-0000-0000-00000000000{digit}" for digit in "abc")
OTHERS_ANSWER_S = 0.5
"""So long the page has to be answered whatever else it asked for at once."""


def test_an_alert_appears_with_everything_it_says(page: Any, stage: Any, expect: Any) -> None:
    stage.alert(A)
    row = page.locator(f'.alert[data-flow="{A}"]')
    for said in ("NVDA", "▲", "Volume Spike", "confirmed", "0.87", "189.62", "▲ 0.42%"):
        expect(row).to_contain_text(said)
    expect(row).to_contain_text("6.1 times the usual volume")


def test_the_newest_alert_stands_on_top(page: Any, stage: Any, expect: Any) -> None:
    stage.alerts([A, B, C])
    expect(page.locator("#alerts-count")).to_have_text("3")
    rows = page.locator(".alert").all()
    assert [row.get_attribute("data-flow") for row in rows] == [C, B, A]
    assert [row.get_attribute("aria-posinset") for row in rows] == ["1", "2", "3"]


def test_an_alert_that_comes_while_the_page_loads_is_shown(
    page: Any, stage: Any, expect: Any
) -> None:
    def answer_late(route: Any) -> None:
        time.sleep(OTHERS_ANSWER_S)
        stage.alert(A)
        route.continue_()

    page.route("**/api/bootstrap", answer_late)
    page.reload()
    page.wait_for_selector("body[data-connection=live]")
    stage.alert(B)
    expect(page.locator(f'.alert[data-flow="{B}"]')).to_be_visible()
    expect(page.locator(f'.alert[data-flow="{A}"]')).to_be_visible()


def test_an_event_that_comes_twice_is_listed_once(page: Any, stage: Any, expect: Any) -> None:
    stage.alerts([A, A, B])
    expect(page.locator(f'.alert[data-flow="{B}"]')).to_be_visible()
    expect(page.locator("#alerts-count")).to_have_text("2")


def test_an_alert_taken_back_is_struck_through_in_its_place(
    page: Any, stage: Any, expect: Any
) -> None:
    stage.alerts([A, B])
    stage.retract(A)
    row = page.locator(f'.alert[data-flow="{A}"]')
    expect(row).to_have_attribute("data-life", "retracted")
    expect(row).to_contain_text("the 18:00 bar was revised")
    expect(row.locator(".pattern")).to_have_css("text-decoration-line", "line-through")
    expect(row).to_have_attribute("aria-posinset", "2")


@pytest.mark.parametrize("tier", ["test", "synthetic"])
def test_what_is_no_trade_signal_says_so(page: Any, stage: Any, expect: Any, tier: str) -> None:
    stage.alert(A, tier=tier, source=tier)
    row = page.locator(f'.alert[data-flow="{A}"]')
    expect(row).to_have_attribute("data-trade", "no")
    expect(row.locator(".mark")).to_have_text(tier.upper())
    expect(row).to_contain_text("not a signal")
    expect(page.locator("tr[data-symbol=NVDA] td.alerts")).to_have_text("")
    expect(page.locator("#detail-facts")).not_to_contain_text("target")


def test_a_burst_of_500_alerts_makes_no_more_rows_than_fit(
    page: Any, stage: Any, expect: Any
) -> None:
    stage.alerts([f"00000000-0000-0000-0000-{number:012d}" for number in range(500)])
    expect(page.locator("#alerts-count")).to_have_text("500")
    assert page.locator(".alert").count() < 30


def test_what_the_reader_looks_at_stays_while_alerts_arrive(
    page: Any, stage: Any, expect: Any
) -> None:
    stage.alerts([f"00000000-0000-0000-0000-{number:012d}" for number in range(60)])
    expect(page.locator("#alerts-count")).to_have_text("60")
    page.evaluate("document.getElementById('alerts').scrollTop = 1400")
    top = page.locator('.alert[aria-posinset="21"]')
    expect(top).to_be_in_viewport()
    flow, before = top.get_attribute("data-flow"), top.bounding_box()
    stage.alerts([A, B])
    expect(page.locator("#alerts-unseen")).to_have_text("2 new ↑")
    assert page.locator(f'.alert[data-flow="{flow}"]').bounding_box() == before


def test_alerts_of_the_past_are_there_at_once(page: Any, stage: Any, expect: Any) -> None:
    stage.alerts([A, B])
    page.reload()
    expect(page.locator("#alerts-count")).to_have_text("2")


def test_choosing_an_alert_moves_chart_table_and_detail(page: Any, stage: Any, expect: Any) -> None:
    stage.alert(A)
    stage.alert(B, symbol="AMD", reason="level 200.10 broken")
    page.locator(f'.alert[data-flow="{B}"]').click()
    expect(page.locator("#chart-symbol")).to_have_text("AMD")
    expect(page.locator("tr[data-symbol=AMD]")).to_have_attribute("aria-selected", "true")
    expect(page.locator("#detail-why")).to_have_text("level 200.10 broken")
    expect(page.locator("#detail-facts")).to_contain_text("101.50")


def test_how_often_a_pattern_comes_by_chance_stands_beside_it(
    page: Any, stage: Any, expect: Any
) -> None:
    stage.alert(A, null_rate=1.234)
    page.locator(f'.alert[data-flow="{A}"]').click()
    expect(page.locator("#detail-facts")).to_contain_text("1.2 ‰")
    stage.alert(B)
    page.locator(f'.alert[data-flow="{B}"]').click()
    expect(page.locator("#detail-facts")).not_to_contain_text("by chance")


def test_a_rare_chance_is_not_written_as_none(page: Any, stage: Any, expect: Any) -> None:
    stage.alert(A, null_rate=0.0183)
    page.locator(f'.alert[data-flow="{A}"]').click()
    expect(page.locator("#detail-facts")).to_contain_text("0.018 ‰")


def test_the_first_alert_is_shown_unless_the_reader_chose_something(
    page: Any, stage: Any, expect: Any
) -> None:
    stage.alert(A, symbol="SPY")
    expect(page.locator("#chart-symbol")).to_have_text("SPY")
    stage.alert(B, symbol="AMD")
    expect(page.locator("#alerts-count")).to_have_text("2")
    expect(page.locator("#chart-symbol")).to_have_text("SPY")


def test_a_chosen_pattern_that_was_forming_stays_chosen_when_it_is_confirmed(
    page: Any, stage: Any, expect: Any
) -> None:
    stage.forming(A, reason="two lows so far")
    row = page.locator(f'.alert[data-flow="{A}"]')
    row.click()
    expect(page.locator("#detail-why")).to_have_text("forming: two lows so far")
    stage.alert(A, reason="closed above the neckline")
    expect(row).to_have_attribute("data-life", "confirmed")
    expect(row).to_have_attribute("aria-selected", "true")
    expect(page.locator("#detail-why")).to_have_text("closed above the neckline")
