"""What the API answers, on a real database."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from contracts.messages.health import ServiceHealth
from pl.api.candlesticks import CandlestickRoutes
from pl.api.service import build_app
from pl.api.signals import SignalRoutes
from pl.serving import Dependencies
from pl.signals.indicators.names import INDICATOR_NAMES
from pl.signals.table import IndicatorTable
from pl.store.candlesticks import CandlestickQueries
from pl.store.connection import Database
from pl.store.events import Progress
from pl.store.indicators import IndicatorStore
from pl.store.patterns import PatternStore
from pl.store.queries import SignalQueries
from pl.store.universes import UniverseStore
from service.errors import Unavailable
from tests.pl.store.samples import (
    MINUTE_MS,
    NOON_S,
    PRODUCER,
    all_regular,
    detection,
    retraction,
)

pytestmark = pytest.mark.integration

NOON_MS = int(NOON_S * 1000)
BARS = 25


@pytest.fixture(scope="module")
def filled(module_database: Any) -> Iterator[Database]:
    """AAPL has 25 bars with 3 patterns each, at every bar two of the same number.

    MSFT has a flow that stands and one that was taken back.
    """
    database = Database(module_database.url, application="test")
    events = [
        detection(
            bar * 2 + n,
            symbol="AAPL",
            bar_time=NOON_S + bar * 60,
            producer=f"{PRODUCER}-{rival}",
            pattern=("Volume_Spike", "Engulfing")[n],
            timeframe=("1min", "5min")[n],
            tier=("intraday", "combo")[n],
            source=("intraday", "combo")[n],
        )
        for rival in range(2)
        for bar in range(BARS)
        for n in range(2)
        if not (rival and n)
    ]
    corner = {"time": NOON_S, "price": 1.5}
    drawn = {
        "from": NOON_S,
        "to": NOON_S,
        "level": 1.5,
        "points": [corner],
        "lines": [[corner, corner]],
    }
    taken_back = detection(900, symbol="MSFT", bar_time=NOON_S + 60, null_rate=0.7, geometry=drawn)
    events += [taken_back, retraction(taken_back, 902), detection(901, symbol="MSFT")]
    PatternStore(database).commit_events(events, Progress(PRODUCER, "1min", NOON_MS), NOON_S)
    values = np.full((BARS, len(INDICATOR_NAMES)), 50.5)
    values[0, 0] = np.nan
    table = IndicatorTable(
        np.zeros(BARS, np.int32),
        NOON_MS + np.arange(BARS) * MINUTE_MS,
        values,
        np.zeros(BARS, np.int64),
        np.zeros((BARS, 2), np.int64),
    )
    IndicatorStore(database).write_indicators(table, ("AAPL",))
    IndicatorStore(database).write_indicators(table, ("AAPL",), "daily")
    yield database
    database.close()


def application(database: Database, dependencies: Dependencies) -> web.Application:
    universes = UniverseStore(database)
    return build_app(
        SignalRoutes(SignalQueries(database), universes),
        CandlestickRoutes(CandlestickQueries(database, all_regular), universes),
        dependencies,
    )


@pytest.fixture
async def client(filled: Database) -> AsyncIterator[TestClient[Any, Any]]:
    app = application(filled, Dependencies({}))
    async with TestClient(TestServer(app, host="127.0.0.1")) as client:
        yield client


async def get(client: TestClient[Any, Any], path: str, **query: str) -> Any:
    answer = await client.get(path, params=query)
    assert answer.status == 200, await answer.text()
    assert answer.content_type == "application/json"
    return await answer.json()


async def refusal(client: TestClient[Any, Any], path: str, **query: str) -> tuple[int, Any]:
    answer = await client.get(path, params=query)
    body = await answer.json()
    assert set(body) == {"error", "detail"}
    assert all(body.values())
    return answer.status, body


async def test_patterns_come_newest_first_with_their_facts(client: TestClient[Any, Any]) -> None:
    body = await get(client, "/patterns/aapl")
    assert set(body) == {"symbol", "count", "next", "patterns"}
    assert (body["symbol"], body["count"], body["next"]) == ("AAPL", 3 * BARS, None)
    times = [row["bar_time"] for row in body["patterns"]]
    assert times == sorted(times, reverse=True)
    newest = body["patterns"][0]
    assert newest["bar_time"] == "2026-11-19T12:24:00.000000Z"
    assert newest["indicators"]
    facts = {"pattern", "direction", "timeframe", "tier", "confidence", "flow_id", "reason", "life"}
    assert facts <= set(newest)
    assert None not in newest.values()


async def test_a_preferred_share_is_asked_for_by_its_small_letter(
    client: TestClient[Any, Any], filled: Database
) -> None:
    UniverseStore(filled).add("BACpB", "Bank of America, preferred, series B", "stock")
    assert (await get(client, "/patterns/BACpB"))["symbol"] == "BACpB"
    assert (await get(client, "/indicators/Msft"))["symbol"] == "MSFT"
    assert (await refusal(client, "/patterns/BACPB"))[0] == 404


async def test_a_pattern_tells_all_that_its_event_did(client: TestClient[Any, Any]) -> None:
    gone, found, _ = (await get(client, "/patterns/MSFT"))["patterns"]
    assert (gone["life"], gone["before"], gone["after"]) == (
        "retracted",
        {"confidence": 0.9},
        {"close": 1.5},
    )
    assert gone["null_rate"] == found["null_rate"] == 0.7
    assert not {"before", "after", "event"} & set(found)


async def test_all_times_of_an_answer_are_of_one_form(client: TestClient[Any, Any]) -> None:
    geometry = (await get(client, "/patterns/MSFT"))["patterns"][0]["geometry"]
    noon = "2026-11-19T12:00:00.000000Z"
    assert geometry == {
        "from": noon,
        "to": noon,
        "level": 1.5,
        "points": [{"time": noon, "price": 1.5}],
        "lines": [[{"time": noon, "price": 1.5}, {"time": noon, "price": 1.5}]],
    }


@pytest.mark.parametrize(
    "start", ["2026-11-01T23:59:00+23:59", "2026-10-31T00:01:00-23:59", "2026-11-01T02:00:00+02:00"]
)
async def test_a_time_may_be_of_any_offset(client: TestClient[Any, Any], start: str) -> None:
    expected = await get(client, "/patterns/AAPL", start="2026-11-01T00:00:00Z", limit="1000")
    assert await get(client, "/patterns/AAPL", start=start, limit="1000") == expected


@pytest.mark.parametrize("limit", [1, 2, 7, 25, 74, 75, 76])
async def test_pages_lose_and_repeat_nothing(client: TestClient[Any, Any], limit: int) -> None:
    whole = (await get(client, "/patterns/AAPL", limit="1000"))["patterns"]
    found: list[Any] = []
    query = {"limit": str(limit)}
    while True:
        page = await get(client, "/patterns/AAPL", **query)
        assert page["count"] == len(page["patterns"]) <= limit
        found += page["patterns"]
        if page["next"] is None:
            break
        query["next"] = page["next"]
    assert found == whole
    assert len({row["flow_id"] for row in found}) == 3 * BARS


@pytest.mark.parametrize("limit", [1, 10, 25, 26])
async def test_indicator_pages_lose_and_repeat_nothing(
    client: TestClient[Any, Any], limit: int
) -> None:
    times: list[str] = []
    query = {"limit": str(limit)}
    while True:
        page = await get(client, "/indicators/AAPL", **query)
        times += [row["timestamp"] for row in page["indicators"]]
        if page["next"] is None:
            break
        query["next"] = page["next"]
    assert len(times) == len(set(times)) == BARS
    assert times == sorted(times, reverse=True)


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"tier": "intraday"}, 2 * BARS),
        ({"tier": "combo"}, BARS),
        ({"tier": "daily"}, 0),
        ({"timeframe": "5min"}, BARS),
        ({"timeframe": "weekly"}, 0),
        ({"pattern": "Engulfing"}, BARS),
        ({"pattern": "volume spike"}, 2 * BARS),
        ({"pattern": "VOLUMESPIKE"}, 2 * BARS),
        ({"pattern": "Doji"}, 0),
        ({"pattern": "oversold reversal"}, 0),
        ({"tier": "combo", "timeframe": "5min"}, BARS),
        ({"tier": "daily", "timeframe": "weekly"}, 0),
        ({"start": "2026-11-19T12:20:00Z"}, 15),
        ({"start": "2026-11-19T07:20:00-05:00"}, 15),
        ({"start": "2026-11-19T12:20:00"}, 15),
        ({"end": "2026-11-19T12:01:00Z"}, 3),
        ({"start": "2026-11-19", "end": "2026-11-20"}, 3 * BARS),
        ({"start": "2026-11-19T12:01:00Z", "end": "2026-11-19T12:02:00Z", "tier": "combo"}, 1),
        ({"start": "0001-01-01", "end": "9999-12-31"}, 3 * BARS),
        ({"limit": "4"}, 4),
    ],
)
async def test_patterns_are_chosen(
    client: TestClient[Any, Any], query: dict[str, str], count: int
) -> None:
    assert (await get(client, "/patterns/AAPL", **query))["count"] == count


@pytest.mark.parametrize(
    ("query", "lives"),
    [
        ({}, ["retracted", "confirmed", "confirmed"]),
        ({"latest": "false"}, ["retracted", "confirmed", "confirmed"]),
        ({"latest": "true"}, ["retracted", "confirmed"]),
        ({"life": "confirmed"}, ["confirmed", "confirmed"]),
        ({"life": "confirmed", "latest": "true"}, ["confirmed"]),
        ({"life": "expired"}, []),
    ],
)
async def test_of_a_flow_its_history_or_its_present_state_is_asked_for(
    client: TestClient[Any, Any], query: dict[str, str], lives: list[str]
) -> None:
    body = await get(client, "/patterns/MSFT", **query)
    assert [row["life"] for row in body["patterns"]] == lives


async def test_indicators_are_named_values_without_those_that_warm_up(
    client: TestClient[Any, Any],
) -> None:
    body = await get(client, "/indicators/AAPL")
    assert (body["count"], body["next"]) == (BARS, None)
    newest, oldest = body["indicators"][0], body["indicators"][-1]
    assert newest["timeframe"] == "1min"
    assert set(newest["values"]) == set(INDICATOR_NAMES)
    assert set(oldest["values"]) == set(INDICATOR_NAMES[1:])


@pytest.mark.parametrize(
    ("query", "count", "timeframe"),
    [
        ({"tier": "intraday"}, BARS, "1min"),
        ({"tier": "daily"}, BARS, "daily"),
        ({"timeframe": "daily"}, BARS, "daily"),
        ({"timeframe": "daily", "tier": "daily"}, BARS, "daily"),
        ({"timeframe": "5min"}, 0, ""),
        ({"start": "2026-11-19T12:20:00Z", "end": "2026-11-19T12:22:00Z"}, 2, "1min"),
    ],
)
async def test_indicators_are_chosen(
    client: TestClient[Any, Any], query: dict[str, str], count: int, timeframe: str
) -> None:
    body = await get(client, "/indicators/AAPL", **query)
    assert body["count"] == count
    assert all(row["timeframe"] == timeframe for row in body["indicators"])


async def test_one_indicator_can_be_asked_for(client: TestClient[Any, Any]) -> None:
    body = await get(client, "/indicators/AAPL", indicator="rsi_14", limit="2")
    assert [row["values"] for row in body["indicators"]] == [{"rsi_14": 50.5}] * 2


@pytest.mark.parametrize(
    ("pattern", "timeframe", "n_bars"),
    [("volume spike", "1min", BARS), ("Engulfing", "1min", 0), ("Doji", "1min", 0)],
)
async def test_indicators_of_the_bars_of_a_pattern_can_be_asked_for(
    client: TestClient[Any, Any], pattern: str, timeframe: str, n_bars: int
) -> None:
    query = {"pattern": pattern, "timeframe": timeframe, "limit": "10"}
    rows: list[Any] = []
    while True:
        body = await get(client, "/indicators/AAPL", **query)
        rows += body["indicators"]
        if "next" not in body or body["next"] is None:
            break
        query["next"] = body["next"]
    assert len(rows) == n_bars


async def test_a_known_symbol_without_signals_has_none(client: TestClient[Any, Any]) -> None:
    body = await get(client, "/patterns/SPY")
    assert body == {"symbol": "SPY", "count": 0, "next": None, "patterns": []}


@pytest.mark.parametrize("room", ["patterns", "indicators"])
@pytest.mark.parametrize("symbol", ["NOSUCH", "%00", "A%2FB", "%F0%9F%98%80", "x" * 2_000, "';--"])
async def test_an_unknown_symbol_is_not_found(
    client: TestClient[Any, Any], room: str, symbol: str
) -> None:
    status, body = await refusal(client, f"/{room}/{symbol}")
    assert (status, body["error"]) == (404, "unknown_symbol")


HUGE = "9" * 5_000


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"limit": "0"}, "limit: expected a number from 1 to 1000, was 0"),
        ({"limit": "1001"}, "limit"),
        ({"limit": "-1"}, "limit"),
        ({"limit": "ten"}, "limit"),
        ({"limit": "٣" * 300}, "limit"),
        ({"limit": HUGE}, "limit"),
        ({"tier": "hourly"}, "tier: expected one of daily, intraday, combo, was hourly"),
        ({"tier": ""}, "tier"),
        ({"timeframe": "2min"}, "timeframe: expected one of 1min"),
        ({"start": "noon"}, "start: expected an ISO 8601 time"),
        ({"end": ""}, "end: expected an ISO 8601 time"),
        ({"end": "9999-12-31T23:59:59-23:59"}, "end: expected an ISO 8601 time"),
        ({"start": "0001-01-01T00:00:00+23:59"}, "start: expected an ISO 8601 time"),
        ({"start": "2026-11-20", "end": "2026-11-19"}, "start: expected a time before end"),
        ({"start": "2026-11-20", "end": "2026-11-20"}, "start: expected a time before end"),
        ({"next": "yesterday"}, "next: expected a value of ours, was yesterday"),
        ({"next": ""}, "next"),
        ({"next": f"{HUGE}-1"}, "next"),
        ({"next": f"1-{HUGE}"}, "next"),
        ({"next": "1--5"}, "next"),
        ({"next": f"1-{2**63}-x"}, "next"),
        ({"next": "1-1-\0"}, "next"),
        ({"pattern": "\0"}, "pattern"),
        ({"pattern": ""}, "pattern"),
        ({"pattern": "x" * 51}, "pattern: expected a name of 1 to 50 characters"),
        ({"pattern": "Dojji"}, "pattern: expected a name such as Doji, "),
        ({"pattern": "double top!"}, "pattern: expected a name such as Double_Top, "),
        ({"pattern": "0815"}, "pattern: expected one of Volume_Spike, "),
        (
            {"tier": "daily", "timeframe": "1min"},
            "expected one of tier daily: daily, weekly, was 1min",
        ),
        (
            {"tier": "intraday", "timeframe": "daily"},
            "timeframe: expected one of tier intraday: 1min,",
        ),
        (
            {"tier": "combo", "timeframe": "1hour"},
            "timeframe: expected one of tier combo: 1min, 5min",
        ),
        ({"direction": "bullish"}, "parameter: expected one of end, latest, life, limit"),
        ({"colour": "red"}, "parameter: expected one of end, latest, life, limit"),
        ({"latest": "yes"}, "latest: expected one of true, false, was yes"),
        ({"life": "dead"}, "life: expected one of forming, confirmed"),
    ],
)
async def test_a_wrong_parameter_is_named(
    client: TestClient[Any, Any], query: dict[str, str], words: str
) -> None:
    status, body = await refusal(client, "/patterns/AAPL", **query)
    assert status == 422
    assert body["error"] in {"invalid_parameter", "bad_next"}
    assert words in body["detail"]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"indicator": "rsi"}, "indicator: expected one of sma_20"),
        ({"pattern": ""}, "pattern: expected a name of 1 to 50 characters"),
        ({"pattern": "Dojji"}, "pattern: expected a name such as Doji, "),
        ({"colour": "red"}, "parameter: expected one of end, indicator"),
        ({"tier": "combo"}, "tier: expected one of intraday, daily, was combo"),
        (
            {"tier": "daily", "timeframe": "1min"},
            "timeframe: expected one of tier daily: daily, weekly",
        ),
    ],
)
async def test_a_wrong_parameter_of_indicators_is_named(
    client: TestClient[Any, Any], query: dict[str, str], words: str
) -> None:
    status, body = await refusal(client, "/indicators/AAPL", **query)
    assert status == 422
    assert words in body["detail"]


@pytest.mark.parametrize("route", ["patterns", "indicators", "candlesticks"])
async def test_a_parameter_given_twice_is_refused(client: TestClient[Any, Any], route: str) -> None:
    status, body = await refusal(client, f"/{route}/AAPL?limit=5&start=2026-01-01&limit=7")
    assert (status, body["error"]) == (422, "invalid_parameter")
    assert body["detail"] == "limit: expected one value, was 5 and 7"


@pytest.mark.parametrize("path", ["/", "/patterns", "/patterns/", "/api/processing/status", "/x"])
async def test_a_route_that_is_not_there_says_so(client: TestClient[Any, Any], path: str) -> None:
    status, body = await refusal(client, path)
    assert (status, body["error"]) == (404, "not_found")
    assert path in body["detail"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
async def test_a_method_that_is_not_there_says_which_are(
    client: TestClient[Any, Any], method: str
) -> None:
    answer = await client.request(method, "/patterns/AAPL")
    body = await answer.json()
    assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD")
    assert body == {
        "error": "method_not_allowed",
        "detail": f"/patterns/AAPL: expected GET, HEAD, was {method}",
    }


async def test_many_questions_at_once_are_all_answered(client: TestClient[Any, Any]) -> None:
    bodies = await asyncio.gather(*(get(client, "/patterns/AAPL", limit="5") for _ in range(50)))
    assert all(body["count"] == 5 for body in bodies)


async def test_health_names_each_part(filled: Database) -> None:
    def away() -> None:
        raise Unavailable("Redis", "connection refused")

    dependencies = Dependencies({"postgresql": filled.ping, "redis": away})
    await dependencies.ask()
    app = application(filled, dependencies)
    async with TestClient(TestServer(app, host="127.0.0.1")) as client:
        body = await get(client, "/health")
    assert (body["status"], set(body)) == ("degraded", {"status", "version", "services"})
    assert body["services"]["postgresql"]["status"] == "healthy"
    assert ServiceHealth(**body["services"]["redis"]) == ServiceHealth(
        status="degraded", detail="away: connection refused"
    )


async def test_prometheus_reads_the_answers_and_the_process(
    client: TestClient[Any, Any],
) -> None:
    await get(client, "/patterns/AAPL")
    await get(client, "/patterns/MSFT")
    await refusal(client, "/patterns/AAPL", limit="0")
    await refusal(client, "/nowhere")
    told = (await (await client.get("/metrics")).text()).splitlines()
    assert 'tickstock_api_answers_total{route="/patterns/{symbol}",status="200"} 2.0' in told
    assert 'tickstock_api_answers_total{route="/patterns/{symbol}",status="422"} 1.0' in told
    assert 'tickstock_api_answers_total{route="none",status="404"} 1.0' in told
    (resident,) = [line for line in told if line.startswith("process_resident_memory_bytes ")]
    assert float(resident.split()[1]) > 0


async def test_a_page_stays_where_it_was_while_bars_arrive(
    client: TestClient[Any, Any], filled: Database
) -> None:
    first = await get(client, "/patterns/AAPL", limit="10", tier="combo")
    late = detection(9_000, symbol="AAPL", bar_time=NOON_S + 3_600, tier="combo", source="combo")
    PatternStore(filled).commit_events([late], None, NOON_S)
    second = await get(client, "/patterns/AAPL", limit="10", tier="combo", next=first["next"])
    last = datetime.fromisoformat(first["patterns"][-1]["bar_time"])
    assert datetime.fromisoformat(second["patterns"][0]["bar_time"]) == last - timedelta(minutes=1)
    assert last.tzinfo == UTC
    filled.run(lambda cursor: cursor.execute("DELETE FROM pattern_events WHERE seq = 9000"))
