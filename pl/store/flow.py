"""Write checkpoints of the flow log by the one function that everybody uses."""

import uuid
from typing import Final

import msgspec

from contracts.messages.envelopes import PRODUCER
from pl.store.connection import Cursor, Database

STARTED: Final = "PRODUCER_STARTED"
STOPPED: Final = "PRODUCER_STOPPED"
ALIVE: Final = "PRODUCER_ALIVE"
ALIVE_EVERY_S: Final = 60.0

_LOG: Final = (
    "SELECT log_integration_event(%s, %s, %s, %s, NULL, NULL, NULL, NULL, NULL, %s::jsonb)"
)


class FlowLog:
    """Log what the producer itself goes through; raises Unavailable while PostgreSQL is away."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def started(self, at: float, **details: str | float) -> None:
        """Log that the producer started at `at` (unix seconds)."""
        self._log("lifecycle", STARTED, {"at": at, **details})

    def stopped(self, at: float, **details: str | float) -> None:
        """Log that the producer stopped at `at` (unix seconds)."""
        self._log("lifecycle", STOPPED, {"at": at, **details})

    def alive(
        self,
        at: float,
        *,
        patterns_detected: int,
        uptime_seconds: float,
        last_pattern_time: float | None,
    ) -> None:
        """Log the heartbeat of `at`; call every ALIVE_EVERY_S seconds. Times in unix seconds."""
        details: dict[str, str | float] = {
            "at": at,
            "patterns_detected": patterns_detected,
            "uptime_seconds": uptime_seconds,
        }
        if last_pattern_time is not None:
            details["last_pattern_time"] = last_pattern_time
        self._log("heartbeat", ALIVE, details)

    def _log(self, event_type: str, checkpoint: str, details: dict[str, str | float]) -> None:
        flow_id = str(uuid.uuid4())
        text = msgspec.json.encode(details).decode()

        def work(cursor: Cursor) -> None:
            cursor.execute(_LOG, (flow_id, event_type, PRODUCER, checkpoint, text))

        self._database.run(work)
