"""A page that opens before the first quote shows the day that the exchange's clock says."""

from collections.abc import Iterator
from typing import Any

import pytest

from appv2.adapters.postgres import Postgres
from appv2.realtime.latest import Latest
from appv2.web.scanner.quotes import Quotes

pytestmark = pytest.mark.integration

DAYS = {"2026-11-23": 90.0, "2026-11-24": 99.0}


@pytest.fixture
def market(postgres: Any) -> Iterator[Postgres]:
    name = postgres.create_database()
    market = Postgres(postgres.url(name))
    for table in ("ohlcv_1min", "ohlcv_daily"):
        market.rows(f"SELECT ensure_partitions('{table}', '2026-11-20', '2026-11-27')")
    for day, close in DAYS.items():
        bar(market, "ohlcv_daily", f"{day} 05:00Z", close)
    yield market
    market.close()
    postgres.drop_database(name)


def bar(market: Postgres, table: str, at: str, close: float) -> None:
    market.execute(
        f"INSERT INTO {table} (symbol, timestamp, open, high, low, close, volume)"
        " VALUES ('AAPL', %s, %s, %s, %s, %s, 100)",
        (at, close, close, close, close),
    )


@pytest.mark.parametrize(
    ("last", "change", "volume"),
    [
        ("2026-11-24 20:59Z", 10.0, 200.0),
        ("2026-11-25 00:30Z", 10.0, 300.0),  # 19:30 in New York
        ("2026-11-25 09:30Z", 0.0, 100.0),  # before the next day's open
    ],
)
def test_a_stored_quote_is_of_the_exchanges_day(
    market: Postgres, last: str, change: float, volume: float
) -> None:
    for at in sorted({"2026-11-24 14:30Z", "2026-11-24 20:59Z", last}):
        bar(market, "ohlcv_1min", at, 99.0)
    columns = Quotes(market, Latest(), "America/New_York").of(["AAPL"])
    assert columns["change_percent"] == [pytest.approx(change)]
    assert columns["volume"] == [volume]
