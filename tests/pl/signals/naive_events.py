"""Slow, plain twins of the market events: lists, loops over whole histories, no numpy."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from tests.pl.signals.naive import mean, true_ranges, wilder


@dataclass(frozen=True)
class Past:
    """The bars up to and with the one judged; `first` is where its session begins."""

    o: list[float]
    h: list[float]
    low: list[float]
    c: list[float]
    v: list[float]
    w: list[float]
    first: int
    t: list[int]
    open_ms: int

    @property
    def unit(self) -> float:
        """The mean true range of the 14 bars before."""
        return mean(true_ranges(self.h[-16:], self.low[-16:], self.c[-16:])[-15:-1])

    @property
    def session(self) -> range:
        return range(self.first, len(self.c))


def sign_of(x: float) -> str:
    return "bullish" if x > 0 else "bearish" if x < 0 else ""


def compared(price: float, other: float) -> int:
    """Return 1 above, -1 below, 0 where only rounding tells them apart."""
    if abs(price - other) <= 1e-9 * price:
        return 0
    return 1 if price > other else -1


def gap_up(p: Past) -> str:
    size = p.o[-1] - p.h[-2]
    wide = p.unit > 0 and size >= p.unit and size >= 0.005 * p.c[-2]
    return "bullish" if wide and p.c[-1] > p.h[-2] else ""


def gap_down(p: Past) -> str:
    size = p.low[-2] - p.o[-1]
    wide = p.unit > 0 and size >= p.unit and size >= 0.005 * p.c[-2]
    return "bearish" if wide and p.c[-1] < p.low[-2] else ""


def new_session_high(p: Past) -> str:
    before = list(p.session)[:-1]
    if not before or p.unit <= 0:
        return ""
    top = max(p.h[j] for j in before)
    set_at = min(j for j in before if p.h[j] == top)
    stood = (p.t[-1] - p.t[set_at]) / 60_000
    return "bullish" if stood >= 30 and (p.c[-1] - top) / p.unit > 0.1 else ""


def new_session_low(p: Past) -> str:
    before = list(p.session)[:-1]
    if not before or p.unit <= 0:
        return ""
    bottom = min(p.low[j] for j in before)
    set_at = min(j for j in before if p.low[j] == bottom)
    stood = (p.t[-1] - p.t[set_at]) / 60_000
    return "bearish" if stood >= 30 and (bottom - p.c[-1]) / p.unit > 0.1 else ""


def _new_high(p: Past, n: int, stood: int) -> str:
    window = p.h[-n - 1 : -1]
    lately = window[len(window) - stood + 1 :]
    return "bullish" if p.unit > 0 and p.c[-1] > max(window) > max(lately) else ""


def _new_low(p: Past, n: int, stood: int) -> str:
    window = p.low[-n - 1 : -1]
    lately = window[len(window) - stood + 1 :]
    return "bearish" if p.unit > 0 and p.c[-1] < min(window) < min(lately) else ""


def opening_range_break(p: Past) -> str:
    opening = [j for j in p.session if p.t[j] < p.open_ms + 30 * 60_000]
    if not opening or opening[-1] == len(p.c) - 1 or p.unit <= 0:
        return ""
    top = max(p.h[j] for j in opening)
    bottom = min(p.low[j] for j in opening)
    earlier = [p.c[j] for j in p.session[len(opening) : -1]]
    if p.c[-1] > top and all(close <= top for close in earlier):
        return "bullish"
    if p.c[-1] < bottom and all(close >= bottom for close in earlier):
        return "bearish"
    return ""


def _runs(p: Past) -> tuple[list[int], float]:
    """Return the lengths of the runs of closes beside the VWAP, signed, and the VWAP now."""
    usd = shares = 0.0
    runs: list[int] = []
    middle = 0.0
    for j in p.session:
        usd += p.w[j] * p.v[j]
        shares += p.v[j]
        middle = usd / shares
        side = compared(p.c[j], middle)
        if side == 0 and runs:
            side = 1 if runs[-1] > 0 else -1
        if side == 0:
            continue
        if runs and runs[-1] * side > 0:
            runs[-1] += side
        else:
            runs.append(side)
    return runs, middle


def _changed(p: Past) -> tuple[list[int], int]:
    runs, middle = _runs(p)
    if len(runs) < 2 or abs(runs[-1]) != 1 or p.unit <= 0:
        return [], 0
    if runs[-1] * (p.c[-1] - middle) <= 0.1 * p.unit:
        return [], 0
    return runs, runs[-1]


def vwap_cross(p: Past) -> str:
    runs, side = _changed(p)
    return sign_of(side) if side and abs(runs[-2]) >= 15 else ""


def vwap_reclaim(p: Past) -> str:
    runs, side = _changed(p)
    if not side or len(runs) < 3:
        return ""
    return sign_of(side) if 2 <= abs(runs[-2]) <= 10 and abs(runs[-3]) >= 15 else ""


def _crossed(p: Past, fast: int, slow: int) -> str:
    now = compared(mean(p.c[-fast:]), mean(p.c[-slow:]))
    before = compared(mean(p.c[-fast - 1 : -1]), mean(p.c[-slow - 1 : -1]))
    if p.unit <= 0:
        return ""
    return "bullish" if before <= 0 < now else "bearish" if before >= 0 > now else ""


def golden_cross(p: Past) -> str:
    return "bullish" if _crossed(p, 50, 200) == "bullish" else ""


def death_cross(p: Past) -> str:
    return "bearish" if _crossed(p, 50, 200) == "bearish" else ""


def _is_squeezed(p: Past, ago: int) -> bool:
    end = len(p.c) - ago
    closes = p.c[end - 20 : end]
    centre = mean(closes)
    spread = mean([(x - centre) ** 2 for x in closes]) ** 0.5
    ranges = true_ranges(p.h[end - 21 : end], p.low[end - 21 : end], p.c[end - 21 : end])[1:]
    return 2.0 * spread < 1.5 * mean(ranges)


def squeeze_release(p: Past) -> str:
    if _is_squeezed(p, 0) or not all(_is_squeezed(p, ago) for ago in range(1, 7)):
        return ""
    return sign_of(p.c[-1] - mean(p.c[-20:]))


def _turns(values: list[float], sign: int) -> tuple[int, int] | None:
    """Return the positions of the turn confirmed by the last value and of the one before it."""
    flipped = [sign * x for x in values]

    def is_turn(k: int) -> bool:
        return all(x > flipped[k] for x in flipped[k - 5 : k]) and all(
            x >= flipped[k] for x in flipped[k + 1 : k + 6]
        )

    last = len(values) - 6
    if not is_turn(last):
        return None
    for k in range(last - 10, last - 61, -1):
        if is_turn(k):
            return (last, k) if flipped[last] < flipped[k] else None
    return None


def _walked_rsi(closes: list[float]) -> list[float]:
    moves = [b - a for a, b in pairwise(closes)]
    gains = wilder([max(x, 0.0) for x in moves], 14)
    losses = wilder([max(-x, 0.0) for x in moves], 14)
    both = zip(gains, losses, strict=True)
    return [0.0, *(100.0 * g / (g + d) if g + d > 0 else 50.0 for g, d in both)]


def _walked_macd(closes: list[float]) -> list[float]:
    def average(n: int) -> list[float]:
        out = [0.0] * (n - 1) + [mean(closes[:n])]
        for x in closes[n:]:
            out.append(out[-1] + (x - out[-1]) * 2.0 / (n + 1))
        return out

    return [a - b for a, b in zip(average(12), average(26), strict=True)]


def _diverges(p: Past, sign: int, line: list[float], least: float, limit: float) -> bool:
    turns = _turns((p.low if sign > 0 else p.h)[-201:], sign)
    if turns is None:
        return False
    now, before = line[turns[0]], line[turns[1]]
    return sign * (now - before) >= least and sign * (limit - before) > 0


def rsi_divergence(p: Past) -> str:
    line = _walked_rsi(p.c[-201:])
    if _diverges(p, 1, line, 3.0, 45.0 + 1e-12):
        return "bullish"
    return "bearish" if _diverges(p, -1, line, 3.0, 55.0 - 1e-12) else ""


def macd_divergence(p: Past) -> str:
    line = _walked_macd(p.c[-201:])
    if p.unit <= 0:
        return ""
    if _diverges(p, 1, line, 0.25 * p.unit, 0.0):
        return "bullish"
    return "bearish" if _diverges(p, -1, line, 0.25 * p.unit, 0.0) else ""


def inside_bar(p: Past) -> str:
    inside = p.low[-2] < p.low[-1] < p.h[-1] < p.h[-2]
    return "neutral" if inside and p.h[-2] - p.low[-2] >= 1.5 * p.unit else ""


def outside_bar(p: Past) -> str:
    outside = p.h[-1] > p.h[-2] and p.low[-1] < p.low[-2]
    if not outside or p.h[-1] - p.low[-1] < 1.5 * p.unit:
        return ""
    return "bullish" if p.c[-1] > p.h[-2] else "bearish" if p.c[-1] < p.low[-2] else ""


def nr7(p: Past) -> str:
    spreads = [h - low for h, low in zip(p.h[-7:], p.low[-7:], strict=True)]
    narrow = 0.0 < spreads[-1] < 0.5 * p.unit and spreads[-1] < min(spreads[:-1])
    return "neutral" if narrow else ""


def unusual_range(p: Past) -> str:
    spread = max(p.h[-1], p.c[-2]) - min(p.low[-1], p.c[-2])
    if p.unit <= 0 or spread < 3.0 * p.unit:
        return ""
    return sign_of(p.c[-1] - p.c[-2]) or "neutral"


def _pause(p: Past) -> float:
    """Return the minutes without a bar before the last one, 0 where they are no halt."""
    gone = (p.t[-1] - p.t[-2]) / 60_000 - 1
    hour = [t for t in p.t[p.first : -1] if t > p.t[-2] - 60 * 60_000]
    whole = p.unit > 0 and p.v[-1] > 0
    return gone if whole and gone >= 4 and len(hour) >= 55 else 0.0


def trading_halt(p: Past) -> str:
    rush = p.c[-2] - p.c[-7]
    if not _pause(p):
        return ""
    return sign_of(rush) if abs(rush) >= 2 * p.unit and rush else "neutral"


def trading_resumption(p: Past) -> str:
    return sign_of(p.o[-1] - p.c[-2]) or "neutral" if _pause(p) else ""


TWINS: dict[str, Callable[[Past], str]] = {
    "Gap_Up": gap_up,
    "Gap_Down": gap_down,
    "New_Session_High": new_session_high,
    "New_Session_Low": new_session_low,
    "New_20_Day_High": lambda p: _new_high(p, 20, 5),
    "New_20_Day_Low": lambda p: _new_low(p, 20, 5),
    "New_52_Week_High": lambda p: _new_high(p, 252, 20),
    "New_52_Week_Low": lambda p: _new_low(p, 252, 20),
    "Opening_Range_Break": opening_range_break,
    "VWAP_Cross": vwap_cross,
    "VWAP_Reclaim": vwap_reclaim,
    "Moving_Average_Cross": lambda p: _crossed(p, 20, 50),
    "Golden_Cross": golden_cross,
    "Death_Cross": death_cross,
    "Squeeze_Release": squeeze_release,
    "RSI_Divergence": rsi_divergence,
    "MACD_Divergence": macd_divergence,
    "Inside_Bar": inside_bar,
    "Outside_Bar": outside_bar,
    "NR7": nr7,
    "Unusual_Range": unusual_range,
    "Trading_Halt": trading_halt,
    "Trading_Resumption": trading_resumption,
}
