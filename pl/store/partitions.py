"""Make the partitions that a write needs, and drop those that nobody keeps."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt
import psycopg2.errors

from pl.store.connection import Cursor, Database
from service.errors import Unavailable

T = TypeVar("T")

DAY_MS: Final = 86_400_000


def moment(unix_ms: float) -> datetime:
    """Return unix milliseconds as a time in UTC."""
    return datetime.fromtimestamp(unix_ms / 1000, UTC)


def ensure_partitions(cursor: Cursor, table: str, first_ms: float, last_ms: float) -> None:
    """Make the missing partitions of `table` from `first_ms` to `last_ms` (unix ms, both in)."""
    cursor.execute(
        "SELECT ensure_partitions(%s, %s, %s)", (table, moment(first_ms), moment(last_ms))
    )


def ensure_daily(cursor: Cursor, table: str, start_ms: npt.NDArray[np.int64]) -> None:
    """Make the missing partitions of `table` for rows (n,) at `start_ms`, unix ms.

    Days without a row, such as weekends, get none: retention counts partitions as sessions.
    """
    days = np.unique(start_ms // DAY_MS)
    for run in np.split(days, np.flatnonzero(np.diff(days) > 1) + 1):
        ensure_partitions(cursor, table, int(run[0]) * DAY_MS, int(run[-1]) * DAY_MS)


class KnownPartitions:
    """Spare the question for partitions that were made, or found, a moment ago."""

    def __init__(self) -> None:
        self._days: set[tuple[str, int, int]] = set()

    def ensure(self, cursor: Cursor, table: str, first_ms: float, last_ms: float) -> None:
        """Make the missing partitions from `first_ms` to `last_ms` (unix ms, both in)."""
        days = (table, int(first_ms // DAY_MS), int(last_ms // DAY_MS))
        if days not in self._days:
            ensure_partitions(cursor, table, first_ms, last_ms)
            self._days.add(days)

    def trusting(self, work: Callable[[], T]) -> T:
        """Return what `work` returns; it is done again when a known partition is gone."""
        try:
            return work()
        except psycopg2.errors.CheckViolation:  # retention dropped it, or its making was undone
            self._days.clear()
            return work()
        except Unavailable:
            self._days.clear()
            raise


def drop_expired_partitions(database: Database, now: float) -> list[str]:
    """Drop what the rules in partition_rules no longer keep at `now` (unix seconds).

    Returns the names of the dropped tables.
    """

    def work(cursor: Cursor) -> list[str]:
        cursor.execute("SELECT drop_expired_partitions(%s)", (moment(now * 1000),))
        return [row[0] for row in cursor.fetchall()]

    return database.run(work)
