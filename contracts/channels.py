"""List every Redis channel, who speaks on it and in which envelope.

The names themselves stand in `contracts.names` and nowhere else.
"""

from typing import Final

from contracts.channel import Channel, Family
from contracts.names import (
    JOBS_BACKTEST,
    JOBS_CANCEL,
    JOBS_CONTROL,
    JOBS_DATA_LOAD,
    RAW_TICKS,
)
from contracts.outgoing import OUTGOING

RAW: Final = Channel(
    name=RAW_TICKS,
    family=Family.BARE,
    events=("trade",),
    producer="pl.streaming, or anybody with PL_FEED=redis",
    consumers=("pl.streaming", "redis-cli"),
    summary="Ticks as they came in",
)

INCOMING: Final[tuple[Channel, ...]] = (
    Channel(
        name=JOBS_DATA_LOAD,
        family=Family.BARE,
        events=(
            "historical_load",
            "csv_universe_load",
            "multi_timeframe_load",
            "universe_seed",
        ),
        producer="appv2, redis-cli",
        consumers=("pl.jobs",),
        summary="Historical data to load",
    ),
    Channel(
        name=JOBS_BACKTEST,
        family=Family.BARE,
        events=("backtest_job",),
        producer="appv2, redis-cli",
        consumers=("pl.jobs",),
        summary="A backtest to run",
    ),
    Channel(
        name=JOBS_CONTROL,
        family=Family.BARE,
        events=("cancel",),
        producer="appv2, redis-cli",
        consumers=("pl.jobs",),
        summary="A job to cancel",
    ),
    Channel(
        name=JOBS_CANCEL,
        family=Family.BARE,
        events=("cancel_job",),
        producer="appv2, redis-cli",
        consumers=("pl.jobs",),
        summary="A job to cancel",
    ),
)

CHANNELS: Final[tuple[Channel, ...]] = (*OUTGOING, RAW, *INCOMING)
BY_NAME: Final[dict[str, Channel]] = {channel.name: channel for channel in CHANNELS}

__all__ = ["BY_NAME", "CHANNELS", "INCOMING", "OUTGOING", "RAW", "Channel", "Family"]
