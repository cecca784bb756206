"""The socket's protocol, seen by a plain WebSocket client."""

import asyncio
import json
from collections import defaultdict
from contextlib import suppress
from typing import Any

import pytest
from aiohttp import ClientSession
from websockets.exceptions import ConnectionClosed

from pl.market.conditions import massive_rule
from pl.simulator.days import DAY_MS
from pl.simulator.market import MINUTE_MS
from pl.simulator.plans import Plan
from tests.pl.simulator.served import KEY, START, SpedUpClock, ask, events, serving, statuses


async def until_closed(socket) -> tuple[int, list[dict[str, Any]]]:
    """Return the close code and the events that came before it."""
    seen: list[dict[str, Any]] = []
    with suppress(ConnectionClosed):
        while True:
            seen += await events(socket)
    return socket.close_code, seen


async def next_of(socket, kind: str) -> dict[str, Any]:
    while True:
        for event in await events(socket):
            if event["ev"] == kind:
                return event


async def test_one_status_answers_each_channel_and_spaces_are_trimmed():
    async with serving() as served, served.client() as socket:
        await ask(socket, "subscribe", "T.AAPL, AM.* ,Q.KO")
        told = []
        while len(told) < 3:
            told += await statuses(socket)
        assert told == [
            ("success", "subscribed to: T.AAPL"),
            ("success", "subscribed to: AM.*"),
            ("success", "subscribed to: Q.KO"),
        ]


async def test_unknown_topics_and_repetitions_get_no_reply():
    async with serving() as served, served.client() as socket:
        await ask(socket, "subscribe", "AM.F")
        assert await statuses(socket) == [("success", "subscribed to: AM.F")]
        await ask(socket, "subscribe", "XX.AAPL,AM.F,nonsense,,AM.KO")
        assert await statuses(socket) == [("success", "subscribed to: AM.KO")]


async def test_unsubscribing_ends_the_events():
    async with serving(rate=30.0) as served, served.client(KEY, "T.AAPL", "T.KO") as socket:
        assert (await next_of(socket, "T"))["sym"] in {"AAPL", "KO"}
        await ask(socket, "unsubscribe", "T.AAPL")
        while await statuses(socket) != [("success", "unsubscribed to: T.AAPL")]:
            pass
        for _ in range(10):
            assert all(event["sym"] == "KO" for event in await events(socket))


async def test_a_wrong_key_is_told_auth_failed_and_let_go():
    async with serving() as served, served.client(None) as socket:
        await ask(socket, "auth", "wrong")
        code, seen = await until_closed(socket)
        assert [event["status"] for event in seen] == ["auth_failed"]
        assert code == 1008


async def test_a_silent_client_is_told_auth_timeout():
    async with serving(auth_timeout_s=0.1) as served, served.client(None) as socket:
        code, seen = await until_closed(socket)
        assert [event["status"] for event in seen] == ["auth_timeout"]
        assert code == 1008


async def test_nothing_but_auth_is_allowed_before_auth():
    async with serving() as served, served.client(None) as socket:
        await ask(socket, "subscribe", "T.*")
        assert await statuses(socket) == [("error", "not authorized")]
        await socket.send("no json")
        assert await statuses(socket) == [("error", "not authorized")]
        await ask(socket, "auth", KEY)
        assert await statuses(socket) == [("auth_success", "authenticated")]


async def test_a_channel_outside_the_plan_is_not_authorized():
    plans = {KEY: Plan(channels=frozenset({"AM"}))}
    async with serving(plans=plans) as served, served.client() as socket:
        await ask(socket, "subscribe", "T.AAPL,AM.AAPL")
        told = await statuses(socket) + await statuses(socket)
        assert told == [("error", "not authorized"), ("success", "subscribed to: AM.AAPL")]


async def test_a_second_login_evicts_the_first_after_it_succeeded():
    async with (
        serving() as served,
        served.client(KEY, "AM.*") as first,
        served.client(None) as second,
    ):
        await ask(second, "auth", KEY)
        assert await statuses(second) == [("auth_success", "authenticated")]
        code, seen = await until_closed(first)
        assert code == 1008
        assert [event["status"] for event in seen] == ["success", "max_connections"]
        await ask(second, "subscribe", "AM.*")
        assert await statuses(second) == [("success", "subscribed to: AM.*")]


async def clients(served) -> int:
    """Return how many clients are logged in."""
    async with ClientSession() as http, http.get(f"{served.base}/health") as answer:
        detail = (await answer.json())["services"]["market"]["detail"]
        return int(detail.split()[-2])


async def test_a_reader_that_is_too_slow_is_cut():
    async with (
        serving(rate=300.0, max_waiting_bytes=20_000, speed=40.0) as served,
        served.client(KEY, "T.*") as socket,
    ):
        socket.transport.pause_reading()
        while await clients(served):
            pass
        socket.transport.resume_reading()
        code, _ = await until_closed(socket)
        assert code in {1008, 1006}


async def test_frames_mix_kinds_and_symbols():
    async with serving(rate=30.0) as served, served.client(KEY, "T.*", "A.*", "Q.*") as socket:
        kinds: set[str] = set()
        symbols: set[str] = set()
        while not (kinds >= {"T", "A", "Q"} and len(symbols) == 4):
            for event in await events(socket):
                kinds.add(event["ev"])
                symbols.add(event.get("sym", "AAPL"))
        assert kinds <= {"T", "A", "Q", "status"}


def bar_of(trades: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Add trades up as a client does."""
    rows = [(t["t"], t["q"], t["p"], t["s"], massive_rule(t.get("c"))) for t in trades]
    rows.sort()
    timed = [row for row in rows if row[4] & 1]
    if not timed:
        return None
    prices = [row[2] for row in rows if row[4] & 2]
    counted = [row for row in rows if row[4] & 4]
    volume = sum(row[3] for row in counted)
    return {
        "o": timed[0][2],
        "h": max(prices),
        "l": min(prices),
        "c": timed[-1][2],
        "v": volume,
        "n": len(counted),
        "vw": pytest.approx(sum(row[2] * row[3] for row in counted) / volume, rel=1e-12),
    }


async def test_bars_from_the_sockets_trades_equal_rest_and_the_last_am():
    trades: dict[tuple[str, int], list[dict[str, Any]]] = defaultdict(list)
    aggregates: dict[tuple[str, int], dict[str, Any]] = {}
    clock = SpedUpClock(START, 60.0)
    # at this speed a quarter of a second of ours would be long enough to lose trades
    async with serving(clock=clock, rate=3.0, lost_ms=DAY_MS) as served:
        async with served.client(KEY, "T.*", "AM.*") as socket:
            await next_of(socket, "T")  # which may be a late one, of a minute that nobody heard
            now = clock()
            heard_from = now // MINUTE_MS * MINUTE_MS
            last = heard_from + 3 * MINUTE_MS
            while now < last + MINUTE_MS + 156_000:
                for event in await events(socket):
                    if event["ev"] == "T":
                        now = max(now, event["t"])
                        trades[event["sym"], event["t"] // MINUTE_MS * MINUTE_MS].append(event)
                    if event["ev"] == "AM":
                        assert event["e"] == event["s"] + MINUTE_MS
                        aggregates[event["sym"], event["s"]] = event
        rows = {}
        async with ClientSession(headers={"Authorization": f"Bearer {KEY}"}) as http:
            for symbol in ("AAPL", "SPY", "KO", "F"):
                path = f"/v2/aggs/ticker/{symbol}/range/1/minute/{heard_from}/{last}"
                async with http.get(served.base + path) as answer:
                    body = await answer.json()
                rows |= {(symbol, row["t"]): row for row in body["results"]}
    watched = [(symbol, start) for symbol, start in rows if start > heard_from]
    assert len(watched) == 12
    for at in watched:
        expected = bar_of(trades[at])
        assert {name: rows[at][name] for name in ("o", "h", "l", "c", "v", "n", "vw")} == expected
        assert {name: aggregates[at][name] for name in "ohlcv"} == {
            name: expected[name] for name in "ohlcv"
        }


async def test_faults_are_switched_over_loopback():
    async with (
        serving(rate=30.0) as served,
        served.client(KEY, "T.*") as socket,
        ClientSession() as http,
    ):
        await next_of(socket, "T")

        async def switch(**faults: Any) -> int:
            async with http.post(f"{served.base}/simulator/faults", json=faults) as answer:
                return answer.status

        page = http.post(f"{served.base}/simulator/faults", data='{"rest_failures": 9}')
        async with page as refused:
            assert refused.status == 415
        assert await switch(future_trades=1) == 200
        first = await next_of(socket, "T")
        while first["t"] < START + 80_000_000:
            first = await next_of(socket, "T")
        assert await switch(negative_trades=1) == 200
        while (await next_of(socket, "T"))["p"] > 0:
            pass
        assert await switch(malformed_frames=1) == 200
        with pytest.raises(json.JSONDecodeError):
            await next_of(socket, "nothing of this kind")
        assert await switch(nonsense=1) == 400
        assert await switch(mute_s="long") == 400
        assert await switch(close_code=1011) == 200
        code, _ = await until_closed(socket)
        assert code == 1011


async def test_a_mute_feed_stays_open_and_speaks_again():
    async with serving(rate=30.0) as served, served.client(KEY, "T.*") as socket:
        await next_of(socket, "T")
        served.faults.set({"mute_s": 1.5})
        while True:
            try:
                async with asyncio.timeout(0.25):
                    await events(socket)
            except TimeoutError:
                break
        assert await next_of(socket, "T")


async def test_duplicates_come_twice():
    async with serving(rate=30.0) as served, served.client(KEY, "T.*") as socket:
        await next_of(socket, "T")
        served.faults.set({"duplicate_trades": 3})
        seen: list[tuple[str, int]] = []
        while len(seen) - len(set(seen)) < 3:
            seen += [(e["sym"], e["q"]) for e in await events(socket) if e["ev"] == "T"]
        assert served.faults.duplicate_trades == 0


async def test_refused_auth_is_a_fault_too():
    async with serving() as served:
        served.faults.set({"refuse_auth": True})
        async with served.client(None) as socket:
            await ask(socket, "auth", KEY)
            assert (await statuses(socket))[0][0] == "auth_failed"
        served.faults.reset()
        async with served.client() as socket:
            await ask(socket, "subscribe", "T.F")
            assert await statuses(socket) == [("success", "subscribed to: T.F")]
