"""Stand-ins for what Streaming talks to, and facts to feed it."""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pl.market.batches import MINUTE_MS, UPDATES_ALL, BarBatch, ClosedBars, TradeBatch
from pl.signals.entries import Chosen, Entries
from pl.signals.signal import CONFIRMED, Signal
from pl.signals.table import IndicatorTable
from pl.streaming.loads import Load
from pl.streaming.publication import Publication
from service.errors import Unavailable

T0 = 1_795_600_800_000  # 2026-11-25 10:00 UTC, the start of a minute
SYMBOLS = ("AAPL", "KO", "SPY")


def nothing_is_over(_: Entries, at: Chosen) -> Chosen:
    """Let the time of no signal be over."""
    return at[:0]


def signal(n: int = 0, **changes: Any) -> Signal:
    """A confirmed spike; signals of different `n` are different flows."""
    facts: dict[str, Any] = {
        "symbol": "AAPL",
        "pattern": "Volume_Spike",
        "direction": "bullish",
        "timeframe": "1min",
        "tier": "intraday",
        "bar_time_ms": T0,
        "life": CONFIRMED,
        "revision": 0,
        "confidence": 0.7,
        "price": 150.25,
        "price_change": 0.42,
        "volume": 184_200.0,
        "reason": "6.1 times the mean volume of the 20 bars before",
        "indicators": {"rsi": 61.2, "relative_volume": 6.1},
        "levels": {"entry": 150.25, "stop": 149.5, "target": 151.75},
        "geometry": {"from": T0 / 1000, "to": T0 / 1000},
        "flow_id": str(uuid.UUID(int=n)),
        "before": {},
        "after": {},
        "horizon_bars": 20,
    }
    facts |= changes
    facts.setdefault("born_ms", facts["bar_time_ms"])
    return Signal(**facts)


def load(*signals: Signal, through_ms: int = T0, then: Callable[[], None] | None = None) -> Load:
    """What one close gives the road."""
    found = [(each, "live") for each in signals]
    return Load(found, T0 / 1000 + 60.1, T0 / 1000 + 60.2, through_ms, then or (lambda: None))


def trades(
    *rows: tuple[int, int, float], size: float = 100.0, received_at: float | None = None
) -> TradeBatch:
    """Trades of (row, t_ms, price), received when the last one happened."""
    row, t_ms, price = zip(*rows, strict=True)
    return TradeBatch(
        row=np.array(row, np.int32),
        t_ms=np.array(t_ms, np.int64),
        price=np.array(price, np.float64),
        size=np.full(len(rows), size),
        rule=np.full(len(rows), UPDATES_ALL, np.uint8),
        sequence=np.array(t_ms, np.int64) * 10 + np.arange(len(rows)),
        received_at=max(t_ms) / 1000 if received_at is None else received_at,
    )


def minute_bars(*rows: tuple[int, int, float], volume: float = 500.0) -> BarBatch:
    """Minute bars of (row, start_ms, price) as REST returns them."""
    row, start_ms, price = zip(*rows, strict=True) if rows else ((), (), ())
    flat = np.array(price, np.float64)
    return BarBatch(
        row=np.array(row, np.int32),
        start_ms=np.array(start_ms, np.int64),
        open=flat,
        high=flat,
        low=flat,
        close=flat,
        volume=np.full(len(rows), volume),
        vwap=flat,
        trade_count=np.full(len(rows), 5, np.int32),
        span_ms=MINUTE_MS,
        received_at=0.0,
    )


def closed(
    *rows: tuple[int, int, float], revision: int = 0, quality: int = 0, volume: float = 500.0
) -> ClosedBars:
    """Closed bars of (row, start_ms, price), sorted by (start_ms, row)."""
    row, start_ms, price = zip(*sorted(rows, key=lambda one: (one[1], one[0])), strict=True)
    flat = np.array(price, np.float64)
    n = len(rows)
    return ClosedBars(
        row=np.array(row, np.int32),
        start_ms=np.array(start_ms, np.int64),
        open=flat,
        high=flat + 1,
        low=flat - 1,
        close=flat,
        volume=np.full(n, volume),
        vwap=flat,
        trade_count=np.full(n, 5, np.int32),
        revision=np.full(n, revision, np.int32),
        quality=np.full(n, quality, np.uint8),
    )


@dataclass
class Clock:
    """Time that passes when told to, in unix seconds."""

    now: float = T0 / 1000

    def __call__(self) -> float:
        return self.now


@dataclass
class Database:
    """What PatternStore, SpooledWrites, BarStore and IndicatorStore share: away or not.

    `done` tells in order what reached it.
    """

    away: bool = False
    done: list[tuple[Any, ...]] = field(default_factory=list)

    def take(self, *what: Any) -> None:
        """Remember a write; raises Unavailable while away."""
        if self.away:
            raise Unavailable("PostgreSQL", "away")
        self.done.append(what)

    def of(self, kind: str) -> list[Any]:
        """Return what was written of a kind."""
        return [what[1:] for what in self.done if what[0] == kind]


@dataclass
class Patterns:
    """PatternStore in memory."""

    database: Database
    clash: set[int] = field(default_factory=set)

    def commit_events(self, events: Any, progress: Any, at: float, rows: bytes = b"") -> list[Any]:
        self.database.take(
            "events", [e.data.seq for e in events], progress and progress.through_ms, at
        )
        return [event for event in events if event.data.seq not in self.clash]

    def mark_published(self, producer: str, seq: int) -> None:
        self.database.take("marked", seq)


@dataclass
class Spool:
    """SpooledWrites in memory."""

    database: Database
    records: list[tuple[Any, ...]] = field(default_factory=list)
    damaged: int = 0
    refused: int = 0
    last_refused: str = ""

    @property
    def waiting(self) -> int:
        return len(self.records)

    def commit_events(self, events: Any, progress: Any, at: float) -> None:
        self.records.append(
            ("spooled", [e.data.seq for e in events], progress and progress.through_ms, at)
        )

    def drain(self, most: int | None = None) -> int:
        n = 0
        while self.records and n != most:
            self.database.take(*self.records[0])
            del self.records[0]
            n += 1
        return n


@dataclass
class SpooledCloses:
    """SpooledCloses in memory; `full` when the disk takes nothing."""

    database: Database
    records: list[tuple[Any, ...]] = field(default_factory=list)
    full: bool = False
    damaged: int = 0

    @property
    def waiting(self) -> int:
        return len(self.records)

    def append(self, close: Any, symbols: Any) -> None:
        if self.full:
            raise OSError(28, "No space left on device")
        self.records.append(("bars", close.bars))

    def drain(self, most: int | None = None) -> int:
        n = 0
        while self.records and n != most:
            self.database.take(*self.records[0])
            del self.records[0]
            n += 1
        return n


@dataclass
class Redis:
    """EventPublisher in memory: what the stream holds, and up to where."""

    away: bool = False
    cursor: int | None = 0
    stream: list[Any] = field(default_factory=list)

    @property
    def seqs(self) -> list[int]:
        return [event.data.seq for event in self.stream]

    def publish(self, events: Any, after: int = 0) -> None:
        if self.away:
            raise Unavailable("Redis", "away")
        for event in events:
            if event.data.seq <= (self.cursor or 0):
                continue
            if (self.cursor or 0) < after:
                raise Unavailable("Redis", f"GAP before {event.data.seq}")
            self.stream.append(event)
            self.cursor = after = event.data.seq

    def restore_cursor(self, seq: int) -> int:
        if self.away:
            raise Unavailable("Redis", "away")
        self.cursor = seq if self.cursor is None else self.cursor
        return self.cursor


@dataclass
class Bars:
    """BarStore and IndicatorStore in memory."""

    database: Database

    def write_bars(self, bars: ClosedBars, symbols: Any, timeframe: str = "1min") -> None:
        self.database.take("bars", bars)

    def replace_bars(self, bars: ClosedBars, symbols: Any, timeframe: str = "1min") -> None:
        self.database.take("replaced", bars)

    def write_indicators(
        self, table: IndicatorTable, symbols: Any, timeframe: str = "1min", *, are_new: bool = True
    ) -> None:
        self.database.take("indicators", table)


@dataclass
class Channels:
    """What was published, as (channel, body)."""

    said: list[tuple[str, bytes]] = field(default_factory=list)

    def publish(self, channel: str, body: bytes) -> None:
        self.said.append((channel, body))

    def on(self, channel: str) -> list[bytes]:
        return [body for name, body in self.said if name == channel]


@dataclass
class Collected:
    """Take loads or closes; a load's follow-up is done at once."""

    items: list[Any] = field(default_factory=list)

    def submit(self, item: Any) -> None:
        self.items.append(item)
        if isinstance(item, Load) and item.then:
            item.then()

    @property
    def found(self) -> list[tuple[Signal, str]]:
        return [pair for item in self.items for pair in item.found]


def publication(redis: Redis, seq: int = 0) -> Publication:
    """A publication to a Redis in memory."""
    return Publication(redis, seq, Clock())  # type: ignore[arg-type]


def starts(bars: Iterable[ClosedBars]) -> list[int]:
    """The starts of bars, in minutes since T0."""
    return [int((start - T0) // MINUTE_MS) for each in bars for start in each.start_ms]
