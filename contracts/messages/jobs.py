"""Describe jobs for the DataLoader and what it says of them."""

import msgspec


class DataLoadJob(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Ask for historical data. Give `symbols` or a universe, and `years` or `start` and `end`."""

    job_id: str
    job_type: str
    symbols: list[str] | None = None
    universe_key: str | None = None
    universe_type: str | None = None
    years: float | None = None
    start: str | None = None
    end: str | None = None
    timespan: str | None = None
    timeframes: list[str] | None = None
    csv_file: str | None = None
    include_ohlcv: bool | None = None
    requested_by: str | None = None
    timestamp: str | float | None = None


class JobControl(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Ask to cancel a job: `action` on the control channel, `type` on the cancel channel."""

    job_id: str
    action: str | None = None
    type: str | None = None


class JobStatus(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Hold what is known of a job for 24 hours; times are ISO 8601, progress is 0-100."""

    job_id: str
    status: str
    progress: int
    message: str
    processed_symbols: int
    total_symbols: int
    submitted_at: str
    current_symbol: str | None = None
    started_at: str | None = None
    completed_at: str | None = None
    error_message: str | None = None


class JobProgress(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Report a job's progress on `tickstock:monitoring` (family C)."""

    event_type: str
    job_id: str
    status: str
    progress: int
    processed_symbols: int
    total_symbols: int
    current_symbol: str | None = None
