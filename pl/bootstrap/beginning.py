"""Begin what a start of Streaming waits for longest."""

import asyncio
from dataclasses import dataclass

from pl.bootstrap.evaluating import beside, build_frames
from pl.bootstrap.shared import build_sessions
from pl.bootstrap.stores import Stores
from pl.bootstrap.watched import watched_symbols
from pl.market.sessions import MarketSessions
from pl.market.timeframes import INTRADAY
from pl.settings import Settings
from pl.store.engine_code import engine_code
from pl.store.snapshot import Snapshots
from pl.store.snapshot_history import SnapshotHistory
from pl.streaming.frames import Frame

MINUTE = INTRADAY[0]


@dataclass(frozen=True, slots=True)
class Begun:
    """Hold what is known at once, and what threads are at.

    histories : of minutes and of longer bars, to be read side by side; newest_ms : start of the
    last bar stored, unix ms, -1 for none, once what an earlier run put aside is stored;
    minutes_known : done when the snapshot of minutes is compared with the database.
    """

    stores: Stores
    symbols: tuple[str, ...]
    sessions: MarketSessions
    snapshots: Snapshots
    histories: tuple[SnapshotHistory, SnapshotHistory]
    frames: "asyncio.Future[dict[str, Frame]]"
    newest_ms: "asyncio.Future[int]"
    minutes_known: "asyncio.Future[None]"


def begin(settings: Settings, stores: Stores) -> Begun:
    """Let threads begin; raises Unavailable, SettingsError."""
    symbols = watched_symbols(settings, stores.universes)
    sessions = build_sessions(settings.market)
    snapshots = Snapshots(settings.snapshot_dir, settings.market, symbols, engine_code())
    histories = stores.histories_with(snapshots, sessions.regular)
    newest_ms = beside(stores.newest, symbols)
    return Begun(
        stores,
        symbols,
        sessions,
        snapshots,
        histories,
        frames=beside(build_frames, symbols, sessions, settings.publish_indicator_symbols),
        newest_ms=newest_ms,
        minutes_known=asyncio.ensure_future(_known(newest_ms, histories[0], symbols)),
    )


async def _known(
    stored: "asyncio.Future[int]", history: SnapshotHistory, symbols: tuple[str, ...]
) -> None:
    await stored
    await asyncio.to_thread(history.compare, symbols, MINUTE)
