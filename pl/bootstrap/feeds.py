"""Build the feed that the settings name."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from pl.feeds.feed import Feed
from pl.feeds.massive_session import SocketOptions
from pl.feeds.massive_socket import MassiveSocket
from pl.feeds.recording import Recording
from pl.feeds.redis_ticks import RedisTicks
from pl.feeds.replay import Replay
from pl.market.batches import MINUTE_MS, SymbolTable
from pl.market.sessions import MarketSessions
from pl.settings import Settings
from service.errors import InvalidData, Unavailable

REAL_SOURCES: Final = frozenset({"massive", "polygon"})
"""What a tick of a real market says of itself: invented ones must not reach its history."""


MUTE_S: Final = 60.0
"""A socket without data for so long is opened again; for longer where it brings bars."""
CADENCES_MS: Final = {"trades": 0, "seconds": 1_000, "minutes": MINUTE_MS}


def cadence_ms(settings: Settings) -> int:
    """Return how long the feed of a liquid universe says nothing: bars come when they are over."""
    return CADENCES_MS[settings.feed_channels] if settings.feed == "massive" else 0


def build_feed(
    settings: Settings,
    table: SymbolTable,
    sessions: MarketSessions,
    *,
    through_ms: int | None,
    is_open: Callable[[], bool],
) -> Feed:
    """Return the feed; a replay goes on after `through_ms`, the last bar that is done with.

    is_open : whether the market is open by the feed's own clock, when silence means trouble.
    Raises Unavailable for a recording that cannot be read.
    """
    if settings.feed == "redis":
        sources = REAL_SOURCES if settings.market == "real" else None
        return RedisTicks(settings.redis_url, table, sources=sources)
    if settings.feed == "massive":
        options = SocketOptions(
            url=settings.massive_url,
            key=settings.massive_api_key,
            channels=settings.feed_channels,
            halts=True,
            mute_s=MUTE_S + cadence_ms(settings) / 1000,
        )
        return MassiveSocket(options, table, sessions.regular, expects_data=is_open)
    try:
        recording = Recording(Path(settings.replay_path), table, sessions.regular)
    except InvalidData as error:
        raise Unavailable("PL_REPLAY_PATH", error.reason) from error
    start_ms = 0 if through_ms is None else through_ms + MINUTE_MS
    return Replay(recording, speed=settings.replay_speed, start_ms=start_ms)
