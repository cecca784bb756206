"""Make the partitions that a write needs, and drop those that nobody keeps."""

from datetime import UTC, datetime

from pl.store.connection import Cursor, Database


def moment(unix_ms: float) -> datetime:
    """Return unix milliseconds as a time in UTC."""
    return datetime.fromtimestamp(unix_ms / 1000, UTC)


def ensure_partitions(cursor: Cursor, table: str, first_ms: float, last_ms: float) -> None:
    """Make the missing partitions of `table` from `first_ms` to `last_ms` (unix ms, both in)."""
    cursor.execute(
        "SELECT ensure_partitions(%s, %s, %s)", (table, moment(first_ms), moment(last_ms))
    )


def drop_expired_partitions(database: Database, now: float) -> list[str]:
    """Drop what the rules in partition_rules no longer keep at `now` (unix seconds).

    Returns the names of the dropped tables.
    """

    def work(cursor: Cursor) -> list[str]:
        cursor.execute("SELECT drop_expired_partitions(%s)", (moment(now * 1000),))
        return [row[0] for row in cursor.fetchall()]

    return database.run(work)
