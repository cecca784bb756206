"""The candlesticks that the API names, on a real database, against TA-Lib."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import talib
from aiohttp.test_utils import TestClient, TestServer

from pl.api.candlesticks import CandlestickRoutes
from pl.api.service import build_app
from pl.api.signals import SignalRoutes
from pl.market.batches import MINUTE_MS, ClosedBars, Int64
from pl.serving import Dependencies
from pl.signals.candles.catalogue import CANDLES
from pl.signals.candles.judging import WARM_UP
from pl.store.bars import BarStore
from pl.store.candlesticks import EXTENDED_BARS, CandlestickQueries
from pl.store.connection import Database
from pl.store.indicators import IndicatorStore
from pl.store.queries import SignalQueries
from pl.store.universes import UniverseStore
from tests.pl.signals.synthetic import changed, engine, random_bars

pytestmark = pytest.mark.integration

N_BARS = 400
SYMBOLS = ("AAPL",)
BARS = random_bars(N_BARS, rows=[0], seed=31)


def apart(bars: ClosedBars, at: int, minutes: int) -> ClosedBars:
    """Return bars of which those from the place `at` on come so many minutes later."""
    later = (np.arange(len(bars)) >= at) * minutes * MINUTE_MS
    return replace(bars, start_ms=bars.start_ms + later)


OF_DAYS = ("MSFT",)
DAY = apart(random_bars(N_BARS, rows=[0], seed=33, first_minute=1_000), 200, EXTENDED_BARS)
"""Minutes of two sessions."""
NIGHT = random_bars(EXTENDED_BARS, rows=[0], seed=32, first_minute=1_200)
"""Minutes between them, which are stored and judged by nobody."""
NEUTRAL = {
    "Doji",
    "Dragonfly_Doji",
    "Gravestone_Doji",
    "Long_Legged_Doji",
    "Rickshaw_Man",
    "Takuri",
}


def regular(start_ms: Int64) -> npt.NDArray[np.bool_]:
    return ~np.isin(start_ms, NIGHT.start_ms)


def by_talib(bars: ClosedBars) -> dict[float, list[dict[str, Any]]]:
    """Return by the start of its bar, unix seconds, what TA-Lib names, in the catalogue's order."""
    columns = [
        getattr(talib, one.talib)(bars.open, bars.high, bars.low, bars.close) for one in CANDLES
    ]
    found: dict[float, list[dict[str, Any]]] = {}
    for i in range(WARM_UP - 1, len(bars)):
        said = [
            {
                "name": one.name,
                "direction": side(one.name, int(column[i])),
                "strength": abs(int(column[i])),
            }
            for one, column in zip(CANDLES, columns, strict=True)
            if column[i]
        ]
        if said:
            found[bars.start_ms[i] / 1000] = said
    return found


def side(name: str, verdict: int) -> str:
    if name in NEUTRAL:
        return "neutral"
    return "bullish" if verdict > 0 else "bearish"


@pytest.fixture(scope="module")
def filled(module_database: Any) -> Iterator[Database]:
    """AAPL has 400 minutes with their rows, and the same bars as days."""
    database = Database(module_database.url, application="test")
    table = engine(SYMBOLS).update(BARS).indicators
    for timeframe in ("1min", "daily"):
        BarStore(database).write_bars(BARS, SYMBOLS, timeframe)
        IndicatorStore(database).write_indicators(table, SYMBOLS, timeframe)
    for bars in (DAY, NIGHT):
        BarStore(database).write_bars(bars, OF_DAYS)
    IndicatorStore(database).write_indicators(engine(OF_DAYS).update(DAY).indicators, OF_DAYS)
    yield database
    database.close()


@pytest.fixture
async def client(filled: Database) -> AsyncIterator[TestClient[Any, Any]]:
    universes = UniverseStore(filled)
    app = build_app(
        SignalRoutes(SignalQueries(filled), universes),
        CandlestickRoutes(CandlestickQueries(filled, regular), universes),
        Dependencies({}),
    )
    async with TestClient(TestServer(app, host="127.0.0.1")) as client:
        yield client


async def get(client: TestClient[Any, Any], path: str = "/candlesticks/AAPL", **query: str) -> Any:
    answer = await client.get(path, params=query)
    assert answer.status == 200, await answer.text()
    return await answer.json()


async def pages(
    client: TestClient[Any, Any], path: str = "/candlesticks/AAPL", **query: str
) -> list[Any]:
    """Return the rows of all pages, oldest first."""
    rows: list[Any] = []
    while True:
        page = await get(client, path, **query)
        assert page["count"] == len(page["candlesticks"])
        rows += page["candlesticks"]
        if page["next"] is None:
            return rows[::-1]
        query["next"] = page["next"]


def seconds(row: Any) -> float:
    return datetime.fromisoformat(row["timestamp"]).timestamp()


@pytest.mark.parametrize("limit", ["7", "1000"])
@pytest.mark.parametrize("timeframe", ["1min", "daily"])
async def test_each_bar_names_what_talib_does_with_side_and_strength(
    client: TestClient[Any, Any], timeframe: str, limit: str
) -> None:
    rows = await pages(client, timeframe=timeframe, limit=limit)
    expected = by_talib(BARS)
    assert {seconds(row): row["candlesticks"] for row in rows} == expected
    assert len(rows) == len(expected)
    assert {row["timeframe"] for row in rows} == {timeframe}
    strengths = {one["strength"] for row in rows for one in row["candlesticks"]}
    assert strengths == {80, 100, 200}


async def test_the_first_minutes_of_a_session_follow_those_of_the_session_before(
    client: TestClient[Any, Any],
) -> None:
    opens = DAY.start_ms[200] / 1000
    expected = {at: said for at, said in by_talib(DAY).items() if at >= opens}
    since = datetime.fromtimestamp(opens).astimezone().isoformat()
    rows = await pages(client, "/candlesticks/MSFT", start=since, limit="1000")
    assert {seconds(row): row["candlesticks"] for row in rows} == expected


@pytest.mark.parametrize("name", ["Engulfing", "engulfing", "ENGULFING"])
async def test_one_candlestick_can_be_asked_for(client: TestClient[Any, Any], name: str) -> None:
    expected = {
        at: [one for one in said if one["name"] == "Engulfing"]
        for at, said in by_talib(BARS).items()
    }
    rows = await pages(client, candlestick=name, limit="5")
    found = {seconds(row): row["candlesticks"] for row in rows}
    assert found == {at: said for at, said in expected.items() if said}
    assert found


async def test_a_period_can_be_asked_for(client: TestClient[Any, Any]) -> None:
    times = sorted(by_talib(BARS))
    begin, end = (datetime.fromtimestamp(times[at]).astimezone().isoformat() for at in (50, 60))
    rows = await pages(client, start=begin, end=end)
    assert [seconds(row) for row in rows] == times[50:60]
    assert [row["candlesticks"] for row in rows] == [by_talib(BARS)[at] for at in times[50:60]]


async def test_a_known_symbol_without_rows_has_none(client: TestClient[Any, Any]) -> None:
    body = await get(client, "/candlesticks/SPY")
    assert body == {"symbol": "SPY", "count": 0, "next": None, "candlesticks": []}


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"candlestick": "0815"}, "candlestick: expected one of Two_Crows"),
        ({"candlestick": "Hamer"}, "candlestick: expected a name such as Hammer, "),
        ({"colour": "red"}, "parameter: expected one of candlestick, end, limit, next"),
        ({"indicator": "rsi_14"}, "parameter: expected one of candlestick"),
        ({"tier": "combo"}, "tier: expected one of intraday, daily, was combo"),
        (
            {"tier": "daily", "timeframe": "1min"},
            "timeframe: expected one of tier daily: daily, weekly",
        ),
        ({"timeframe": "2min"}, "timeframe: expected one of 1min"),
        ({"limit": "0"}, "limit: expected a number from 1 to 1000, was 0"),
        ({"next": "yesterday"}, "next: expected a value of ours, was yesterday"),
    ],
)
async def test_a_wrong_parameter_is_named(
    client: TestClient[Any, Any], query: dict[str, str], words: str
) -> None:
    answer = await client.get("/candlesticks/AAPL", params=query)
    body = await answer.json()
    assert (answer.status, set(body)) == (422, {"error", "detail"})
    assert words in body["detail"]


async def test_an_unknown_symbol_is_not_found(client: TestClient[Any, Any]) -> None:
    answer = await client.get("/candlesticks/NOSUCH")
    assert (answer.status, (await answer.json())["error"]) == (404, "unknown_symbol")


async def test_what_the_stored_bars_no_longer_show_has_no_strength(
    client: TestClient[Any, Any], filled: Database
) -> None:
    """A bar stored since then, whose row was not computed again, leaves the bit alone."""
    rows = await pages(client, timeframe="daily", candlestick="Long_Line")
    at = BARS.start_ms.tolist().index(int(seconds(rows[-1]) * 1000))
    flat = float(BARS.close[at])
    still = changed(BARS, at, open=flat, high=flat, low=flat)
    BarStore(filled).write_bars(still, SYMBOLS, "daily")
    (row,) = await pages(
        client, timeframe="daily", candlestick="Long_Line", start=rows[-1]["timestamp"], limit="1"
    )
    BarStore(filled).write_bars(replace(BARS, revision=BARS.revision + 2), SYMBOLS, "daily")
    (said,) = row["candlesticks"]
    assert set(said) == {"name", "direction"}
