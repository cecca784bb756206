"""Read recorded and simulated markets as closed bars, with the sessions they traded in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from pl.market.batches import ClosedBars
from pl.market.coarser import bar_starts
from pl.market.sessions import AlwaysOpenSessions, MarketSessions, xnys_sessions
from pl.market.timeframes import bars_between_anchors
from pl.signals.engine import SignalEngine
from pl.simulator.market import SimulatedMarket
from pl.simulator.universe import read_listings

DAY_MS = 86_400_000
WEEK_MS = 7 * DAY_MS
MINUTE_MS = 60_000
PRICES = ("open", "high", "low", "close")


@dataclass(frozen=True)
class Market:
    """Hold the final bars of some symbols on one timeframe and what an engine of them needs."""

    symbols: tuple[str, ...]
    timeframe: str
    bars: ClosedBars
    session_open: Callable[[int], int]
    session_bars: int
    session_of: Callable[[int], int] | None = None

    @property
    def tier(self) -> str:
        return "daily" if self.timeframe in {"daily", "weekly"} else "intraday"

    def engine(self) -> SignalEngine:
        return SignalEngine(
            self.symbols,
            self.timeframe,
            self.tier,
            self.session_open,
            session_bars=self.session_bars,
            session_of=self.session_of,
        )

    def restarted(self, held: ClosedBars) -> SignalEngine:
        """Return a fresh engine that was told what a database holds."""
        engine = self.engine()
        for row in range(len(self.symbols)):
            engine.warm(row, held.take(held.row == row))
        return engine


def closed_bars(frame: pd.DataFrame, names: Sequence[str]) -> ClosedBars:
    """Return a frame of symbol, start, prices and volume as bars sorted by (start, row)."""
    rows = {name: row for row, name in enumerate(names)}
    frame = frame[frame["symbol"].isin(names)]
    frame = frame.assign(row=frame["symbol"].map(rows)).sort_values(["start", "row"])
    frame = frame.drop_duplicates(["start", "row"])
    n = len(frame)
    return ClosedBars(
        frame["row"].to_numpy(np.int32).copy(),
        frame["start"].to_numpy(np.int64).copy(),
        *(frame[name].to_numpy(np.float64).copy() for name in (*PRICES, "volume")),
        np.full(n, np.nan),
        np.ones(n, np.int32),
        np.zeros(n, np.int32),
        np.zeros(n, np.uint8),
    )


@cache
def new_york(first: int, last: int) -> MarketSessions:
    return xnys_sessions(date(first, 1, 1), date(last, 12, 31))


def day_frame(folder: Path) -> pd.DataFrame:
    """Return the recorded days as they are, defects included; a day starts at 00:00 UTC."""
    frame = pd.read_parquet(folder / "daily_sp500_5yr" / "sp500_5yr.parquet")
    days = pd.to_datetime(frame["date"]).to_numpy().astype("datetime64[D]").astype(np.int64)
    return frame.assign(symbol=frame["symbol"].astype(str), start=days * DAY_MS)


def hundred(frame: pd.DataFrame) -> tuple[str, ...]:
    """Return a hundred symbols: those with known defects, and every so manyth of the others."""
    known = ["BAX", "BMY", "DHR", "EBAY", "ES", "ICE", "LNT", "O", "ORCL", "AAPL"]
    others = [name for name in sorted(frame["symbol"].unique()) if name not in known]
    step = len(others) / (100 - len(known))
    return tuple(sorted(known + [others[int(k * step)] for k in range(100 - len(known))]))


def recorded_days(folder: Path, names: Sequence[str] = ()) -> Market:
    frame = day_frame(folder)
    symbols = tuple(names) or hundred(frame)
    bars = closed_bars(frame, symbols)
    return Market(symbols, "daily", bars, _anchor("daily", new_york(2012, 2018)), 260)


def recorded_weeks(folder: Path, names: Sequence[str] = ()) -> Market:
    frame = day_frame(folder).dropna()
    symbols = tuple(names) or hundred(frame)
    frame = frame[frame["symbol"].isin(symbols)].sort_values(["symbol", "start"])
    groups = frame.assign(start=(frame["start"] - 4 * DAY_MS) // WEEK_MS * WEEK_MS + 4 * DAY_MS)
    weeks = groups.groupby(["symbol", "start"], as_index=False).agg(
        {"open": "first", "high": "max", "low": "min", "close": "last", "volume": "sum"}
    )
    bars = closed_bars(weeks, symbols)
    return Market(symbols, "weekly", bars, _anchor("weekly", new_york(2012, 2018)), 60)


def minute_frame(folder: Path) -> pd.DataFrame:
    frame = pd.read_parquet(folder / "lean" / "minute_trade_bars.parquet")
    return frame.assign(symbol=frame["symbol"].astype(str), start=frame["t"].astype(np.int64))


def recorded_minutes(folder: Path, names: Sequence[str] = ()) -> Market:
    """Return recorded minutes, all of them unless named: AAPL over its split, GOOG's half day."""
    frame = minute_frame(folder)
    symbols = tuple(names) or tuple(sorted(frame["symbol"].unique()))
    bars = closed_bars(frame, symbols)
    return Market(symbols, "1min", bars, _anchor("1min", new_york(2008, 2023)), 1440)


def recorded_longer(folder: Path, timeframe: str, names: Sequence[str] = ()) -> Market:
    """Return the recorded minutes of regular hours as bars of 5 or 15 minutes or an hour."""
    sessions = new_york(2008, 2023)
    frame = minute_frame(folder)
    symbols = tuple(names) or tuple(sorted(frame["symbol"].unique()))
    frame = frame[frame["symbol"].isin(symbols) & sessions.regular(frame["start"].to_numpy())]
    starts = np.unique(frame["start"].to_numpy())
    begins = dict(zip(starts, bar_starts(starts, timeframe, sessions), strict=True))
    frame = frame.sort_values(["symbol", "start"]).assign(start=frame["start"].map(begins))
    longer = frame.groupby(["symbol", "start"], as_index=False).agg(
        {"open": "first", "high": "max", "low": "min", "close": "last", "volume": "sum"}
    )
    most = bars_between_anchors(sessions, timeframe)
    bars = closed_bars(longer, symbols)
    anchor, session = _anchor(timeframe, sessions), _anchor("1min", sessions)
    return Market(symbols, timeframe, bars, anchor, most, session)


def _anchor(timeframe: str, sessions: MarketSessions) -> Callable[[int], int]:
    def anchor(ms: int) -> int:
        return sessions.anchor_ms(timeframe, ms)

    return anchor


def simulated_minutes(seed: int, day: int, n_minutes: int, n_symbols: int = 3) -> Market:
    """Return minutes around the midnight at which a simulated day begins."""
    listings = read_listings()[:: max(len(read_listings()) // n_symbols, 1)][:n_symbols]
    market = SimulatedMarket(seed, 0.2, listings)
    first = day * DAY_MS - n_minutes // 2 * MINUTE_MS
    end = first + n_minutes * MINUTE_MS
    parts = []
    for listing in listings:
        bars = market.minute_bars(listing.symbol, first, end, end + DAY_MS)
        columns = {name: getattr(bars, name) / 100.0 for name in PRICES}
        columns |= {"start": bars.start_ms, "volume": bars.volume.astype(np.float64)}
        parts.append(pd.DataFrame({"symbol": listing.symbol, **columns}))
    symbols = tuple(listing.symbol for listing in listings)
    final = closed_bars(pd.concat(parts), symbols)
    return Market(symbols, "1min", final, _anchor("1min", AlwaysOpenSessions()), 1440)
