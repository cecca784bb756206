"""Bring Streaming's history up to now: minutes, and the bars longer than a minute."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from pl.bootstrap.stores import Stores
from pl.feeds.massive_rest import MassiveRest
from pl.market.batches import MINUTE_MS, ClosedBars
from pl.market.columns import keys_of, merged
from pl.market.folding import Folding
from pl.market.restoring import restore
from pl.market.rows import ByRow, by_row, rows_of, together
from pl.market.sessions import DAY_MS, HOUR_MS, MarketSessions
from pl.market.timeframes import DAILY, FOLDED, MINUTES, WEEK_DAYS, ends_of, session_from
from pl.store.snapshot_history import SnapshotHistory
from pl.streaming.catch_up import CatchUp, History
from pl.streaming.long_history import FINEST, LongHistory, Sources
from pl.streaming.repair import Repair

BEFORE_SESSION_MS: Final = {"simulated": DAY_MS + HOUR_MS}
"""The session before, and an hour more: what a symbol traded there says that it is whole."""
WEEK_MS: Final = WEEK_DAYS * DAY_MS
"""Holds two sessions of New York whatever the holidays."""
BARS_READ: Final = {"simulated": 2 * 1440 + 60}
FOUR_LONG_DAYS: Final = 4 * 960
"""Minutes of New York's sessions with their extended hours, regular ones of a third of them."""

DEPTH_DAYS: Final = {
    "simulated": {FINEST: 10, DAILY: 100},
    "real": {FINEST: 215, DAILY: 5 * 365},
}
"""How far a first start looks back. The simulated market makes each day when it is asked for it."""
A_DAY: Final = {FINEST: 192, DAILY: 1}
MOST_FETCHED: Final = {FINEST: 3_000_000, DAILY: 2_000_000}
"""Bars of all symbols: a large universe looks back less far."""
MANY: Final = 1_000
"""Above so many symbols only the running session is folded again at a start."""
FEWEST_DAYS: Final = {FINEST: 2, DAILY: 30}


@dataclass(frozen=True, slots=True)
class Longer:
    """Hold where the bars longer than a minute stand.

    warm : history by timeframe and row, oldest first; changed : by timeframe, what of it has to
    be evaluated again.
    """

    folding: Folding
    warm: Mapping[str, ByRow]
    changed: Mapping[str, ClosedBars]


@dataclass(frozen=True, slots=True)
class Past:
    """Know the history of a market; `repair` hears what REST did not answer for.

    histories : of minutes and of longer bars, to be read side by side.
    """

    symbols: tuple[str, ...]
    sessions: MarketSessions
    stores: Stores
    histories: tuple[SnapshotHistory, SnapshotHistory]
    rest: MassiveRest | None
    repair: Repair | None
    market: str
    live: bool

    async def minutes(self, now_ms: int, done_ms: int | None) -> History:
        """Return the minutes up to now; raises Unavailable, SettingsError."""
        catch_up = CatchUp(
            self.symbols,
            self.stores.bars,
            self.histories[0],
            self.rest.minute_bars if self.rest else None,
            self._bars_read,
        )
        history = await catch_up.run(self._oldest_ms(now_ms), now_ms, done_ms)
        history = replace(history, missed=self._counted(history.missed))
        if self.repair is not None:
            self.repair.refused.update(catch_up.refused)
            for symbol, gap in catch_up.unfetched:
                self.repair.order(gap, (symbol,))
        return history

    def stored_longer(self, now_ms: int) -> dict[str, ByRow]:
        """Return the longer bars that are stored; raises Unavailable."""
        return self._long_history().read(now_ms) if now_ms else {}

    async def longer(
        self, history: History, stored: Mapping[str, ByRow], now_ms: int, done_ms: int | None
    ) -> Longer:
        """Return the longer bars as they were when the last minute evaluated was over.

        stored : what `stored_longer` found.
        """
        folding = Folding(self.sessions, len(self.symbols))
        if not now_ms:
            return Longer(folding, {}, {})
        folding.from_ms = self._whole_from(history, now_ms)
        source = self._long_history()
        held = await source.run(now_ms, folding.from_ms, stored)
        if self.repair is not None:
            for symbol, why in source.refused.items():
                self.repair.refused.setdefault(symbol, f"longer bars: {why}")
        over_ms = now_ms - now_ms % MINUTE_MS if done_ms is None else done_ms + MINUTE_MS
        return await asyncio.to_thread(self._restored, folding, history, held, over_ms)

    def _long_history(self) -> LongHistory:
        return LongHistory(
            self.symbols, self.sessions, self.stores.bars, self.histories[1], self._sources()
        )

    def _restored(
        self, folding: Folding, history: History, held: dict[str, ByRow], over_ms: int
    ) -> Longer:
        sessions, from_ms = self.sessions, folding.from_ms
        first_day_ms = sessions.day_start_ms(session_from(sessions, from_ms).session_date)
        recent_ms = first_day_ms - WEEK_MS
        read = self.histories[0].bars_between
        days = read(self.symbols, recent_ms - WEEK_MS, over_ms, DAILY)
        folding.know_days(days.take(days.start_ms < first_day_ms))
        folding.know_official(days.take(days.start_ms >= first_day_ms))
        minutes = self._minutes(history, from_ms, over_ms)
        whole = {name: together(rows)[0] for name, rows in held.items()}
        stored = {name: _between(whole[name], recent_ms, over_ms) for name in FOLDED}
        regular = minutes.where(sessions.regular(minutes.start_ms))
        restored = restore(folding, regular, over_ms, stored)
        warm: dict[str, ByRow] = {}
        gone_ms = max(over_ms, from_ms)  # what closed before is folded by nobody any more
        for name, bars in whole.items():
            over = self._over(name, bars, recent_ms, gone_ms)
            warm[name] = rows_of(bars.where(over), len(self.symbols))
            if name in MINUTES and not over.all():
                _close_again(folding, name, bars.take(~over))
        for name, bars in restored.fresh.items():
            self.stores.bars.write_bars(bars, self.symbols, name)
            known = warm[name]
            longer = {row: merged([known[row], part]) for row, part in by_row(bars).items()}
            warm[name] = {**known, **longer}
        return Longer(folding, warm, restored.changed)

    def _counted(self, bars: ClosedBars) -> ClosedBars:
        """Return the bars with their trades, which a snapshot does not always know."""
        if not (bars.trade_count < 0).any():
            return bars
        since_ms, through_ms = int(bars.start_ms.min()), int(bars.start_ms.max())
        stored = self.histories[0].bars_between(self.symbols, since_ms, through_ms + 1)
        return stored.take(np.isin(keys_of(stored), keys_of(bars)))

    def _minutes(self, history: History, from_ms: int, over_ms: int) -> ClosedBars:
        """Return the minutes that are folded, with their trades.

        What was read of a symbol for its signals may begin amid a session that is folded whole; of
        many symbols only the running session is.
        """
        if len(self.symbols) <= MANY:
            return self.histories[0].bars_between(self.symbols, from_ms, over_ms)
        return self._counted(_between(together(history.stored)[0], from_ms, over_ms))

    def _over(
        self, name: str, bars: ClosedBars, recent_ms: int, over_ms: int
    ) -> npt.NDArray[np.bool_]:
        """Tell which bars had closed by `over_ms`, as all before `recent_ms` had."""
        recent = bars.start_ms >= recent_ms
        over = ~recent
        over[recent] = ends_of(self.sessions, name, bars.start_ms[recent]) <= over_ms
        return over

    def _sources(self) -> Sources | None:
        depth = DEPTH_DAYS.get(self.market)
        if self.rest is None or depth is None:
            return None
        most = {name: MOST_FETCHED[name] // (A_DAY[name] * len(self.symbols)) for name in depth}
        days = {name: max(FEWEST_DAYS[name], min(depth[name], most[name])) for name in depth}
        return Sources(
            {FINEST: self.rest.five_minute_bars, DAILY: self.rest.daily_bars},
            {name: n * DAY_MS for name, n in days.items()},
        )

    @property
    def _bars_read(self) -> int:
        return BARS_READ.get(self.market, FOUR_LONG_DAYS)

    def _oldest_ms(self, now_ms: int) -> int:
        if not self.live:
            return 0
        anchor_ms = self.sessions.anchor_ms("1min", now_ms)
        return anchor_ms - BEFORE_SESSION_MS.get(self.market, WEEK_MS)

    def _whole_from(self, history: History, now_ms: int) -> int:
        """Return the open of the first session all of whose minutes were read."""
        if len(self.symbols) > MANY:
            return self.sessions.anchor_ms("1min", now_ms)
        starts = [bars.start_ms for bars in history.stored.values() if len(bars)]
        cut = [int(start[0]) for start in starts if len(start) >= self._bars_read]
        if not self.live and not cut:
            first_ms = min((int(start[0]) for start in starts), default=now_ms)
            return session_from(self.sessions, first_ms).open_ms
        oldest_ms = max([self._oldest_ms(now_ms), *cut])
        session = session_from(self.sessions, oldest_ms)
        if session.open_ms < oldest_ms:
            session = session_from(self.sessions, session.close_ms)
        return session.open_ms


def _close_again(folding: Folding, timeframe: str, stored: ClosedBars) -> None:
    """Let bars close under the next revision that a killed run stored and noted nothing of.

    Their minutes may have changed since: under the same revision they would not be stored.
    """
    folding.know_revisions(timeframe, replace(stored, revision=stored.revision + 1))


def _between(bars: ClosedBars, from_ms: int, to_ms: int) -> ClosedBars:
    """Return of bars sorted by row those that start in [from_ms, to_ms), by (start_ms, row).

    Minutes since then, as numbers of 16 bits, are sorted in a tenth of the time.
    """
    found = bars.take((bars.start_ms >= from_ms) & (bars.start_ms < to_ms))
    minutes = (found.start_ms - from_ms) // MINUTE_MS
    narrow = minutes.max(initial=0) < 1 << 16
    return found.take(np.argsort(minutes.astype(np.uint16 if narrow else np.int64), kind="stable"))
