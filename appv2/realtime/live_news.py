"""Pass on what is said on the producer's channels, each to the event that browsers know."""

from collections.abc import Callable
from typing import Any, Final

from appv2.realtime.audience import ADMIN, Audience
from appv2.realtime.latest import Latest
from appv2.realtime.pattern_news import Fields, read_message
from appv2.realtime.tolerance import without_nulls
from contracts import names
from contracts.phases import PHASES
from service.errors import InvalidData

PATTERN_CHANNELS: Final = frozenset(
    {
        names.EVENTS_PATTERNS,
        names.PATTERNS_STREAMING,
        names.PATTERNS_DETECTED,
        names.PATTERNS_UPDATED,
    }
)
PAGE_EVENTS: Final = {
    names.BACKTEST_PROGRESS: "backtest_progress",
    names.BACKTEST_RESULTS: "backtest_result",
    names.HEALTH_STATUS: "system_health",
    names.SESSION_STARTED: "streaming_session",
    names.SESSION_STOPPED: "streaming_session",
    names.STREAMING_HEALTH: "streaming_health",
    names.INDICATORS_STREAMING: "streaming_indicator",
    names.BARS_STREAMING: "bars_closed",
    names.QUOTES_SNAPSHOT: "quotes",
    names.ALERTS_INDICATORS: "indicator_alert",
    names.ALERTS_CRITICAL: "critical_alert",
}
PROGRESS_EVENTS: Final = {
    step.channel: f"{phase.name}_progress"
    for phase in PHASES
    for step in (phase.started, phase.progress)
}
COMPLETE_EVENTS: Final = {phase.completed.channel: f"{phase.name}_complete" for phase in PHASES}

Offer = Callable[[str, bytes, float], None]


class LiveNews:
    """Route each message by the channel it came on."""

    def __init__(self, audience: Audience, latest: Latest, offer_pattern: Offer) -> None:
        self._audience = audience
        self._latest = latest
        self._offer_pattern = offer_pattern
        self._remember: dict[str, Callable[[Fields], None]] = {
            names.QUOTES_SNAPSHOT: latest.take_quotes,
            names.STREAMING_HEALTH: latest.take_health,
            names.SESSION_STARTED: latest.take_session,
            names.SESSION_STOPPED: latest.take_session,
        }

    def hear(self, channel: str, raw: bytes, heard_at: float) -> None:
        """Pass on one message; raises InvalidData when it cannot be used."""
        if channel in PATTERN_CHANNELS:
            self._offer_pattern(channel, raw, heard_at)
            return
        fields = flat_fields(without_nulls(read_message(raw)))
        if channel in self._remember:
            self._remember[channel](fields)
        if channel in PAGE_EVENTS:
            self._audience.tell(PAGE_EVENTS[channel], fields)
        else:
            self._tell_admins(channel, fields)

    def _tell_admins(self, channel: str, fields: Fields) -> None:
        if channel == names.PROCESSING_STATUS:
            wanted = {"type": "type", "run_id": "run_id", "status": "status", "phases": "phases"}
            self._audience.tell("processing_status", _renamed(fields, wanted), ADMIN)
        elif channel in PROGRESS_EVENTS:
            wanted = {"percent_complete": "percent", "current_symbol": "current"}
            wanted["eta_seconds"] = "eta"
            message = {"percent": 0, **_renamed(fields, wanted)}
            self._audience.tell(PROGRESS_EVENTS[channel], message, ADMIN)
        elif channel in COMPLETE_EVENTS:
            wanted = {"successful_symbols": "symbols", "duration_seconds": "duration"}
            self._audience.tell(COMPLETE_EVENTS[channel], _renamed(fields, wanted), ADMIN)
        elif channel == names.PROCESSING_SCHEDULE:
            self._audience.tell("schedule_updated", fields, ADMIN)
        elif channel == names.ERRORS:
            self._audience.tell("error", fields, ADMIN)


def flat_fields(message: Fields) -> Fields:
    """Return what an envelope of any family carries, with its event's name and time.

    The payload's own `type` and `timestamp` win over the envelope's.
    """
    carried = message.get("data", message.get("payload", message))
    if isinstance(carried, dict) and isinstance(carried.get("data"), dict):
        carried = carried["data"]
    if not isinstance(carried, dict):
        raise InvalidData("payload", "expected an object")
    fields: dict[str, Any] = dict(carried)
    event = message.get("event_type", message.get("event"))
    if not isinstance(event, str):
        raise InvalidData("event", "expected a name")
    fields.setdefault("type", event)
    if "timestamp" in message:
        fields.setdefault("timestamp", message["timestamp"])
    return fields


def _renamed(fields: Fields, wanted: dict[str, str]) -> Fields:
    return {new: fields[old] for old, new in wanted.items() if old in fields}
