"""Make markets whose days and minutes the combos of short sessions are found in."""

from dataclasses import replace

import numpy as np

from pl.market.batches import ClosedBars
from tests.pl.signals.recorded_combos import DAY, MINUTE, Batch, Market
from tests.pl.signals.synthetic import FIRST_OPEN_MS, lively_bars

SESSION_MS = 2 * 3_600_000
"""Made sessions are short, so that a test holds many of them."""
N_SESSIONS = 6
N_DAYS = 270
MADE = ("AAA", "BBB", "CCC")


def made_session(ms: int) -> int:
    return ms // SESSION_MS * SESSION_MS


def made_market() -> Market:
    return Market.of(MADE, made_session, lambda _: 0, session_bars=400)


def made_batches(seed: int) -> list[Batch]:
    """Return days of a lively walk, then sessions of minutes that go on from the last of them."""
    walk = lively_bars(N_DAYS + N_SESSIONS, seed=seed)
    days = replace(walk, start_ms=FIRST_OPEN_MS + _steps(walk) * SESSION_MS)
    first = FIRST_OPEN_MS + N_DAYS * SESSION_MS
    n_minutes = 120 * N_SESSIONS
    minutes = lively_bars(n_minutes, seed=seed + 1)
    last = days.close[3 * N_DAYS - 3 : 3 * N_DAYS]
    factor = np.tile(last / minutes.open[:3], n_minutes)
    prices = {
        name: np.round(getattr(minutes, name) * factor, 2)
        for name in ("open", "high", "low", "close", "vwap")
    }
    minutes = replace(minutes, start_ms=first + minutes.start_ms - FIRST_OPEN_MS, **prices)
    batches: list[Batch] = [(DAY, days.take(days.start_ms < first))]
    for k in range(N_SESSIONS):
        opened = first + k * SESSION_MS
        inside = (minutes.start_ms >= opened) & (minutes.start_ms < opened + SESSION_MS)
        batches.append((MINUTE, minutes.take(inside)))
        batches.append((DAY, days.take(days.start_ms == opened)))
    return batches


def _steps(bars: ClosedBars) -> np.ndarray:
    return (bars.start_ms - FIRST_OPEN_MS) // 60_000
