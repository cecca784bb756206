"""How the REST client pages, waits, retries, refuses, and reads rows."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from pl.feeds.massive_http import RestOptions
from pl.feeds.massive_rest import MassiveRest
from pl.market.batches import SymbolTable
from service.errors import Rejected, Unavailable

TABLE = SymbolTable(["MSFT", "AAPL", "BRK.B"])
Answer = Callable[[web.Request], Awaitable[web.StreamResponse] | web.StreamResponse]
MINUTE = 60_000


class Recorded:
    """A server that answers from a list, the last answer for ever, and keeps the requests."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = answers
        self.requests: list[web.Request] = []

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        found = self.answers[min(len(self.requests), len(self.answers)) - 1](request)
        return await found if isinstance(found, Awaitable) else found


@asynccontextmanager
async def massive(server: Recorded, **options: Any) -> AsyncIterator[MassiveRest]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.answer)
    async with TestServer(app, host="127.0.0.1") as running:
        chosen = RestOptions(
            str(running.make_url("/")), "secret-key", **({"first_delay_s": 0.001} | options)
        )
        async with MassiveRest(chosen, TABLE) as rest:
            yield rest


def bar(t: int, **fields: object) -> dict[str, object]:
    return {"o": 1.0, "h": 2.0, "l": 0.5, "c": 1.5, "v": 10, "vw": 1.2, "n": 3, "t": t} | fields


def answer(*rows: object, **fields: object) -> Answer:
    return lambda _: web.json_response({"status": "OK", "results": list(rows)} | fields)


def failure(http: int, headers: dict[str, str] | None = None, **fields: object) -> Answer:
    return lambda _: web.json_response(fields, status=http, headers=headers)


async def test_minute_bars_come_as_columns_of_raw_prices() -> None:
    server = Recorded(answer(bar(MINUTE), bar(2 * MINUTE, v=2.5, n=1)))
    async with massive(server) as rest:
        bars = await rest.minute_bars("AAPL", MINUTE, 10 * MINUTE)
    assert bars.row.tolist() == [1, 1]
    assert bars.start_ms.tolist() == [MINUTE, 2 * MINUTE]
    assert bars.volume.tolist() == [10.0, 2.5]
    assert bars.trade_count.tolist() == [3, 1]
    assert bars.span_ms == MINUTE
    request = server.requests[0]
    assert request.path == "/v2/aggs/ticker/AAPL/range/1/minute/60000/599999"
    assert request.query["adjusted"] == "false"
    assert request.headers["Authorization"] == "Bearer secret-key"


async def test_the_end_is_exclusive() -> None:
    async with massive(Recorded(answer(bar(0), bar(MINUTE), bar(2 * MINUTE)))) as rest:
        bars = await rest.minute_bars("AAPL", MINUTE, 2 * MINUTE)
    assert bars.start_ms.tolist() == [MINUTE]


async def test_missing_results_are_no_bars() -> None:
    empty = Recorded(lambda _: web.json_response({"status": "OK", "resultsCount": 0}))
    async with massive(empty) as rest:
        bars = await rest.minute_bars("AAPL", 0, MINUTE)
    assert (len(bars), bars.open.dtype.name, bars.row.dtype.name) == (0, "float64", "int32")


async def test_a_delayed_plan_is_a_success() -> None:
    async with massive(Recorded(answer(bar(0), status="DELAYED"))) as rest:
        assert len(await rest.minute_bars("AAPL", 0, MINUTE)) == 1


async def test_pages_are_followed_with_the_key_and_only_on_our_own_origin() -> None:
    next_url = "https://api.massive.com/v2/aggs/next?cursor=a%2Bb%3D"
    server = Recorded(answer(bar(0), next_url=next_url), answer(bar(MINUTE)))
    async with massive(server) as rest:
        bars = await rest.minute_bars("AAPL", 0, 5 * MINUTE)
    assert bars.start_ms.tolist() == [0, MINUTE]
    second = server.requests[1]
    assert (second.path, second.query["cursor"]) == ("/v2/aggs/next", "a+b=")
    assert second.headers["Authorization"] == "Bearer secret-key"


async def test_pages_that_lead_in_a_circle_are_not_followed_for_ever() -> None:
    next_url = "https://api.massive.com/v2/aggs/next"
    async with massive(Recorded(answer(bar(0), next_url=next_url))) as rest:
        with pytest.raises(Unavailable, match="circle"):
            await rest.minute_bars("AAPL", 0, MINUTE)


@pytest.mark.parametrize(
    ("status", "error"),
    [(401, "unknown_key"), (403, "not_authorized"), (404, "not_found"), (400, "bad_request")],
)
async def test_a_refusal_is_not_retried(status: int, error: str) -> None:
    server = Recorded(failure(status, error="told so"))
    async with massive(server) as rest:
        with pytest.raises(Rejected, match="told so") as rejected:
            await rest.minute_bars("AAPL", 0, MINUTE)
    assert (rejected.value.error, rejected.value.status) == (error, status)
    assert len(server.requests) == 1


async def test_an_error_inside_a_success_is_a_refusal() -> None:
    async with massive(Recorded(failure(200, status="ERROR", error="Unknown thing"))) as rest:
        with pytest.raises(Rejected, match="Unknown thing"):
            await rest.minute_bars("AAPL", 0, MINUTE)


async def test_an_unauthorized_plan_inside_a_success_is_named() -> None:
    told = failure(200, status="NOT_AUTHORIZED", message="upgrade your plan")
    async with massive(Recorded(told)) as rest:
        with pytest.raises(Rejected) as rejected:
            await rest.minute_bars("AAPL", 0, MINUTE)
    assert rejected.value.error == "not_authorized"


async def test_too_many_requests_wait_as_told() -> None:
    server = Recorded(failure(429, {"Retry-After": "0.2"}), answer(bar(0)))
    async with massive(server) as rest:
        start = time.monotonic()
        assert len(await rest.minute_bars("AAPL", 0, MINUTE)) == 1
    assert 0.2 <= time.monotonic() - start < 5


async def test_retry_after_may_be_a_date() -> None:
    past = format_datetime(datetime.now(UTC) - timedelta(seconds=5))
    server = Recorded(failure(429, {"Retry-After": past}), answer(bar(0)))
    async with massive(server, throttled_s=60.0) as rest:
        assert len(await rest.minute_bars("AAPL", 0, MINUTE)) == 1


async def test_a_throttle_without_a_time_or_inside_a_success_takes_our_own() -> None:
    told = "You've exceeded the maximum requests per minute, please wait"
    server = Recorded(failure(429), failure(200, status="ERROR", error=told), answer(bar(0)))
    async with massive(server, throttled_s=0.05) as rest:
        start = time.monotonic()
        assert len(await rest.minute_bars("AAPL", 0, MINUTE)) == 1
    assert time.monotonic() - start >= 0.1


async def test_one_throttled_request_holds_the_others_back() -> None:
    server = Recorded(failure(429, {"Retry-After": "0.3"}), answer(bar(0)))
    async with massive(server, concurrency=1) as rest:
        start = time.monotonic()
        await asyncio.gather(*(rest.minute_bars("AAPL", 0, MINUTE) for _ in range(3)))
    assert time.monotonic() - start >= 0.3
    assert len(server.requests) == 4


@pytest.mark.parametrize("status", [500, 502, 503, 408])
async def test_a_failing_server_is_asked_again(status: int) -> None:
    server = Recorded(failure(status), failure(status), answer(bar(0)))
    async with massive(server) as rest:
        assert len(await rest.minute_bars("AAPL", 0, MINUTE)) == 1
    assert len(server.requests) == 3


async def test_a_server_that_keeps_failing_is_unavailable() -> None:
    server = Recorded(failure(500))
    async with massive(server, attempts=3) as rest:
        with pytest.raises(Unavailable, match="HTTP 500, 3 attempts"):
            await rest.minute_bars("AAPL", 0, MINUTE)
    assert len(server.requests) == 3


async def test_an_absent_server_is_unavailable() -> None:
    options = RestOptions("http://127.0.0.1:9", "k", attempts=2, first_delay_s=0.001)
    async with MassiveRest(options, TABLE) as rest:
        with pytest.raises(Unavailable, match="Massive REST"):
            await rest.minute_bars("AAPL", 0, MINUTE)


async def test_an_answer_that_takes_too_long_is_asked_again() -> None:
    async def hang(_: web.Request) -> web.StreamResponse:
        await asyncio.sleep(1)
        return web.json_response({})

    async with massive(Recorded(hang, answer(bar(0))), timeout_s=0.1) as rest:
        assert len(await rest.minute_bars("AAPL", 0, MINUTE)) == 1


@pytest.mark.parametrize("body", [b"<html>gateway</html>", b'{"status":"\xff"}', b"[" * 100_000])
async def test_bytes_that_are_no_json_are_asked_again(body: bytes) -> None:
    garbled = Recorded(lambda _: web.Response(body=body), answer(bar(0)))
    async with massive(garbled) as rest:
        assert len(await rest.minute_bars("AAPL", 0, MINUTE)) == 1


async def test_requests_in_flight_are_bounded() -> None:
    running, most = 0, 0

    async def slow(_: web.Request) -> web.StreamResponse:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.02)
        running -= 1
        return web.json_response({"status": "OK"})

    async with massive(Recorded(slow), concurrency=3) as rest:
        await asyncio.gather(*(rest.minute_bars("AAPL", 0, MINUTE) for _ in range(12)))
    assert most == 3


async def test_one_unusable_row_costs_only_itself() -> None:
    rows = [bar(0), bar(MINUTE, o=None), bar(2 * MINUTE, c="NaN"), 7, bar(3 * MINUTE)]
    async with massive(Recorded(answer(*rows))) as rest:
        bars = await rest.minute_bars("AAPL", 0, 5 * MINUTE)
        assert sum(rest.trouble.malformed.values()) == 3
    assert bars.start_ms.tolist() == [0, 3 * MINUTE]


async def test_results_that_are_no_list_are_no_bars() -> None:
    async with massive(Recorded(lambda _: web.json_response({"results": "none"}))) as rest:
        assert len(await rest.minute_bars("AAPL", 0, MINUTE)) == 0
        assert rest.trouble.malformed == {"REST: results are no list": 1}


async def test_a_bar_without_vwap_or_count_takes_the_typical_price() -> None:
    plain = {"o": 1, "h": 3, "l": 1, "c": 2, "v": 5, "t": 0}
    async with massive(Recorded(answer(plain))) as rest:
        bars = await rest.minute_bars("AAPL", 0, MINUTE)
    assert (bars.vwap[0], bars.trade_count[0]) == (2.0, 0)


async def test_the_key_is_in_no_representation() -> None:
    assert "secret-key" not in repr(RestOptions("http://x", "secret-key"))


@pytest.mark.real_data
async def test_recorded_bars_are_read(test_data: Path) -> None:
    mocks = test_data / "massive_fixtures" / "rest_mocks"
    recorded = mocks / "v2/aggs/ticker/AAPL/range/1/day/2005-04-01/2005-04-04.json"
    server = Recorded(lambda _: web.json_response(json.loads(recorded.read_text())))
    async with massive(server) as rest:
        bars = await rest.daily_bars("AAPL", 1_112_331_600_000, 1_112_587_200_001)
    assert bars.close.tolist() == [1.4604, 1.4675]
    assert bars.trade_count.tolist() == [82132, 65543]
    assert bars.span_ms == 86_400_000
