"""Describe what Streaming says while a market is watched (family C).

Times are ISO 8601 with Z, except `bar_time` of columns and raw ticks where noted.
"""

import msgspec


class SessionStarted(msgspec.Struct, frozen=True, kw_only=True):
    """Announce a session."""

    session_id: str
    symbol_universe_key: str
    start_time: str
    total_symbols: int
    market: str


class SessionStopped(msgspec.Struct, frozen=True, kw_only=True):
    """Close a session with its totals."""

    session_id: str
    symbol_universe_key: str
    start_time: str
    end_time: str
    total_symbols: int
    total_ticks: int
    total_bars: int
    total_patterns: int
    market: str


class Connection(msgspec.Struct, frozen=True, kw_only=True):
    """Count connections of the feed."""

    active: int
    failed: int
    reconnections: int


class DataFlow(msgspec.Struct, frozen=True, kw_only=True):
    """Measure the feed: rates since the last report, lag from event to arrival."""

    ticks_per_second: float
    bars_per_minute: float
    processing_lag_ms: float


class Resources(msgspec.Struct, frozen=True, kw_only=True):
    """Measure the process."""

    cpu_percent: float
    memory_mb: float


class StaleSymbols(msgspec.Struct, frozen=True, kw_only=True):
    """Name symbols that are silent longer than they should be."""

    count: int
    symbols: list[str]


class StreamingHealth(msgspec.Struct, frozen=True, kw_only=True):
    """Report on the feed: every 10 s, in the first 10 s and at a change every second.

    `status` is healthy, warning or critical; `bars_per_minute` counts the last minute; `ended`
    counts the signals of the log that ended, `told` the pattern events, both by life.
    """

    session_id: str
    status: str
    connection: Connection
    data_flow: DataFlow
    resources: Resources
    active_symbols: int
    stale_symbols: StaleSymbols
    issues: list[str]
    market: str
    feed: str
    symbol_states: dict[str, int]
    dropped: dict[str, int]
    held_back: int
    ended: dict[str, int]
    told: dict[str, int]
    patterns_published: int
    market_open: bool


class BarsClosed(msgspec.Struct, frozen=True, kw_only=True):
    """Hold all bars of one close as columns; `bar_time` is the start of the bar, ISO 8601."""

    timeframe: str
    bar_time: str
    symbols: list[str]
    open: list[float]
    high: list[float]
    low: list[float]
    close: list[float]
    volume: list[float]
    revision: list[int]


class Quotes(msgspec.Struct, frozen=True, kw_only=True):
    """Hold prices that changed as columns; change in percent since the previous close."""

    symbols: list[str]
    price: list[float]
    change_percent: list[float]
    volume: list[float]
    state: list[str]


class Calculation(msgspec.Struct, frozen=True, kw_only=True):
    """Hold indicators of one symbol at a closed bar; warming values are left out."""

    indicator_type: str
    symbol: str
    values: dict[str, float]
    timestamp: str
    timeframe: str


class CalculationFields(msgspec.Struct, frozen=True, kw_only=True):
    """Name the top-level field of `tickstock:indicators:streaming`."""

    calculation: Calculation


class IndicatorAlert(msgspec.Struct, frozen=True, kw_only=True):
    """Tell that an indicator crossed a line as a bar closed; `bar_time` is the bar's start.

    `value` is the indicator: RSI, MACD histogram, or the close's place between the bands (%b).
    """

    alert_type: str
    symbol: str
    message: str
    timestamp: str
    session_id: str
    timeframe: str
    bar_time: str
    value: float


class CriticalAlert(msgspec.Struct, frozen=True, kw_only=True):
    """Tell what a person must look at now."""

    type: str
    severity: str
    message: str
    timestamp: str


class ErrorReport(msgspec.Struct, frozen=True, kw_only=True):
    """Tell what went wrong; `severity` is debug, info, warning, error or critical."""

    error_id: str
    severity: str
    category: str
    component: str
    error_code: str
    message: str
    context: dict[str, str | int | float]


class RawTick(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Hold one tick of `tickstock.data.raw` as we publish it; `timestamp` is ISO 8601."""

    ticker: str
    price: float
    volume: float
    timestamp: str
    event_type: str
    source: str
    tick_open: float
    tick_high: float
    tick_low: float
    tick_close: float
    tick_volume: float
    tick_vwap: float
    bid: float | None = None
    ask: float | None = None
