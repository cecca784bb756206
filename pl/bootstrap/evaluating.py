"""Build what evaluates bars, while history is still being read."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final, ParamSpec, TypeVar

from pl.market.rows import ByRow, where
from pl.market.sessions import MarketSessions
from pl.market.timeframes import TIMEFRAMES
from pl.signals.room import take_pages
from pl.signals.walks import Walks
from pl.store.standing import Standing
from pl.streaming.catch_up import History
from pl.streaming.frames import Frame, build_frame
from pl.streaming.told import Told

BUSIEST: Final = TIMEFRAMES[0]
"""The timeframe whose bars are all read every minute, and soon fill their room."""

P = ParamSpec("P")
T = TypeVar("T")


def beside(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> "asyncio.Future[T]":
    """Begin work on a thread of its own; return what will come of it."""
    return asyncio.ensure_future(asyncio.to_thread(work, *args, **kwargs))


def build_frames(
    symbols: tuple[str, ...], sessions: MarketSessions, n_watched: int
) -> dict[str, Frame]:
    """Return the frame of each timeframe, without history but with the memory for it.

    n_watched : symbols whose indicators are watched for crossings.
    """
    frames = {name: build_frame(name, symbols, sessions, n_watched) for name in TIMEFRAMES}
    minutes = frames[BUSIEST].engine
    minutes.make_room(minutes.history.most_bars)
    take_pages(minutes.history)
    return frames


def know_told(
    frames: dict[str, Frame], told: Sequence[Standing], symbols: tuple[str, ...]
) -> dict[str, Frame]:
    """Let frames know the flows that earlier runs told of; return them."""
    for name, frame in frames.items():
        frame.told = Told.of(told, symbols, name)
    return frames


def warm_minutes(
    minute: Frame, sessions: MarketSessions, history: History, walks: Walks | None
) -> ByRow:
    """Let minutes be evaluated that were, as far as walks do not know; return the regular ones."""
    regular = where(history.warm, sessions.regular)
    minute.warm(regular, walks)
    return regular
