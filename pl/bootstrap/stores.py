"""Open PostgreSQL's rooms for Streaming."""

from collections.abc import Sequence
from dataclasses import dataclass

from pl.settings import Settings
from pl.store.bars import BarStore
from pl.store.claim import STREAMING, claim_writing
from pl.store.closes import CloseStore
from pl.store.connection import Database
from pl.store.error_log import ErrorLog
from pl.store.flow import FlowLog
from pl.store.history import BarHistory, Regular
from pl.store.indicators import IndicatorStore
from pl.store.partitions import drop_expired_partitions
from pl.store.patterns import PatternStore
from pl.store.snapshot import Snapshots
from pl.store.snapshot_history import SnapshotHistory
from pl.store.spool import Spool
from pl.store.spooled import SpooledWrites
from pl.store.spooled_closes import SpooledCloses
from pl.store.standing import StandingFlows
from pl.store.universes import UniverseStore


@dataclass(frozen=True, slots=True)
class Stores:
    """Hold PostgreSQL's rooms; events, bars, indicators and the rest on a connection each."""

    patterns: PatternStore
    spool: SpooledWrites
    bars: BarStore
    indicators: IndicatorStore
    history: BarHistory
    closes: CloseStore
    spooled_closes: SpooledCloses
    flow_log: FlowLog
    errors: ErrorLog
    universes: UniverseStore
    standing: StandingFlows
    databases: tuple[Database, ...]

    def newest(self, symbols: Sequence[str]) -> int:
        """Store what an earlier run had to put aside; return the start of the last bar.

        Unix ms, -1 when there is none. Raises Unavailable.
        """
        self.spool.drain()
        self.spooled_closes.drain()
        return int(self.history.bars_through(symbols).max())

    def drop_expired(self, now: float) -> list[str]:
        """Drop what retention no longer keeps at `now` (unix s); return the names of tables."""
        return drop_expired_partitions(self.databases[-1], now)

    def histories_with(
        self, snapshots: Snapshots, regular: Regular
    ) -> tuple[SnapshotHistory, SnapshotHistory]:
        """Return two histories that begin with snapshots, on a connection each."""
        _, bars, indicators, _ = self.databases
        return (
            SnapshotHistory(bars, self.history, snapshots, regular),
            SnapshotHistory(indicators, BarHistory(indicators), snapshots, regular),
        )

    def close(self) -> None:
        """Close every connection."""
        for database in self.databases:
            database.close()


def open_stores(settings: Settings) -> Stores:
    """Connect; raises Unavailable when PostgreSQL is away or another Streaming writes."""
    events, bars, indicators, rest = (
        Database(settings.database_url, application=f"tickstock-streaming-{name}")
        for name in ("events", "bars", "indicators", "log")
    )
    claim_writing(events, STREAMING, (bars, indicators, rest))
    patterns, bar_store = PatternStore(events), BarStore(bars)
    closes = CloseStore(bar_store, IndicatorStore(indicators))
    folder = settings.spool_dir / settings.market
    return Stores(
        patterns=patterns,
        spool=SpooledWrites(Spool(folder), patterns),
        bars=bar_store,
        indicators=IndicatorStore(rest),
        history=BarHistory(bars),
        closes=closes,
        spooled_closes=SpooledCloses(Spool(folder / "closes"), closes),
        flow_log=FlowLog(rest),
        errors=ErrorLog(rest),
        universes=UniverseStore(rest),
        standing=StandingFlows(rest),
        databases=(events, bars, indicators, rest),
    )
