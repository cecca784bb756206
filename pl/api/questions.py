"""Read what a request asks for, or say which parameter is wrong."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Final

from aiohttp import web

from pl.market.timeframes import TIERS as TIER_OF
from pl.signals.candles.names import CANDLE_NAMES
from pl.signals.combos.names import TRIGGERED_ON
from pl.signals.entries import KIND_NAMES
from pl.signals.indicators.names import INDICATOR_NAMES
from pl.signals.signal import CONFIRMED, ENDINGS, FORMING, RETRACTED
from pl.store.bars import TIMEFRAMES
from pl.store.queries import MOST_ROWS, Period
from service.errors import Rejected

LIVES: Final = (FORMING, CONFIRMED, RETRACTED, *sorted(ENDINGS))
TIERS: Final = ("daily", "intraday", "combo")
DEFAULT_LIMIT: Final = 100
LONGEST_PATTERN: Final = 50
TIMEFRAMES_OF: Final[Mapping[str, tuple[str, ...]]] = {
    **{tier: tuple(name for name in TIMEFRAMES if TIER_OF[name] == tier) for tier in TIERS},
    "combo": TRIGGERED_ON,
}
"""By tier."""
MOST_NEAR: Final = 5
"""Names that a wrong one may have been meant to be."""

_SMALLEST: Final = {"intraday": "1min", "daily": "daily"}


def known(request: web.Request, names: frozenset[str]) -> None:
    """Raise Rejected for a parameter that a route does not have, or that is given twice."""
    for name in request.query:
        if name not in names:
            raise _wrong("parameter", name, f"one of {', '.join(sorted(names))}")
        if len(values := request.query.getall(name)) > 1:
            raise _wrong(name, " and ".join(values), "one value")


def limit_of(query: Mapping[str, str]) -> int:
    """Return how many rows are asked for, 1-1000."""
    text = query.get("limit", str(DEFAULT_LIMIT))
    if not text.isdecimal() or len(text) > len(str(MOST_ROWS)) or not 1 <= int(text) <= MOST_ROWS:
        raise _wrong("limit", text, f"a number from 1 to {MOST_ROWS}")
    return int(text)


def period_of(query: Mapping[str, str]) -> Period:
    """Return the bar times asked for, [start, end)."""
    start, end = _moment(query, "start"), _moment(query, "end")
    if start and end and start >= end:
        raise _wrong("start", query["start"], "a time before end")
    return Period(start, end)


def tier_of(query: Mapping[str, str]) -> str | None:
    """Return the tier asked for."""
    return _choice(query, "tier", TIERS)


def timeframe_of(query: Mapping[str, str]) -> str | None:
    """Return the timeframe asked for, which has to be one of the tier's where both are."""
    tier, timeframe = tier_of(query), _choice(query, "timeframe", TIMEFRAMES)
    if tier and timeframe and timeframe not in TIMEFRAMES_OF[tier]:
        expected = f"one of tier {tier}: {', '.join(TIMEFRAMES_OF[tier])}"
        raise _wrong("timeframe", timeframe, expected)
    return timeframe


def pattern_of(query: Mapping[str, str]) -> str | None:
    """Return the pattern asked for in any spelling by its name."""
    name = query.get("pattern")
    if name is not None and not (name.isprintable() and 0 < len(name) <= LONGEST_PATTERN):
        raise _wrong("pattern", name, f"a name of 1 to {LONGEST_PATTERN} characters")
    return _spelled(query, "pattern", KIND_NAMES)


def life_of(query: Mapping[str, str]) -> str | None:
    """Return the life asked for."""
    return _choice(query, "life", LIVES)


def is_latest(query: Mapping[str, str]) -> bool:
    """Return whether only the last event of each flow is asked for."""
    return _choice(query, "latest", ("true", "false")) == "true"


def indicator_of(query: Mapping[str, str]) -> str | None:
    """Return the indicator asked for."""
    return _choice(query, "indicator", INDICATOR_NAMES)


def candlestick_of(query: Mapping[str, str]) -> str | None:
    """Return the candlestick asked for in any spelling by its name."""
    return _spelled(query, "candlestick", CANDLE_NAMES)


def bars_of(query: Mapping[str, str]) -> str:
    """Return the timeframe whose rows are asked for, by name or by tier."""
    tier, timeframe = tier_of(query), timeframe_of(query)
    if tier is not None and tier not in _SMALLEST:
        raise _wrong("tier", tier, f"one of {', '.join(_SMALLEST)}")
    return _SMALLEST[tier or "intraday"] if timeframe is None else timeframe


def _spelled(query: Mapping[str, str], parameter: str, names: Sequence[str]) -> str | None:
    """Return which of the names is asked for, whatever its case, `_` and spaces."""
    asked = query.get(parameter)
    if asked is None:
        return None
    by_plain = {_plain(name): name for name in names}
    name = by_plain.get(_plain(asked))
    if name is None:
        near = get_close_matches(_plain(asked), by_plain, MOST_NEAR)
        expected = ", ".join(by_plain[plain] for plain in near) or ", ".join(names)
        raise _wrong(
            parameter, asked, f"a name such as {expected}" if near else f"one of {expected}"
        )
    return name


def _plain(name: str) -> str:
    return name.replace(" ", "").replace("_", "").lower()


def _choice(query: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str | None:
    value = query.get(name)
    if value is not None and value not in choices:
        raise _wrong(name, value, f"one of {', '.join(choices)}")
    return value


def _moment(query: Mapping[str, str], name: str) -> datetime | None:
    text = query.get(name)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _wrong(name, text, "an ISO 8601 time such as 2026-11-20T14:30:00Z") from error


def _wrong(name: str, value: str, expected: str) -> Rejected:
    return Rejected("invalid_parameter", f"{name}: expected {expected}, was {value}", 422)
