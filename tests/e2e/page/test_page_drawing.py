"""The chart draws the geometry of a pattern: its pivots and its lines, where they are."""

from typing import Any

import pytest

pytestmark = pytest.mark.e2e

A, B = (f"00000000-0000-0000-0000-00000000000{digit}" for digit in "ab")
NEWEST = 1_764_093_600 + 199 * 60
MARKED = """() => {
  let found = 0;
  for (const canvas of document.querySelectorAll("#chart canvas")) {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    for (let i = 0; i < data.length; i += 4) {
      const [red, green, blue, alpha] = data.subarray(i, i + 4);
      found += alpha > 100 && red > 150 && red - blue > 60 && green > 120;
    }
  }
  return found;
}"""


def at(minutes_ago: int, price: float) -> dict[str, float]:
    return {"time": NEWEST - 60 * minutes_ago, "price": price}


def test_a_chosen_chart_pattern_is_drawn_with_its_pivots_and_lines(
    page: Any, stage: Any, expect: Any
) -> None:
    drawn = {
        "points": [at(80, 99.9), at(50, 100.8), at(20, 99.92)],
        "lines": [[at(80, 100.8), at(0, 100.8)]],
    }
    stage.alert(A, bar_time=NEWEST)
    page.locator(f'.alert[data-flow="{A}"]').click()
    expect(page.locator("#detail-why")).to_be_visible()
    plain = page.wait_for_function(MARKED).json_value()
    stage.alert(B, bar_time=NEWEST, pattern="Double_Bottom", geometry=drawn)
    page.locator(f'.alert[data-flow="{B}"]').click()
    page.wait_for_function(f"() => ({MARKED})() > {plain} + 150")
    page.locator(f'.alert[data-flow="{A}"]').click()
    page.wait_for_function(f"() => ({MARKED})() < {plain} + 60")
