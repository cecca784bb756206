"""REST by the official client and by plain HTTP: pages, windows, reference data, refusals."""

import asyncio
from typing import Any

import numpy as np
import pytest
from aiohttp import ClientSession
from massive import RESTClient
from massive.exceptions import BadResponse

from pl.simulator.days import DAY_MS
from pl.simulator.market import MINUTE_MS
from pl.simulator.plans import Plan
from tests.pl.simulator.served import KEY, START, SYMBOLS, serving

HOUR_MS = 60 * MINUTE_MS


def official(served, key: str = KEY) -> RESTClient:
    return RESTClient(key, base=served.base, retries=0)


async def minutes(served, from_ms: int, to_ms: int, **options: Any) -> list[Any]:
    def fetch() -> list[Any]:
        client = official(served)
        return list(client.list_aggs("AAPL", 1, "minute", from_ms, to_ms, **options))

    return await asyncio.to_thread(fetch)


async def get(served, path: str, key: str | None = KEY) -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    async with ClientSession(headers=headers) as http, http.get(served.base + path) as answer:
        return answer.status, await answer.json()


async def test_the_official_client_pages_through_history_without_loss():
    settled = START - 5 * MINUTE_MS
    async with serving() as served:
        whole = await minutes(served, settled - 2 * DAY_MS, settled, limit=50_000)
        paged = await minutes(served, settled - 2 * DAY_MS, settled, limit=500)
        backwards = await minutes(served, settled - 2 * DAY_MS, settled, limit=500, sort="desc")
    assert len(whole) > 2_870
    assert paged == whole
    assert backwards == whole[::-1]
    assert np.all(np.diff([bar.timestamp for bar in whole]) >= MINUTE_MS)
    for bar in whole:
        assert bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high
        assert bar.volume >= bar.transactions > 0


async def test_history_joins_the_running_minute():
    async with serving(start_ms=START + 30_000) as served:
        bars = await minutes(served, START - 5 * MINUTE_MS, START + DAY_MS)
    assert [bar.timestamp for bar in bars][-2:] == [START - MINUTE_MS, START]
    whole = served.market.minute_bars("AAPL", START, START + MINUTE_MS, START + DAY_MS)
    assert 0 < bars[-1].volume < int(whole.volume[0])


@pytest.mark.parametrize(
    ("multiplier", "timespan", "span_ms"),
    [
        (5, "minute", 5 * MINUTE_MS),
        (1, "hour", HOUR_MS),
        (1, "day", DAY_MS),
        (1, "week", 7 * DAY_MS),
    ],
)
async def test_longer_windows_are_made_of_whole_shorter_ones(multiplier, timespan, span_ms):
    start = START // (7 * DAY_MS) * 7 * DAY_MS - 4 * DAY_MS - 7 * DAY_MS
    async with serving() as served:
        client = official(served)

        def fetch(m: int, span: str, limit: int) -> list[Any]:
            return list(
                client.list_aggs("SPY", m, span, start, start + 7 * DAY_MS - 1, limit=limit)
            )

        base = await asyncio.to_thread(fetch, 1, "minute", 50_000)
        longer = await asyncio.to_thread(fetch, multiplier, timespan, 1_000)
    inside = [bar for bar in base if bar.timestamp < longer[0].timestamp + span_ms]
    first = longer[0]
    assert first.timestamp == start
    assert (first.open, first.close) == (inside[0].open, inside[-1].close)
    assert first.high == max(bar.high for bar in inside)
    assert first.low == min(bar.low for bar in inside)
    assert sum(bar.volume for bar in longer) == sum(bar.volume for bar in base)
    assert len({bar.timestamp for bar in longer}) == len(longer) == -(-7 * DAY_MS // span_ms)


async def test_the_limit_counts_base_bars():
    async with serving() as served:
        path = f"/v2/aggs/ticker/AAPL/range/5/minute/{START - DAY_MS}/{START}?limit=50"
        _, body = await get(served, path)
    assert 9 <= body["resultsCount"] <= 10
    assert body["next_url"].startswith(served.base)
    assert KEY not in body["next_url"]


async def test_seconds_add_up_to_their_minutes():
    async with serving() as served:
        start = START - 30 * MINUTE_MS
        span = f"{start}/{start + 5 * MINUTE_MS - 1}"
        _, seconds = await get(served, f"/v2/aggs/ticker/SPY/range/1/second/{span}")
        _, bars = await get(served, f"/v2/aggs/ticker/SPY/range/1/minute/{span}")
    assert len(seconds["results"]) > 100
    assert max(row["h"] for row in seconds["results"]) == max(row["h"] for row in bars["results"])
    assert seconds["results"][-1]["c"] == bars["results"][-1]["c"]


async def test_dates_are_utc_days_with_both_ends():
    async with serving() as served:
        first = np.datetime64(START // DAY_MS - 3, "D")
        last = np.datetime64(START // DAY_MS - 2, "D")
        _, body = await get(served, f"/v2/aggs/ticker/KO/range/1/day/{first}/{last}")
    assert [row["t"] for row in body["results"]] == [
        (START // DAY_MS - 3) * DAY_MS,
        (START // DAY_MS - 2) * DAY_MS,
    ]


async def test_a_grouped_day_has_every_listing_and_the_windows_end():
    async with serving() as served:
        day = START // DAY_MS - 1
        client = official(served)
        rows = await asyncio.to_thread(client.get_grouped_daily_aggs, str(np.datetime64(day, "D")))
        _, one = await get(served, f"/v2/aggs/ticker/F/range/1/day/{day * DAY_MS}/{day * DAY_MS}")
    assert {row.ticker for row in rows} == set(SYMBOLS)
    ford = next(row for row in rows if row.ticker == "F")
    assert ford.timestamp == (day + 1) * DAY_MS
    assert ford.close == one["results"][0]["c"]


async def test_reference_data_by_the_official_client():
    async with serving() as served:
        client = official(served)
        tickers = await asyncio.to_thread(lambda: list(client.list_tickers(limit=3)))
        assert [one.ticker for one in tickers] == sorted(SYMBOLS)
        spy = await asyncio.to_thread(client.get_ticker_details, "SPY")
        assert (spy.name, spy.type) == ("SPDR S&P 500 ETF Trust", "ETF")
        assert await asyncio.to_thread(lambda: list(client.list_splits())) == []
        assert await asyncio.to_thread(lambda: list(client.list_dividends())) == []
        assert (await asyncio.to_thread(client.get_market_status)).market == "open"
        assert await asyncio.to_thread(client.get_market_holidays) == []


async def test_an_unknown_ticker_has_no_results():
    async with serving() as served:
        status, body = await get(served, f"/v2/aggs/ticker/NOPE/range/1/day/{START}/{START}")
        assert (status, body["resultsCount"]) == (200, 0)
        assert "results" not in body
        status, body = await get(served, "/v3/reference/tickers/NOPE")
        assert (status, body["status"]) == (404, "NOT_FOUND")


async def test_a_wrong_or_missing_key_is_401():
    async with serving() as served:
        for key in ("wrong", None):
            status, body = await get(served, "/v3/reference/tickers", key)
            assert (status, body["error"]) == (401, "Unknown API Key")
        status, _ = await get(served, f"/v3/reference/tickers?apiKey={KEY}", None)
        assert status == 200
        with pytest.raises(BadResponse):
            await asyncio.to_thread(lambda: list(official(served, "wrong").list_tickers()))


async def test_a_plan_without_history_is_403():
    async with serving(plans={KEY: Plan(history=False)}) as served:
        status, body = await get(served, f"/v2/aggs/ticker/KO/range/1/day/{START}/{START}")
        assert (status, body["status"]) == (403, "NOT_AUTHORIZED")


async def test_a_free_plan_may_ask_five_times_a_minute():
    async with serving(plans={KEY: Plan(requests_per_minute=5)}) as served:
        answers = [await get(served, "/v1/marketstatus/now") for _ in range(6)]
    assert [status for status, _ in answers] == [200] * 5 + [429]
    assert "exceeded the maximum requests per minute" in answers[-1][1]["error"]


async def test_a_delayed_plan_says_so():
    async with serving(plans={KEY: Plan(is_delayed=True)}) as served:
        _, body = await get(served, "/v3/reference/tickers")
    assert body["status"] == "DELAYED"


@pytest.mark.parametrize(
    "path",
    [
        "/v2/aggs/ticker/KO/range/1/fortnight/2026-01-01/2026-01-02",
        "/v2/aggs/ticker/KO/range/0/day/2026-01-01/2026-01-02",
        "/v2/aggs/ticker/KO/range/1/day/yesterday/2026-01-02",
        "/v2/aggs/ticker/KO/range/1/day/2026-01-01/2026-01-02?limit=50001",
        "/v2/aggs/ticker/KO/range/1/day/2026-01-01/2026-01-02?sort=up",
        "/v3/reference/tickers?cursor=%FF",
    ],
)
async def test_nonsense_is_400_with_a_reason(path):
    async with serving() as served:
        status, body = await get(served, path)
    assert (status, body["status"]) == (400, "ERROR")
    assert body["error"]


async def test_rest_fails_on_demand_as_often_as_asked():
    async with serving() as served:
        served.faults.set({"rest_status": 503, "rest_failures": 2})
        statuses = [(await get(served, "/v1/marketstatus/now"))[0] for _ in range(3)]
    assert statuses == [503, 503, 200]


async def test_a_reversed_range_is_empty():
    async with serving() as served:
        _, body = await get(served, f"/v2/aggs/ticker/KO/range/1/minute/{START}/{START - DAY_MS}")
    assert body["resultsCount"] == 0
