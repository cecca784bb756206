"""Say what a signal is, how it is named for ever, and how a hit becomes one."""

import hashlib
import math
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeGuard

from pl.signals.chart.hit import ChartHit, Finding
from pl.signals.hits import DIRECTION_NAMES, Hit
from pl.signals.life import HORIZON, chart_horizon, forming_horizon
from pl.signals.pattern import trade_levels
from pl.signals.registry import PATTERNS

FORMING: Final = "forming"
CONFIRMED: Final = "confirmed"
RETRACTED: Final = "retracted"
TARGET_REACHED: Final = "target_reached"
FAILED: Final = "failed"
EXPIRED: Final = "expired"
ENDINGS: Final = frozenset({TARGET_REACHED, FAILED, EXPIRED})

SLIGHT: Final = frozenset({"volume", "relative_volume"})
"""What the log says when it changes, but no event tells by itself: what it makes of confidence or
reason is told."""
PRICES: Final = frozenset({"entry", "stop", "target", "level", "exit_price"})
HARDLY: Final = 1e-6
"""Of a price, far below a tick: so much moves a level that volume weighs when it is corrected."""
CORNERS: Final = frozenset({"points", "lines"})
"""What the drawing of a chart pattern has; it may move by more than its levels."""

FLOW_NAMESPACE: Final = uuid.UUID("6e0c8f2b-6d0c-5a7e-9b8a-3f4d1c2e7a90")
"""Fixed: another value would give every signal another identity."""
_NAMESPACE: Final = FLOW_NAMESPACE.bytes

Numbers = Mapping[str, float]
Drawing = Mapping[str, object]
Facts = Mapping[str, float | str]


@dataclass(slots=True)
class Signal:
    """Hold one entry of the signal log; nobody changes one.

    It is not frozen: setting 20 frozen fields takes as long as writing all that they hold.

    bar_time_ms : start of the bar that closed, unix ms, of an ending the bar that ended it;
    revision : 0 for what was found as its bar closed, else a number that grows with each change
    of a bar from the session's length before the find on;
    price : close, USD; price_change : percent against the close of the bar before;
    volume : shares of the bar;
    geometry : `from` and `to` in unix seconds and the `level` in USD, of chart patterns `points`
    and `lines` too; before, after : what a
    changed bar changed, or how it ended, empty when the pattern was not there before;
    born_ms : start of the bar that confirmed it, unix ms; horizon_bars : bars it may last after it.
    (flow_id, life, revision) is unique as long as a bar that comes late has a revision above 0.
    """

    symbol: str
    pattern: str
    direction: str
    timeframe: str
    tier: str
    bar_time_ms: int
    life: str
    revision: int
    confidence: float
    price: float
    price_change: float
    volume: float
    reason: str
    indicators: Numbers
    levels: Numbers
    geometry: Drawing
    flow_id: str
    before: Facts
    after: Facts
    born_ms: int
    horizon_bars: int

    @property
    def is_found(self) -> bool:
        """Tell whether it says for the first time that its pattern is there."""
        return self.life == CONFIRMED and not self.before

    def but(
        self,
        *,
        indicators: Numbers | None = None,
        revision: int | None = None,
        before: Facts | None = None,
        after: Facts | None = None,
    ) -> "Signal":
        """Return the entry with other values; `dataclasses.replace` takes five times as long."""
        return Signal(
            self.symbol,
            self.pattern,
            self.direction,
            self.timeframe,
            self.tier,
            self.bar_time_ms,
            self.life,
            self.revision if revision is None else revision,
            self.confidence,
            self.price,
            self.price_change,
            self.volume,
            self.reason,
            self.indicators if indicators is None else indicators,
            self.levels,
            self.geometry,
            self.flow_id,
            self.before if before is None else before,
            self.after if after is None else after,
            self.born_ms,
            self.horizon_bars,
        )

    @property
    def is_slight(self) -> bool:
        """Tell whether it changes nothing that anybody acts on: volume, prices by next to none."""
        pairs = {name: (said, self.after.get(name)) for name, said in self.before.items()}
        moved = {name for name, (was, now) in pairs.items() if was != now}
        drawn = bool(CORNERS & self.geometry.keys())
        return bool(moved) and all(
            name in SLIGHT or (not drawn and name in PRICES and _are_close(*pairs[name]))
            for name in moved
        )


def _are_close(was: float | str, now: float | str | None) -> bool:
    if not isinstance(was, float) or not isinstance(now, float):
        return False
    return math.isclose(was, now, rel_tol=HARDLY)


def identified(symbol: str, timeframe: str, name: str, direction: int, times: Sequence[int]) -> str:
    """Return the identity of what a definition says: the same whenever it is computed again.

    times : defining bars' starts, unix ms. It is the text of `uuid.uuid5` in a third of its time.
    """
    what = f"{name}:{DIRECTION_NAMES[direction]}"
    when = ",".join(map(str, times))
    name = f"{symbol}|{timeframe}|{what}|{when}"
    digest = hashlib.sha1(_NAMESPACE + name.encode(), usedforsecurity=False).digest()
    raw = bytearray(digest[:16])
    raw[6] = raw[6] & 0x0F | 0x50
    raw[8] = raw[8] & 0x3F | 0x80
    told = raw.hex()
    return f"{told[:8]}-{told[8:12]}-{told[12:16]}-{told[16:20]}-{told[20:]}"


def name_of(hit: Finding) -> str:
    """Return the name of the pattern that was hit."""
    return hit.name if isinstance(hit, ChartHit) else PATTERNS[hit.pattern].name


def reason(hit: Finding) -> str:
    """Return one sentence that says why it fired, from its own numbers."""
    if isinstance(hit, ChartHit):
        return hit.find.reason()
    return PATTERNS[hit.pattern].explain(hit)


def levels(hit: Finding) -> Numbers:
    """Return entry, stop and target in USD, empty where the pattern defines none."""
    if isinstance(hit, ChartHit):
        return hit.find.levels()
    return trade_levels(hit, PATTERNS[hit.pattern].stop)


def is_candlestick(hit: Finding) -> TypeGuard[Hit]:
    """Tell whether a candlestick was hit, whose measure is its strength."""
    return not isinstance(hit, ChartHit) and PATTERNS[hit.pattern].family == "candlestick"


def defining_times(hit: Finding) -> tuple[int, ...]:
    """Return the starts of the bars that define a find, unix ms: of a chart pattern its pivots.

    Its break is not among them, so that it is the same pattern before and after it.
    """
    return hit.times[:-1] if isinstance(hit, ChartHit) else hit.times


def identity(hit: Finding) -> tuple[int, int, tuple[int, ...]]:
    """Return what makes two hits of one symbol the same find."""
    return hit.pattern, hit.direction, defining_times(hit)


def life_of(hit: Finding) -> str:
    """Return the life that a hit begins with."""
    return FORMING if hit.forming else CONFIRMED


def horizon(hit: Finding) -> int:
    """Return how many bars after its own it may last."""
    if not isinstance(hit, ChartHit):
        return int(HORIZON[hit.pattern])
    last = forming_horizon if hit.forming else chart_horizon
    return int(last(hit.find.n_bars))


def material(hit: Finding) -> dict[str, float | str]:
    """Return what a find says; when a changed bar makes it say something else, that is news."""
    said: dict[str, float | str] = {
        "confidence": hit.confidence,
        "price": hit.close,
        "price_change": hit.price_change,
        "volume": hit.volume,
        "reason": reason(hit),
        **levels(hit),
    }
    if hit.relative_volume is not None:
        said["relative_volume"] = hit.relative_volume
    if is_candlestick(hit):
        said["candle_strength"] = hit.measure
    level = geometry(hit).get("level")
    return {**said, "level": level} if isinstance(level, float) else said


def changes(old: Finding, fresh: Finding) -> tuple[Facts, Facts]:
    """Return the material facts that differ, before and after."""
    before, after = differing(material(old), material(fresh))
    if before.keys() <= SLIGHT and geometry(old) != geometry(fresh):
        before = {**before, "geometry": "drawn otherwise"}
        after = {**after, "geometry": "drawn as it is now"}
    return before, after


def differing(was: Facts, now: Facts) -> tuple[Facts, Facts]:
    """Return the facts that differ, before and after; "none" stands for what is not said."""
    names = [name for name in {**was, **now} if was.get(name) != now.get(name)]
    before, after = ({name: said.get(name, "none") for name in names} for said in (was, now))
    return before, after


def geometry(hit: Finding) -> Drawing:
    """Return enough to draw the find: its time span and, for events on a price, the level."""
    if isinstance(hit, ChartHit):
        return hit.geometry()
    span = {"from": hit.times[0] / 1000.0, "to": hit.times[-1] / 1000.0}
    if PATTERNS[hit.pattern].draws_level:
        span["level"] = hit.level
    return span
