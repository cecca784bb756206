"""Tell Redis what may be lost: bars, indicators, quotes, health, sessions, errors."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Final

import msgspec
import numpy as np

from contracts import names
from contracts.codec import encode, iso
from contracts.messages.envelopes import PRODUCER, flat
from contracts.messages.health import Health, SystemHealthEvent
from contracts.messages.streaming import (
    BarsClosed,
    Calculation,
    CalculationFields,
    CriticalAlert,
    ErrorReport,
    IndicatorAlert,
    Quotes,
    SessionStarted,
    SessionStopped,
    StreamingHealth,
)
from pl.market.batches import ClosedBars, Int64
from pl.signals.crossings import LINES, Crossings
from pl.signals.indicators.names import INDICATOR_NAMES
from pl.signals.table import IndicatorTable
from pl.signals.timeframes import TIMEFRAME_MS

COMPONENT: Final = "streaming"
BARS_TOLD: Final = 240
INDICATORS_TOLD: Final = 16
"""What lies more bars before the newest, after a long absence, is read from the database."""

Publish = Callable[[str, bytes], None]
PublishOnce = Callable[[str, bytes, str], None]


@dataclass(frozen=True, slots=True)
class Announcer:
    """Encode and hand over; `publish` must not block.

    indicator_rows : indicators and their alerts are published for rows below this;
    publish_once : publishes unless its key was used within the hour, by any run.
    """

    publish: Publish
    symbols: Sequence[str]
    indicator_rows: int
    publish_once: PublishOnce | None = None

    def bars(self, bars: ClosedBars, timeframe: str, at: float) -> None:
        """Publish closed bars of a timeframe, one message for all that start together."""
        for start_ms in _latest(np.unique(bars.start_ms), BARS_TOLD * TIMEFRAME_MS[timeframe]):
            minute = bars.take(bars.start_ms == start_ms)
            columns = BarsClosed(
                timeframe=timeframe,
                bar_time=iso(int(start_ms) / 1000),
                symbols=self._names(minute.row),
                open=minute.open.tolist(),
                high=minute.high.tolist(),
                low=minute.low.tolist(),
                close=minute.close.tolist(),
                volume=minute.volume.tolist(),
                revision=minute.revision.tolist(),
            )
            self._flat(names.BARS_STREAMING, "bars_closed", at, columns)

    def indicators(self, table: IndicatorTable, timeframe: str, at: float) -> None:
        """Publish the indicators of each symbol; values still warming up are left out."""
        told = _latest(table.start_ms, INDICATORS_TOLD * TIMEFRAME_MS[timeframe])
        told_rows = table.row < self.indicator_rows
        told_rows &= table.start_ms >= (told.min() if len(told) else 0)
        for row, start_ms, values in zip(
            table.row[told_rows].tolist(),
            table.start_ms[told_rows].tolist(),
            table.values[told_rows].tolist(),
            strict=True,
        ):
            known = {
                name: value
                for name, value in zip(INDICATOR_NAMES, values, strict=True)
                if isfinite(value)
            }
            if known:
                calculation = Calculation(
                    indicator_type="all",
                    symbol=self.symbols[row],
                    values=known,
                    timestamp=iso(start_ms / 1000),
                    timeframe=timeframe,
                )
                fields = CalculationFields(calculation=calculation)
                self._flat(names.INDICATORS_STREAMING, "indicator_calculated", at, fields)

    def crossings(self, found: Crossings, timeframe: str, session_id: str, at: float) -> None:
        """Publish the indicators that crossed a line, each once, whatever is evaluated again."""
        newest = int(found.start_ms.max(initial=0))
        found = found.since(newest - INDICATORS_TOLD * TIMEFRAME_MS[timeframe])
        for row, start_ms, line, value in zip(
            found.row.tolist(),
            found.start_ms.tolist(),
            found.line.tolist(),
            found.value.tolist(),
            strict=True,
        ):
            symbol, kind = self.symbols[row], LINES[line]
            alert = IndicatorAlert(
                alert_type=kind.name,
                symbol=symbol,
                message=f"{symbol} {kind.sentence(value)}",
                timestamp=iso(at),
                session_id=session_id,
                timeframe=timeframe,
                bar_time=iso(start_ms / 1000),
                value=value,
            )
            body = encode(flat("indicator_alert", at, COMPONENT, alert))
            key = f"{symbol}:{kind.name}:{timeframe}:{start_ms // 1000}"
            self._once(names.ALERTS_INDICATORS, body, key)

    def quotes(self, quotes: Quotes, at: float) -> None:
        """Publish prices that changed."""
        self._flat(names.QUOTES_SNAPSHOT, "quotes", at, quotes)

    def streaming_health(self, health: StreamingHealth, at: float) -> None:
        """Publish the state of the feed."""
        self._flat(names.STREAMING_HEALTH, "streaming_health", at, health)

    def system_health(self, health: Health, at: float) -> None:
        """Publish the state of the producer."""
        event = SystemHealthEvent(
            event_type="system_health",
            source=PRODUCER,
            timestamp=at,
            status=health.status,
            data=health,
        )
        self.publish(names.HEALTH_STATUS, encode(event))

    def session_started(self, session: SessionStarted, at: float) -> None:
        """Publish that a session began."""
        self._flat(names.SESSION_STARTED, "session_started", at, session)

    def session_stopped(self, session: SessionStopped, at: float) -> None:
        """Publish that a session ended."""
        self._flat(names.SESSION_STOPPED, "session_stopped", at, session)

    def error(self, report: ErrorReport, at: float) -> None:
        """Publish what went wrong."""
        self._flat(names.ERRORS, "error", at, report)

    def critical(self, alert: CriticalAlert, at: float) -> None:
        """Publish what a person must look at now."""
        self._flat(names.ALERTS_CRITICAL, "critical_alert", at, alert)

    def _flat(self, channel: str, event: str, at: float, fields: msgspec.Struct) -> None:
        self.publish(channel, encode(flat(event, at, COMPONENT, fields)))

    def _once(self, channel: str, body: bytes, key: str) -> None:
        if self.publish_once is None:
            self.publish(channel, body)
        else:
            self.publish_once(channel, body, key)

    def _names(self, rows: np.ndarray) -> list[str]:
        return [self.symbols[row] for row in rows.tolist()]


def _latest(start_ms: Int64, span_ms: int) -> Int64:
    """Return the times (n,) that lie at most `span_ms` before the latest of them."""
    recent: Int64 = start_ms[start_ms >= start_ms.max(initial=0) - span_ms]
    return recent
