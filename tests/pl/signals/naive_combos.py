"""A slow, plain twin of the combos: which bars trigger which, and how sure that is.

It reads bars and what both engines said of them, and goes by the words of the reference page.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pl.signals.combos.catalogue import COMBOS
from pl.signals.combos.declaration import Combo, Conditions, Crosses, Fires, Found, Level
from pl.signals.signal import Signal
from tests.pl.signals.naive import mean

MINUTE_MS = 60_000
SIDES = {"bullish": 1, "bearish": -1, "neutral": 0}
NAMES = {1: "bullish", -1: "bearish"}
Told = tuple[str, str, int, float]
"""Pattern, direction, start of the bar and confidence."""


@dataclass(frozen=True)
class Bar:
    t: int
    o: float
    h: float
    low: float
    c: float
    v: float
    w: float


@dataclass(frozen=True)
class Session:
    """One symbol's session: its minutes from `first` on, and what was known before it.

    opens : of the sessions before, the latest first; day : the last day's indicators by name.
    """

    open_ms: int
    first: int
    minutes: list[Bar]
    days: list[Bar]
    opens: list[int]
    day: dict[str, float]
    found: list[Signal]
    fired: list[Signal]

    @property
    def is_fresh(self) -> bool:
        return bool(self.days) and self.age(self.days[-1].t) == 1

    def age(self, ms: int) -> int:
        """Return how many sessions ago a day was, 0 when that is not known."""
        ages = enumerate(zip(self.opens[1:], self.opens, strict=False), 1)
        return next((k for k, (before, opened) in ages if before < ms <= opened), 0)

    def span(self, i: int) -> float:
        now, before = self.minutes[i], self.minutes[i - 1].c
        return max(now.h, before) - min(now.low, before)

    def unit(self, i: int) -> float:
        return mean([self.span(j) for j in range(i - 14, i)])


def share(x: float) -> float:
    return x / (1.0 + x) if x > 0 else 0.0


def beyond(d: float) -> float:
    return (0.5 + d) / (1.0 + d)


def level_of(level: Level, days: Sequence[Bar]) -> tuple[float, float] | None:
    """Return a level and its score."""
    last = days[-level.n_bars :]
    if len(last) < level.n_bars:
        return None
    ends = [bar.h if level.side > 0 else -bar.low for bar in last]
    stood = min(ago for ago, end in enumerate(reversed(ends)) if end == max(ends))
    if level.n_bars > 1:
        return level.side * max(ends), 0.5 + 0.5 * share(stood / 5.0)
    (bar,) = last
    near = (bar.c - bar.low) / (bar.h - bar.low) if bar.h > bar.low else 0.5
    return level.side * max(ends), near if level.side > 0 else 1.0 - near


def crossed(combo: Combo, s: Session, level: float, side: int) -> tuple[int, float] | None:
    """Return the bar that is first to close beyond a level, and how far."""
    for i in range(s.first, len(s.minutes)):
        if side * s.minutes[i].c > side * level:
            known = i > 20 and s.unit(i) > 0
            return (i, beyond(side * (s.minutes[i].c - level) / s.unit(i))) if known else None
    return None


def held(combo: Combo, s: Session, level: float, side: int) -> tuple[int, float] | None:
    """Return the bar that ends the first half hour when no price came back to the level."""
    until, bars = s.open_ms + 30 * MINUTE_MS, s.minutes[s.first :]
    after = [k for k, bar in enumerate(bars) if bar.t + MINUTE_MS >= until]
    if not after or bars[0].t >= until:
        return None
    ends = [bar.low if side > 0 else -bar.h for bar in bars[: after[0] + 1]]
    left = min(ends) - side * level
    if side * bars[0].o <= side * level or left <= 0 or not s.day["atr_14"] > 0:
        return None
    return s.first + after[0], beyond(left / s.day["atr_14"])


def state_score(setup: Conditions, s: Session) -> float:
    """Return the least score of the conditions, 0 when one does not hold."""

    def value(what: str | float) -> float:
        return s.day[what] if isinstance(what, str) else what

    scores = []
    for one in setup.all_of:
        away = (1 if one.above else -1) * (value(one.left) - value(one.right))
        holds = away > 0 and value(one.scale) > 0
        scores.append(0.5 + 0.5 * share(away / value(one.scale)) if holds else 0.0)
    return min(scores) if s.is_fresh else 0.0


def found_score(setup: Found, s: Session, side: int) -> float:
    """Return the fading confidence of the newest daily find that agrees."""
    scores = [(0, 0.0)]
    for one in s.found:
        age = s.age(one.bar_time_ms)
        agrees = one.pattern in setup.names and SIDES[one.direction] in {0, side}
        if agrees and 1 <= age <= setup.sessions:
            fading = 0.5 * (age - 1) / max(setup.sessions - 1, 1)
            scores.append((one.bar_time_ms, one.confidence * (1.0 - fading)))
    return max(scores)[1]


def is_at_vwap(s: Session, i: int) -> bool:
    bars = s.minutes[s.first : i + 1]
    shares = sum(bar.v for bar in bars)
    return shares > 0 and bars[-1].low <= sum(bar.w * bar.v for bar in bars) / shares <= bars[-1].h


def confidence(combo: Combo, s: Session, i: int, side: int, setup: float, trigger: float) -> float:
    """Return the weighed scores, to two decimals, 0 where the combo says nothing."""
    if i <= 20 or s.unit(i) <= 0 or min(setup, trigger) <= 0:
        return 0.0
    usual = mean([bar.v for bar in s.minutes[i - 20 : i]])
    ratio = s.minutes[i].v / usual if usual > 0 else 0.0
    if ratio < combo.least_volume:
        return 0.0
    weights = combo.weights
    total = weights.setup * setup + weights.trigger * trigger
    total += weights.volume * share(ratio) + weights.context * context(combo, s, i, side)
    return math.floor(total * 100.0 + 0.5) / 100.0


def context(combo: Combo, s: Session, i: int, side: int) -> float:
    if combo.setting.name == "ACTIVITY":
        return share(s.span(i) / s.unit(i))
    back = 10 if combo.setting.name == "REVERSAL" else 20
    gained = s.minutes[i - 1].c - s.minutes[max(i - 1 - back, 0)].c
    against = -1 if combo.setting.name == "REVERSAL" else 1
    return share(against * side * gained / s.unit(i) / math.sqrt(back))


def on_level(combo: Combo, s: Session) -> Iterator[Told]:
    assert isinstance(combo.setup, Level)
    side, known = combo.setup.side, level_of(combo.setup, s.days)
    if known is None or not s.is_fresh:
        return
    level, setup = known
    look: Callable[..., tuple[int, float] | None]
    look = crossed if isinstance(combo.trigger, Crosses) else held
    if (left := look(combo, s, level, side)) is not None:
        i, trigger = left
        sure = confidence(combo, s, i, side, setup, trigger)
        yield combo.name, NAMES[side], s.minutes[i].t, sure


def on_find(combo: Combo, s: Session) -> Iterator[Told]:
    trigger = combo.trigger
    assert isinstance(trigger, Fires)
    for i in range(s.first, len(s.minutes)):
        if trigger.at_vwap and not is_at_vwap(s, i):
            continue
        mine = [one for one in s.fired if one.bar_time_ms == s.minutes[i].t]
        mine = [one for one in mine if one.pattern in trigger.names]
        for side in (1, -1):
            sure = [one.confidence for one in mine if SIDES[one.direction] == side]
            if not sure or combo.direction == -side:
                continue
            setup = combo.setup
            if isinstance(setup, Conditions):
                score = state_score(setup, s)
            else:
                assert isinstance(setup, Found)
                score = found_score(setup, s, side)
            told = confidence(combo, s, i, side, score, max(sure))
            yield combo.name, NAMES[side], s.minutes[i].t, told


def told_of(session: Session) -> set[Told]:
    """Return what the combos say of a session."""
    said: list[Told] = []
    for combo in COMBOS:
        on = on_level if isinstance(combo.setup, Level) else on_find
        said += on(combo, session)
    return {one for one in said if one[3] > 0.0}
