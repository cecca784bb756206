"""Say which struct each event carries, so that either side can decode any message."""

from collections.abc import Mapping
from typing import Final

import msgspec

from contracts import names
from contracts.messages import health, jobs, patterns, streaming

FIELDS: Final[Mapping[tuple[str, str], type[msgspec.Struct]]] = {
    (names.EVENTS_PATTERNS, "pattern_detected"): patterns.PatternData,
    (names.PATTERNS_STREAMING, "pattern_detected"): patterns.DetectionFields,
    (names.PATTERNS_DETECTED, "pattern_detected"): patterns.DetectionFields,
    (names.PATTERNS_UPDATED, "pattern_updated"): patterns.PatternUpdateFields,
    (names.PATTERNS_UPDATED, "pattern_retracted"): patterns.PatternUpdateFields,
    (names.PATTERNS_UPDATED, "pattern_target_reached"): patterns.PatternUpdateFields,
    (names.PATTERNS_UPDATED, "pattern_failed"): patterns.PatternUpdateFields,
    (names.PATTERNS_UPDATED, "pattern_expired"): patterns.PatternUpdateFields,
    (names.PATTERNS_UPDATED, "pattern_forming"): patterns.PatternUpdateFields,
    (names.SESSION_STARTED, "session_started"): streaming.SessionStarted,
    (names.SESSION_STOPPED, "session_stopped"): streaming.SessionStopped,
    (names.STREAMING_HEALTH, "streaming_health"): streaming.StreamingHealth,
    (names.BARS_STREAMING, "bars_closed"): streaming.BarsClosed,
    (names.QUOTES_SNAPSHOT, "quotes"): streaming.Quotes,
    (names.INDICATORS_STREAMING, "indicator_calculated"): streaming.CalculationFields,
    (names.ALERTS_INDICATORS, "indicator_alert"): streaming.IndicatorAlert,
    (names.ALERTS_CRITICAL, "critical_alert"): streaming.CriticalAlert,
    (names.HEALTH_STATUS, "system_health"): health.Health,
    (names.ERRORS, "error"): streaming.ErrorReport,
    (names.MONITORING, "job_progress_update"): jobs.JobProgress,
    (names.RAW_TICKS, "trade"): streaming.RawTick,
    (names.JOBS_DATA_LOAD, "historical_load"): jobs.DataLoadJob,
    (names.JOBS_CONTROL, "cancel"): jobs.JobControl,
    (names.JOBS_CANCEL, "cancel_job"): jobs.JobControl,
}
