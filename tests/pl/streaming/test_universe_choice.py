"""A universe that nobody knows is a wrong setting, not a server that is away."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pl import settings
from pl.bootstrap.watched import watched_symbols
from service.errors import SettingsError, Unavailable

URLS = {"DATABASE_URL": "postgresql://u:p@h/d", "REDIS_URL": "redis://h/0", "MASSIVE_API_KEY": "k"}


class Universes:
    """UniverseStore in memory."""

    def __init__(self) -> None:
        self.kept = {"stock_etf_test:combo_test": ("AAPL", "SPY")}

    def universes(self) -> dict[str, tuple[str, ...]]:
        return self.kept

    def put(self, name: str, key: str, symbols: Any) -> None:
        self.kept[f"{name}:{key}"] = tuple(symbols)


def chosen(universes: Any = None, **environ: str) -> tuple[str, ...]:
    return watched_symbols(settings.load(URLS | environ), universes or Universes())


def test_a_known_universe_is_watched() -> None:
    assert chosen() == ("AAPL", "SPY")


def test_an_unknown_universe_is_a_wrong_setting_that_names_the_known_ones() -> None:
    with pytest.raises(SettingsError) as error:
        chosen(SYMBOL_UNIVERSE_KEY="stock_etf_tset:combo_test")
    (problem,) = error.value.problems
    assert problem.startswith("SYMBOL_UNIVERSE_KEY: ")
    assert "'stock_etf_tset' is unknown" in problem
    assert "known are: stock_etf_test:combo_test" in problem


def test_a_replay_without_a_key_watches_the_symbols_of_the_recording(tmp_path: Path) -> None:
    path = tmp_path / "recording.parquet"
    pq.write_table(pa.table({"symbol": ["MSFT", "KO", "MSFT"]}), path)
    universes = Universes()
    replay = {"PL_FEED": "replay", "PL_REPLAY_PATH": str(path)}
    assert chosen(universes, **replay) == ("KO", "MSFT")
    assert universes.kept["replay:recording"] == ("KO", "MSFT")
    named = replay | {"SYMBOL_UNIVERSE_KEY": "stock_etf_test:combo_test"}
    assert chosen(universes, **named) == ("AAPL", "SPY")


@pytest.mark.parametrize("symbols", [None, []])
def test_a_recording_without_symbols_cannot_be_watched(tmp_path: Path, symbols: Any) -> None:
    path = tmp_path / "recording.parquet"
    if symbols is not None:
        pq.write_table(pa.table({"symbol": pa.array(symbols, pa.string())}), path)
    with pytest.raises(Unavailable, match="PL_REPLAY_PATH"):
        chosen(PL_FEED="replay", PL_REPLAY_PATH=str(path))
