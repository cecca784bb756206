"""Ticks that others publish become bars; Streaming never publishes where it listens."""

import json
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from contracts.names import RAW_TICKS
from tests.pl.streaming.process import System, until

pytestmark = pytest.mark.integration

MINUTE_S = 60


@pytest.fixture
def system(kernels: None, database: Any, redis_server: Any, tmp_path: Path) -> Iterator[System]:
    fed = System(
        database.url, redis_server.url, {"PL_FEED": "redis", "PL_MARKET": "real"}, tmp_path
    )
    fed.prepare("AAPL", "KO")
    yield fed
    fed.streaming.end(signal.SIGKILL)


def tick(at_s: float, price: float, **changes: Any) -> bytes:
    facts = {
        "ticker": "AAPL",
        "price": price,
        "volume": 100,
        "timestamp": datetime.fromtimestamp(at_s, UTC).isoformat().replace("+00:00", "Z"),
        "event_type": "trade",
        "source": "polygon",
        "bid": None,
        "ask": None,
    }
    return json.dumps(facts | changes).encode()


def test_published_ticks_become_bars_and_an_invented_market_does_not(system: System) -> None:
    def detail() -> str:
        return system.streaming.part("feed")["detail"]

    system.start()
    until(lambda: system.streaming.part("feed")["status"] == "healthy", "Streaming listens")
    first = time.time() // MINUTE_S * MINUTE_S + 2 * MINUTE_S
    ticks = [
        tick(first + 1, 150.0),
        tick(first + 2, 151.0, timestamp=first + 2),
        tick(first + 2, 999.0, source="simulated"),
        b'{"ticker": "AAPL", "price": NaN}',
        tick(first + 50, 149.5, volume=None),
        tick(first + MINUTE_S + 1, 150.0),
        tick(first + MINUTE_S + 1.5, 150.0),
    ]
    with system.redis() as client, client.pubsub() as ear:
        ear.subscribe(RAW_TICKS)
        for each in ticks:
            assert client.publish(RAW_TICKS, each) == 2
        bars = until(
            lambda: system.ask("SELECT symbol, open, high, low, close, volume FROM ohlcv_1min"),
            "a bar is stored",
        )
        assert bars == [("AAPL", 150.0, 151.0, 149.5, 149.5, 200.0)]
        heard = []
        while message := ear.get_message(timeout=0.2):
            heard.append(message)
        assert len([one for one in heard if one["type"] == "message"]) == len(ticks)
    expected = "expected source massive or polygon"
    until(lambda: expected in detail(), "what was dropped is counted")
    assert detail().startswith("redis: 5 events, dropped 2")
