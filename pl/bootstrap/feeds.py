"""Build the feed that the settings name."""

from pathlib import Path

from pl.errors import InvalidData, Unavailable
from pl.feeds.feed import Feed
from pl.feeds.massive_session import SocketOptions
from pl.feeds.massive_socket import MassiveSocket
from pl.feeds.redis_ticks import RedisTicks
from pl.market.batches import MINUTE_MS, SymbolTable
from pl.market.sessions import MarketSessions
from pl.settings import Settings


def build_feed(
    settings: Settings, table: SymbolTable, sessions: MarketSessions, through_ms: int | None
) -> Feed:
    """Return the feed; a replay goes on after `through_ms`, the last evaluated bar.

    Raises Unavailable for a recording that cannot be read.
    """
    if settings.feed == "redis":
        return RedisTicks(settings.redis_url, table)
    if settings.feed == "massive":
        options = SocketOptions(
            url=settings.massive_url,
            key=settings.massive_api_key,
            channels=settings.feed_channels,
        )
        return MassiveSocket(options, table, sessions.regular)
    from pl.feeds.recording import Recording  # Parquet costs every other feed 0.3 s
    from pl.feeds.replay import Replay

    try:
        recording = Recording(Path(settings.replay_path), table, sessions.regular)
    except InvalidData as error:
        raise Unavailable("PL_REPLAY_PATH", error.reason) from error
    start_ms = 0 if through_ms is None else through_ms + MINUTE_MS
    return Replay(recording, speed=settings.replay_speed, start_ms=start_ms)
