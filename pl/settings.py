"""Read the environment once, report every problem at once.

`python -m pl.settings` judges it with any Python, before a package is installed.
"""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from service import exits
from service.variables import (
    DEFAULT_UNIVERSE,
    LOG_FORMATS,
    POSTGRES,
    RECORDED_UNIVERSE,
    REDIS,
    Variables,
)

MARKETS: Final = ("real", "simulated", "replay")
FEEDS: Final = ("massive", "redis", "replay")
FEED_CHANNELS: Final = ("trades", "seconds", "minutes")
SWITCHES: Final = ("auto", "on", "off")

SOCKET: Final = ("wss", "ws")
HTTP: Final = ("https", "http")

MASSIVE_SOCKET: Final = "wss://socket.massive.com/stocks"
MASSIVE_REST: Final = "https://api.massive.com"

VARIABLES: Final[Mapping[str, str]] = {
    "PL_FEED": "where ticks come from: massive, redis or replay",
    "PL_MARKET": "which market the database holds: real, simulated or replay",
    "PL_FEED_CHANNELS": "what to subscribe to: trades, seconds or minutes",
    "PL_PUBLISH_TICKS": "publish raw ticks: auto (up to 500 symbols), on or off",
    "PL_PUBLISH_INDICATOR_SYMBOLS": "publish indicators of at most this many symbols",
    "PL_REPLAY_PATH": "Parquet file of trades or bars to replay",
    "PL_REPLAY_SPEED": "1 is real time, 0 as fast as it goes",
    "PL_SPOOL_DIR": "where events and bars wait while PostgreSQL is away",
    "PL_API_PORT": "port of the API",
    "PL_LOADER_PORT": "port of the DataLoader's health page",
    "PL_STREAMING_PORT": "port of Streaming's health page",
    "PL_SIMULATOR_PORT": "port of the simulated market",
    "PL_SIMULATOR_SEED": "seed of the simulated market",
    "PL_SIMULATOR_RATE": "trades a second and symbol, on average",
    "PL_LOG_FORMAT": "auto (lines on a terminal, JSON elsewhere), json or console",
    "PL_PYTHON": "interpreter of the producer; read by the launcher",
}


@dataclass(frozen=True, slots=True)
class Settings:
    """Hold what the producer was told; addresses and keys are hidden from repr."""

    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    massive_api_key: str = field(repr=False)
    massive_url: str
    massive_rest_url: str
    universe_key: str
    feed: str
    market: str
    feed_channels: str
    publish_ticks: str
    publish_indicator_symbols: int
    replay_path: str
    replay_speed: float
    spool_dir: Path
    api_port: int
    loader_port: int
    streaming_port: int
    simulator_port: int
    simulator_seed: int
    simulator_rate: float
    log_format: str

    @property
    def snapshot_dir(self) -> Path:
        """The folder beside the spool where Streaming keeps what a start begins with."""
        return self.spool_dir.parent / "snapshots"


def load(environ: Mapping[str, str], *, reads_market: bool = True) -> Settings:
    """Return the settings in `environ`; raises SettingsError naming every problem.

    reads_market : whether the process talks to Massive, and so needs a key
    """
    read = Variables(environ)
    seed, rate = _simulated(read)
    feed = read.choice("PL_FEED", "massive", FEEDS)
    universe = RECORDED_UNIVERSE if feed == "replay" else DEFAULT_UNIVERSE
    settings = Settings(
        database_url=read.address("DATABASE_URL", POSTGRES),
        redis_url=read.address("REDIS_URL", REDIS),
        massive_api_key=read.text("MASSIVE_API_KEY"),
        massive_url=read.address("MASSIVE_URL", SOCKET, MASSIVE_SOCKET),
        massive_rest_url=read.address("MASSIVE_REST_URL", HTTP, MASSIVE_REST),
        universe_key=read.text("SYMBOL_UNIVERSE_KEY", universe),
        feed=feed,
        market=read.choice("PL_MARKET", "real", MARKETS),
        feed_channels=read.choice("PL_FEED_CHANNELS", "trades", FEED_CHANNELS),
        publish_ticks=read.choice("PL_PUBLISH_TICKS", "auto", SWITCHES),
        publish_indicator_symbols=read.number("PL_PUBLISH_INDICATOR_SYMBOLS", 500, int, 0, 20_000),
        replay_path=read.text("PL_REPLAY_PATH"),
        replay_speed=read.number("PL_REPLAY_SPEED", 1.0, float, 0.0, 10_000.0),
        spool_dir=Path(read.text("PL_SPOOL_DIR", ".tickstock/spool")),
        api_port=read.port("PL_API_PORT", 8080),
        loader_port=read.port("PL_LOADER_PORT", 8081),
        streaming_port=read.port("PL_STREAMING_PORT", 8082),
        simulator_port=read.port("PL_SIMULATOR_PORT", 8083),
        simulator_seed=seed,
        simulator_rate=rate,
        log_format=read.choice("PL_LOG_FORMAT", "auto", LOG_FORMATS),
    )
    read.refuse_unknown("PL_", VARIABLES)
    if reads_market:
        read.problems.extend(_contradictions(settings))
    read.raise_problems()
    return settings


def _contradictions(settings: Settings) -> list[str]:
    problems = []
    if settings.feed == "replay" and not settings.replay_path:
        problems.append("PL_REPLAY_PATH: expected a Parquet file with PL_FEED=replay, was not set")
    if settings.feed == "massive" and not settings.massive_api_key:
        problems.append("MASSIVE_API_KEY: expected a key with PL_FEED=massive, was not set")
    return problems


@dataclass(frozen=True, slots=True)
class SimulatorSettings:
    """Hold what the simulated market was told."""

    port: int
    seed: int
    rate: float
    key: str = field(repr=False)
    log_format: str


def load_simulator(environ: Mapping[str, str]) -> SimulatorSettings:
    """Return the simulator's settings; raises SettingsError naming every problem."""
    read = Variables(environ)
    seed, rate = _simulated(read)
    chosen = SimulatorSettings(
        port=read.port("PL_SIMULATOR_PORT", 8083),
        seed=seed,
        rate=rate,
        key=read.required("MASSIVE_API_KEY", "the key that clients must present"),
        log_format=read.choice("PL_LOG_FORMAT", "auto", LOG_FORMATS),
    )
    read.refuse_unknown("PL_", VARIABLES)
    read.raise_problems()
    return chosen


def load_simulated_market(environ: Mapping[str, str]) -> tuple[int, float]:
    """Return the seed and the rate that name the simulated market; raises SettingsError."""
    read = Variables(environ)
    named = _simulated(read)
    read.raise_problems()
    return named


def _simulated(read: Variables) -> tuple[int, float]:
    seed = read.number("PL_SIMULATOR_SEED", 7, int, 0, 2**31)
    return seed, read.number("PL_SIMULATOR_RATE", 3.0, float, 0.05, 1000.0)


def load_database(environ: Mapping[str, str]) -> tuple[str, str]:
    """Return (DATABASE_URL, PL_MARKET); raises SettingsError naming every problem."""
    read = Variables(environ)
    url = read.address("DATABASE_URL", POSTGRES)
    market = read.choice("PL_MARKET", "real", MARKETS)
    read.raise_problems()
    return url, market


def judge() -> int:
    """Return 0 when the environment is in order."""
    load(os.environ)
    return 0


if __name__ == "__main__":
    sys.exit(exits.code_of(judge))
