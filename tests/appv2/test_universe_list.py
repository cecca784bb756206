"""The page lists what the producer watches."""

from typing import Any

import pytest

from appv2.web.scanner.universe import UniverseList

COMBO = {"name": "stock_etf_test", "key": "combo_test", "value": ["AAPL", "SPY"]}
RECORDED = {"name": "replay", "key": "recording", "value": ["KO"]}


class Market:
    """A market database with these universes."""

    def __init__(self, *universes: dict[str, Any]) -> None:
        self.universes = universes

    def rows(self, query: str, _: Any = ()) -> list[dict[str, Any]]:
        return list(self.universes) if "cache_entries" in query else []


@pytest.mark.parametrize(
    ("key", "universes", "listed"),
    [
        ("", [COMBO], ["AAPL", "SPY"]),
        ("", [RECORDED, COMBO], ["KO"]),
        ("stock_etf_test:combo_test", [RECORDED, COMBO], ["AAPL", "SPY"]),
        ("nobody:knows", [COMBO], []),
    ],
)
def test_without_a_key_a_replay_lists_its_recording(key: str, universes: Any, listed: Any) -> None:
    market: Any = Market(*universes)
    assert [row["symbol"] for row in UniverseList(market, key).symbols()] == listed
