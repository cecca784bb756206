"""Read recorded bars of each timeframe, one frame a symbol, and judge them."""

import os
import sys
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from pl.market.batches import ClosedBars, Float64, Int64
from pl.market.coarser import bar_starts
from pl.market.sessions import ExchangeSessions, xnys_sessions
from pl.market.timeframes import bars_between_anchors
from pl.signals.engine import SignalEngine
from pl.signals.policy import TIER_OF
from pl.signals.table import EngineUpdate
from pl.signals.timeframes import TIMEFRAME_MS

DAY_MS: Final = 86_400_000
HOUR_MS: Final = 3_600_000
FIRST_HOUR: Final = 9
"""New York's; the first of a session's hours as they are recorded begins half an hour later."""
HOURS: Final = 7
ENOUGH_HOURS: Final = 20_000
QUARTER_MS: Final = 91 * DAY_MS
PRICES: Final = ("open", "high", "low", "close")
FOLDS: Final = {"open": "first", "high": "max", "low": "min", "close": "last", "volume": "sum"}
Frames = list[pd.DataFrame]
RECORDED: Final = (
    "daily_sp500_5yr/sp500_5yr.parquet",
    "lean/daily_raw.parquet",
    "lean/hour_raw.parquet",
    "lean/minute_trade_bars.parquet",
)
"""Files of recorded bars that rates are measured and examples drawn from."""


def recorded_home() -> Path:
    """Return the folder of recorded bars; ends the process where one of them is absent."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    home = Path(os.environ.get("TICKSTOCK_TEST_DATA", beside))
    absent = [name for name in RECORDED if not (home / name).is_file()]
    if absent:
        sys.exit(
            f"recorded bars are absent: expected {', '.join(absent)} in {home.resolve()}\n"
            "set TICKSTOCK_TEST_DATA to the folder that holds them"
        )
    return home


@cache
def new_york() -> ExchangeSessions:
    """Return the sessions of all recorded years."""
    return xnys_sessions(date(1998, 1, 1), date(2023, 12, 31))


def judge(series: Frames, timeframe: str) -> list[EngineUpdate]:
    """Judge series of bars of a timeframe, those shorter than a day in New York's sessions."""
    longest = max(map(len, series)) + 1
    return [
        engine_of(("S",), timeframe, longest).update(closed(one, one["start"].to_numpy(np.int64)))
        for one in series
    ]


def engine_of(symbols: tuple[str, ...], timeframe: str, longest: int) -> SignalEngine:
    """Return an engine of a timeframe; of days and weeks one walk over at most `longest` bars."""
    tier = TIER_OF[timeframe]
    if TIMEFRAME_MS[timeframe] >= DAY_MS:
        return SignalEngine(symbols, timeframe, tier, lambda _: 0, session_bars=longest)
    sessions = new_york()
    return SignalEngine(
        symbols,
        timeframe,
        tier,
        lambda ms: sessions.anchor_ms(timeframe, ms),
        session_bars=bars_between_anchors(sessions, timeframe),
        session_of=lambda ms: sessions.anchor_ms("1min", ms),
    )


def closed(frame: pd.DataFrame, start_ms: Int64) -> ClosedBars:
    """Return the bars of one symbol."""
    n = len(frame)
    column = {name: frame[name].to_numpy(np.float64).copy() for name in (*PRICES, "volume")}
    return ClosedBars(
        row=np.zeros(n, np.int32),
        start_ms=start_ms.astype(np.int64),
        open=column["open"],
        high=column["high"],
        low=column["low"],
        close=column["close"],
        volume=column["volume"],
        vwap=np.full(n, np.nan),
        trade_count=np.ones(n, np.int32),
        revision=np.zeros(n, np.int32),
        quality=np.zeros(n, np.uint8),
    )


def shuffled(frame: pd.DataFrame, slot: Int64, dice: np.random.Generator) -> pd.DataFrame:
    """Return a random walk of the bars' own moves, ranges and volumes in drawn order.

    slot : (n,) bars change places with those of the same slot only.
    """
    prices: Float64 = frame[list(PRICES)].to_numpy(np.float64)
    before = np.concatenate([prices[:1, 0], prices[:-1, 3]])
    moves = np.log(prices / before[:, None])
    order = np.arange(len(frame))
    for one in np.unique(slot):
        places = np.flatnonzero(slot == one)
        order[places] = dice.permutation(places)
    last = np.concatenate([[0.0], np.cumsum(moves[order, 3])[:-1]])
    walked = prices[0, 0] * np.exp(last[:, None] + moves[order])
    volume = frame["volume"].to_numpy()[order]
    return frame.assign(**dict(zip(PRICES, walked.T, strict=True)), volume=volume)


def sound(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the bars that can be computed with."""
    keep = frame["high"] >= frame[["open", "close"]].max(axis=1)
    return frame[keep & (frame["low"] <= frame[["open", "close"]].min(axis=1))]


def _each(frame: pd.DataFrame, least: int = 1) -> Frames:
    groups = frame.sort_values("start").groupby("symbol", observed=True)
    return [rows for _, rows in groups if len(rows) >= least]


def daily_bars(home: Path) -> Frames:
    """Return the days of each symbol with more than a year of them, on end."""
    frame = sound(pd.read_parquet(home / "daily_sp500_5yr" / "sp500_5yr.parquet").dropna())
    groups = frame.sort_values("date").groupby("symbol", observed=True)
    days = [rows for _, rows in groups if len(rows) > 300]
    return [one.assign(start=np.arange(len(one)) * DAY_MS) for one in days]


def weekly_bars(home: Path) -> Frames:
    """Return the ISO weeks of the same days, on end."""
    found = []
    for days in daily_bars(home):
        week = pd.to_datetime(days["date"]).dt.to_period("W-SUN")
        one = days.groupby(week, as_index=False).agg({**FOLDS, "symbol": "first", "date": "first"})
        found.append(one.assign(start=np.arange(len(one)) * 7 * DAY_MS))
    return found


def minute_bars(home: Path) -> Frames:
    """Return the minutes of New York's sessions of each symbol, half days as short as they were."""
    frame = sound(pd.read_parquet(home / "lean" / "minute_trade_bars.parquet").dropna())
    frame = frame.assign(start=frame["t"].astype(np.int64)).drop_duplicates(["symbol", "t"])
    return _each(frame[new_york().regular(frame["start"].to_numpy())])


def longer_bars(timeframe: str) -> Callable[[Path], Frames]:
    """Return what reads the recorded minutes folded to a timeframe."""

    def read(home: Path) -> Frames:
        found = []
        for minutes in minute_bars(home):
            starts = bar_starts(minutes["start"].to_numpy(), timeframe, new_york())
            one = minutes.assign(start=starts).groupby("start", as_index=False)
            found.append(one.agg({**FOLDS, "symbol": "first"}))
        return found

    return read


def hour_bars(home: Path) -> Frames:
    """Return the recorded hours of six symbols over 23 years, seven a session.

    They were cut on the full hour; here the first half hour is a session's first bar and each
    later one an hour of ours. `slot` is of those of the same time of day in the same quarter of a
    year: over 23 years volumes change too much to change places.
    """
    frame = sound(pd.read_parquet(home / "lean" / "hour_raw.parquet").dropna())
    at = pd.to_datetime(frame["hour_start_ny"])
    place = at.dt.hour - FIRST_HOUR
    opens = {session.session_date: session.open_ms for session in new_york().sessions}
    open_ms = at.dt.date.map(opens)
    kept = frame.assign(start=open_ms + place * HOUR_MS, slot=place)
    kept = kept[(place >= 0) & (place < HOURS) & open_ms.notna()]
    start = kept["start"].astype(np.int64)
    kept = kept.assign(start=start, slot=kept["slot"] + HOURS * (start // QUARTER_MS))
    return _each(kept, ENOUGH_HOURS)
