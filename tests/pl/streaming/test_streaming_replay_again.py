"""A recording needs no universe, says when there is nothing left to play, and can play again."""

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from contracts.names import STREAM_EVENTS
from pl.store.replays import forget_replay
from service.errors import Rejected
from tests.launcher.test_scripts import run
from tests.pl.streaming.process import System, until

pytestmark = pytest.mark.integration

MINUTE_MS = 60_000
OPEN_MS = 1_381_152_600_000  # 2013-10-07 09:30 in New York
N_MINUTES = 5
SYMBOLS = ("KO", "SPY")


@pytest.fixture
def system(kernels: None, database: Any, redis_server: Any, tmp_path: Path) -> Iterator[System]:
    rows = [
        (symbol, OPEN_MS + minute * MINUTE_MS + second * 1000, 10.0 + minute + second / 100)
        for minute in range(N_MINUTES)
        for second in (1, 30, 59)
        for symbol in SYMBOLS
    ]
    symbol, t, price = map(list, zip(*rows, strict=True))
    path = tmp_path / "trades.parquet"
    columns = {"symbol": symbol, "t": t, "price": price, "size": [100.0] * len(rows)}
    pq.write_table(pa.table(columns), path)
    replayed = System(
        database.url,
        redis_server.url,
        {
            "PL_FEED": "replay",
            "PL_MARKET": "replay",
            "PL_REPLAY_PATH": str(path),
            "PL_REPLAY_SPEED": "0",
            "SYMBOL_UNIVERSE_KEY": "",
        },
        tmp_path,
    )
    replayed.prepare("AAPL")
    yield replayed
    if replayed.streaming.running is not None:
        replayed.streaming.end(signal.SIGKILL)


def played(system: System) -> str:
    """Start, wait for the end, return what the health page says of it."""
    system.start()

    def said() -> str:
        detail = system.streaming.part("feed")["detail"]
        return detail if "at its end" in detail else ""

    return str(until(said, "the replay is at its end"))


def bars(system: System) -> list[tuple[Any, ...]]:
    return system.ask("SELECT symbol, count(*)::int FROM ohlcv_1min GROUP BY 1 ORDER BY 1")


def test_a_recording_is_played_once_and_again_when_asked(system: System, redis_server: Any) -> None:
    assert played(system) == f"replay: at its end, {2 * 3 * N_MINUTES} events, dropped 0"
    assert system.streaming.end() == 0
    assert bars(system) == [("KO", N_MINUTES), ("SPY", N_MINUTES)]
    detail = played(system)
    assert "nothing is left to play: stored before through 2013-10-07 13:35 UTC" in detail
    environ = {
        "TICKSTOCK_HOME": str(system.folder),
        "DATABASE_URL": system.database_url,
        "REDIS_URL": redis_server.url,
        "PL_STREAMING_PORT": system.streaming.settings["PL_STREAMING_PORT"],
    }
    said = run("replay_again.py", environ)
    assert (said.returncode, said.stderr) == (0, "")
    assert bars(system) == []
    with system.redis() as client:
        assert not client.exists(STREAM_EVENTS)
    assert system.streaming.end() == 0
    assert "dropped 0" in played(system)
    assert system.streaming.end() == 0
    assert bars(system) == [("KO", N_MINUTES), ("SPY", N_MINUTES)]


def test_only_a_replays_database_is_emptied(system: System) -> None:
    system.tell("UPDATE market_identity SET id = 'real'")
    with pytest.raises(Rejected, match="holds the real market"):
        forget_replay(system.database_url)
