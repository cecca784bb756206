"""Halt a stock now and then, by key: a volatility pause or a halt for news.

A volatility pause (one day in 90 of a stock) follows a rush: about 5 % within three minutes, to
the price band of the limit-up limit-down plan. It lasts five minutes, now and then ten; trading
resumes with a jump back or on, and the rest of the move fades over the next hours. A halt for news
(one day in 180) comes out of the blue, lasts 10 to 30 minutes and ends in a jump that stays. Both
end in a burst of volume. Halts begin and end in blocks of 7.5 s, not with the minute. Funds and
ETFs are not halted.
Source : limit-up limit-down plan, tier 1: bands of 5 %, pauses of five minutes or more.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from pl.simulator.randomness import Float64, draws, key_of, lane, lane_int, normals
from pl.simulator.universe import Listing

VOLATILITY: Final = "volatility"
NEWS: Final = "news"
BAND: Final = 0.05
BLOCK_MS: Final = 7_500
_BLOCKS_A_MINUTE: Final = 8
_BLOCKS_A_DAY: Final = 11_520
_MINUTES: Final = 1_440
_VOLATILITY_DAYS: Final = 90
_NEWS_DAYS: Final = 180
_RUSH_BLOCKS: Final = 24
_PAUSE_BLOCKS: Final = 40
_EARLIEST: Final = 75 * _BLOCKS_A_MINUTE
_LATEST: Final = 1_200 * _BLOCKS_A_MINUTE
_FADING_BLOCKS: Final = 120 * _BLOCKS_A_MINUTE
_RUSH_VOLUME: Final = 4.0
_BURST: Final = 9.0
_FADE: Final = 0.75


@dataclass(frozen=True, slots=True)
class Halt:
    """Hold one halt; `first` and `end` count blocks of the day, `end` is the first that trades.

    move : log return of the rush before it, 0.0 without one; jump : log return at resumption;
    fading : log return of the two hours after it.
    """

    kind: str
    first: int
    end: int
    move: float
    jump: float
    fading: float

    @property
    def minutes(self) -> slice:
        """Return the minutes of the day that it makes unusual."""
        minute = _BLOCKS_A_MINUTE
        return slice((self.first - _RUSH_BLOCKS) // minute, self.end // minute + 30)

    def returns(self) -> Float64:
        """Return the log return it adds to each block (11520,) of the day."""
        out = np.zeros(_BLOCKS_A_DAY)
        out[self.first - _RUSH_BLOCKS : self.first] = self.move / _RUSH_BLOCKS
        out[self.end] = self.jump
        out[self.end + 1 : self.end + 1 + _FADING_BLOCKS] = self.fading / _FADING_BLOCKS
        return out

    def bursts(self) -> Float64:
        """Return the factor of each minute's volume (1440,)."""
        out = np.ones(_MINUTES)
        if self.move:
            rush = self.first - _RUSH_BLOCKS
            out[rush // _BLOCKS_A_MINUTE : self.first // _BLOCKS_A_MINUTE + 1] += _RUSH_VOLUME
        after = out[self.end // _BLOCKS_A_MINUTE :][:30]
        after += _BURST * _FADE ** np.arange(len(after))
        return out


def halt_of_day(seed: int, listing: Listing, day: int) -> Halt | None:
    """Return the halt of a day, None on nearly all days."""
    bits = draws(key_of(seed, listing.symbol, "halt", day), 3)
    chance, where, long, turn = (float(lane(bits, index)[0]) for index in range(4))
    if listing.kind != "CS" or chance >= 1 / _VOLATILITY_DAYS + 1 / _NEWS_DAYS:
        return None
    first = _EARLIEST + int(where * (_LATEST - _EARLIEST))
    side = 1.0 if lane_int(bits, 0)[1] & 1 else -1.0
    share = float(lane(bits, 1)[1])
    if chance < 1 / _VOLATILITY_DAYS:
        end = first + _PAUSE_BLOCKS * (2 if long < 0.2 else 1) + int(turn * 3)
        move = side * (BAND + 0.01 * share)
        jump = -move * (0.8 * float(lane(bits, 2)[1]) - 0.2)
        return Halt(VOLATILITY, first, end, move, jump, -(move + jump))
    end = first + 2 * _PAUSE_BLOCKS + int(long * 4 * _PAUSE_BLOCKS)
    size = (0.02 + 0.02 * abs(float(normals(bits)[2]))) * listing.volatility / 0.3
    return Halt(NEWS, first, end, 0.0, side * size, 0.0)
