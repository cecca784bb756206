"""List the channels from the producer to its consumers."""

from typing import Final

from contracts.channel import Channel, Family
from contracts.names import (
    ALERTS_CRITICAL,
    ALERTS_INDICATORS,
    BACKTEST_PROGRESS,
    BACKTEST_RESULTS,
    BARS_STREAMING,
    ERRORS,
    EVENTS_PATTERNS,
    HEALTH_STATUS,
    INDICATORS_CALCULATED,
    INDICATORS_STREAMING,
    MONITORING,
    PATTERNS_DETECTED,
    PATTERNS_STREAMING,
    PATTERNS_UPDATED,
    PROCESSING_SCHEDULE,
    PROCESSING_STATUS,
    QUOTES_SNAPSHOT,
    SESSION_STARTED,
    SESSION_STOPPED,
    STREAMING_HEALTH,
)
from contracts.phases import PHASES

_PRODUCER_TO_CONSUMER: Final = ("appv2",)


def _out(name: str, family: Family, producer: str, summary: str, *events: str) -> Channel:
    return Channel(
        name=name,
        family=family,
        events=events,
        producer=producer,
        consumers=_PRODUCER_TO_CONSUMER,
        summary=summary,
    )


def _phase_channels() -> tuple[Channel, ...]:
    return tuple(
        _out(
            step.channel,
            Family.COLON,
            "pl.daily",
            f"The {phase.name} part of a daily run: {course}",
            step.event,
        )
        for phase in PHASES
        for course, step in (
            ("started", phase.started),
            ("progress", phase.progress),
            ("completed", phase.completed),
        )
    )


OUTGOING: Final[tuple[Channel, ...]] = (
    _out(
        EVENTS_PATTERNS,
        Family.DOTTED,
        "pl.streaming",
        "Every confirmed pattern of every tier, once",
        "pattern_detected",
    ),
    _out(
        BACKTEST_PROGRESS,
        Family.DOTTED,
        "pl.jobs",
        "How far a backtest is",
        "backtest_progress",
    ),
    _out(
        BACKTEST_RESULTS,
        Family.DOTTED,
        "pl.jobs",
        "What a backtest found",
        "backtest_result",
    ),
    _out(
        HEALTH_STATUS,
        Family.DOTTED,
        "pl.streaming",
        "The producer's health in one word and per part",
        "system_health",
    ),
    _out(
        PROCESSING_STATUS,
        Family.COLON,
        "pl.daily",
        "Start and end of a daily run",
        "processing_started",
        "processing_completed",
        "processing_failed",
        "processing_cancelled",
    ),
    _out(
        PROCESSING_SCHEDULE,
        Family.COLON,
        "pl.api",
        "The daily schedule after a change",
        "schedule_updated",
    ),
    *_phase_channels(),
    _out(
        INDICATORS_CALCULATED,
        Family.COLON,
        "pl.daily",
        "One indicator of one symbol from the daily run",
        "indicator_calculated",
    ),
    _out(
        PATTERNS_UPDATED,
        Family.COLON,
        "pl.streaming",
        "What became of a pattern",
        "pattern_forming",
        "pattern_updated",
        "pattern_failed",
        "pattern_expired",
        "pattern_target_reached",
        "pattern_retracted",
    ),
    _out(
        ERRORS,
        Family.FLAT,
        "pl",
        "What went wrong, each cause once a minute at most",
        "error",
    ),
    _out(
        MONITORING,
        Family.FLAT,
        "pl",
        "Metrics, checks and progress of jobs",
        "metric_update",
        "health_check",
        "system_status",
        "alert_triggered",
        "alert_resolved",
        "job_progress_update",
    ),
    _out(
        PATTERNS_STREAMING,
        Family.FLAT,
        "pl.streaming",
        "Every intraday and combo pattern",
        "pattern_detected",
    ),
    _out(
        PATTERNS_DETECTED,
        Family.FLAT,
        "pl.streaming",
        "Daily patterns, and others with a confidence of 0.8 or more",
        "pattern_detected",
    ),
    _out(
        INDICATORS_STREAMING,
        Family.FLAT,
        "pl.streaming",
        "Indicators of one symbol at a closed bar",
        "indicator_calculated",
    ),
    _out(
        SESSION_STARTED,
        Family.FLAT,
        "pl.streaming",
        "A streaming session began",
        "session_started",
    ),
    _out(
        SESSION_STOPPED,
        Family.FLAT,
        "pl.streaming",
        "A streaming session ended, with its totals",
        "session_stopped",
    ),
    _out(
        STREAMING_HEALTH,
        Family.FLAT,
        "pl.streaming",
        "Feed, lag, symbols and resources, every 10 s, at first every second, and when it changes",
        "streaming_health",
    ),
    _out(
        BARS_STREAMING,
        Family.FLAT,
        "pl.streaming",
        "All bars of one close as columns",
        "bars_closed",
    ),
    _out(
        QUOTES_SNAPSHOT,
        Family.FLAT,
        "pl.streaming",
        "Prices that changed, at most 4 times a second",
        "quotes",
    ),
    _out(
        ALERTS_INDICATORS,
        Family.FLAT,
        "pl.streaming",
        "An indicator crossed a line",
        "indicator_alert",
    ),
    _out(
        ALERTS_CRITICAL,
        Family.FLAT,
        "pl.streaming",
        "What a person must look at now",
        "critical_alert",
    ),
)
