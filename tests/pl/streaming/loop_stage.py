"""A market loop over stand-ins, on a clock that tests move."""

from typing import Any

import numpy as np

from contracts.messages.streaming import ErrorReport
from pl.market.aggregation import MinuteBars
from pl.market.batches import (
    MINUTE_MS,
    BarBatch,
    FeedNotice,
    TradeBatch,
)
from pl.market.folding import Folding
from pl.market.sessions import AlwaysOpenSessions
from pl.streaming.announcer import Announcer
from pl.streaming.attention import Attention
from pl.streaming.closing import Closing
from pl.streaming.counters import Counters
from pl.streaming.feed_time import FeedTime
from pl.streaming.frames import build_frame
from pl.streaming.inbox import Inbox
from pl.streaming.market_loop import SILENCE_MS, MarketLoop
from pl.streaming.quotes import QuoteBoard
from pl.streaming.repair import Repair
from pl.streaming.session import SessionFollower
from pl.streaming.watch import Gap, Watch
from pl.trouble import TroubleDesk
from tests.pl.streaming.fakes import (
    SYMBOLS,
    T0,
    Channels,
    Clock,
    Collected,
    minute_bars,
    trades,
)

DAY_MS = 86_400_000


class Recording(Repair):
    """Remember what was ordered, and by when."""

    def __init__(self) -> None:
        async def nothing(*_: Any) -> BarBatch:
            return minute_bars()

        super().__init__(nothing, nothing, SYMBOLS)  # type: ignore[arg-type]
        self.ordered: list[tuple[Gap, tuple[str, ...]]] = []
        self.due: list[int] = []

    def order(self, gap: Gap, symbols: Any = ()) -> None:
        self.ordered.append((gap, tuple(symbols)))

    def start_due(self, now_ms: int) -> None:
        self.due.append(now_ms)


class Stage:
    def __init__(
        self, *, live: bool = True, lost_from_ms: int | None = None, cadence_ms: int = 0
    ) -> None:
        self.clock = Clock()
        self.channels = Channels()
        self.counters = Counters()
        self.road, self.writer = Collected(), Collected()
        self.repair = Recording()
        self.errors: list[ErrorReport] = []
        self.ticks: list[TradeBatch] = []
        self.bars = MinuteBars(len(SYMBOLS))
        self.inbox = Inbox(may_wait=not live, clock=self.clock)
        sessions = AlwaysOpenSessions()
        announcer = Announcer(self.channels.publish, SYMBOLS, 500)
        closing = Closing(
            minute=build_frame("1min", SYMBOLS, sessions, 500),
            longer={},
            folding=Folding(sessions, len(SYMBOLS)),
            road=self.road,
            writer=self.writer,
            announcer=announcer,
            board=QuoteBoard(SYMBOLS),
            counters=self.counters,
            order_repair=self.repair.order,
            clock=self.clock,
            last_start_ms=np.zeros(len(SYMBOLS), np.int64),
        )
        self.attention = Attention(
            watch=Watch(lost_from_ms),
            repair=self.repair,
            announcer=announcer,
            counters=self.counters,
            trouble=TroubleDesk(self.errors.append, "streaming", "streaming"),
        )
        self.loop = MarketLoop(
            inbox=self.inbox,
            bars=self.bars,
            closing=closing,
            session=SessionFollower(
                sessions, self.bars, announcer, self.counters, "key", "simulated", self.clock
            ),
            attention=self.attention,
            feed_time=FeedTime(live=live),
            counters=self.counters,
            publish_ticks=self.ticks.append,
            clock=self.clock,
            live=live,
            silence_ms=SILENCE_MS + cadence_ms,
        )

    def minute(self, minute: int) -> None:
        """The feed's bars of a minute since T0, half a second after it ended."""
        start_ms = T0 + minute * MINUTE_MS
        self.clock.now = (start_ms + MINUTE_MS) / 1000 + 0.5
        self.loop.take(minute_bars(*((row, start_ms, 10.0) for row in range(len(SYMBOLS)))))
        self.loop.turn()

    def trade(self, second: float, price: float = 10.0, row: int = 0) -> None:
        """Two trades at a second after T0, arriving at once."""
        at = T0 + int(second * 1000)
        self.clock.now = max(self.clock.now, at / 1000)
        self.loop.take(trades((row, at, price), (row, at + 1, price)))

    def notice(self, kind: str, second: float, detail: str = "", count: int = 1) -> None:
        self.clock.now = T0 / 1000 + second
        self.loop.take(FeedNotice(kind, detail, self.clock.now, count))

    def wait_until(self, second: float) -> None:
        """Time passes and nothing comes."""
        self.clock.now = T0 / 1000 + second
        self.loop.turn()

    @property
    def closes(self) -> list[tuple[int, int, int, int]]:
        """(minute since T0, row, revision, quality) of each bar, in order."""
        return [
            (int(start - T0) // MINUTE_MS, row, revision, quality)
            for close in self.writer.items
            for start, row, revision, quality in zip(
                close.bars.start_ms.tolist(),
                close.bars.row.tolist(),
                close.bars.revision.tolist(),
                close.bars.quality.tolist(),
                strict=True,
            )
        ]

    @property
    def codes(self) -> list[str]:
        return [report.error_code for report in self.errors]
