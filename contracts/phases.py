"""Name the parts of a daily run, each with the channels and events of its course."""

from typing import Final

import msgspec

from contracts import names


class Step(msgspec.Struct, frozen=True):
    """A channel of a phase and the event it carries."""

    channel: str
    event: str


class Phase(msgspec.Struct, frozen=True):
    """A part of a daily run: said when it starts, goes on and is done."""

    name: str
    started: Step
    progress: Step
    completed: Step


PHASES: Final = (
    Phase(
        "import",
        Step(names.IMPORT_STARTED, "import_started"),
        Step(names.IMPORT_PROGRESS, "import_progress"),
        Step(names.IMPORT_COMPLETED, "import_completed"),
    ),
    Phase(
        "cache",
        Step(names.CACHE_STARTED, "cache_sync_started"),
        Step(names.CACHE_PROGRESS, "cache_sync_progress"),
        Step(names.CACHE_COMPLETED, "cache_sync_completed"),
    ),
    Phase(
        "indicators",
        Step(names.INDICATORS_STARTED, "indicator_processing_started"),
        Step(names.INDICATORS_PROGRESS, "indicator_progress"),
        Step(names.INDICATORS_COMPLETED, "indicator_processing_completed"),
    ),
    Phase(
        "patterns",
        Step(names.PATTERNS_STARTED, "pattern_processing_started"),
        Step(names.PATTERNS_PROGRESS, "pattern_progress"),
        Step(names.PATTERNS_COMPLETED, "pattern_processing_completed"),
    ),
)
