"""Talk to PostgreSQL through a small pool of connections.

Waiting is done with `select`, which eventlet replaces: a query then blocks neither the other
greenlets nor, when the server has gone silent, its own for longer than the timeout.
"""

import queue
import select
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

import psycopg2
from psycopg2 import extensions
from psycopg2.extras import RealDictCursor

from service.errors import Unavailable

Parameters = Sequence[Any] | Mapping[str, Any]

ANSWER_TIMEOUT_S: Final = 8.0
CONNECT_TIMEOUT_S: Final = 3
STATEMENT_TIMEOUT_MS: Final = 5000
LOST: Final = (psycopg2.OperationalError, psycopg2.InterfaceError)
_SHUTDOWN_CODES: Final = ("57P01", "57P02", "57P03")


class Silent(psycopg2.OperationalError):
    """The server has not answered in time."""


def wait_with_timeout(connection: extensions.connection) -> None:
    """Wait for the server's next answer; raises OperationalError after 8 seconds of silence."""
    while True:
        state = connection.poll()
        if state == extensions.POLL_OK:
            return
        waited_for = [connection.fileno()]
        nothing: list[int] = []
        if state == extensions.POLL_READ:
            ready = select.select(waited_for, nothing, nothing, ANSWER_TIMEOUT_S)
        else:
            ready = select.select(nothing, waited_for, nothing, ANSWER_TIMEOUT_S)
        if not any(ready):
            raise Silent(f"no answer within {ANSWER_TIMEOUT_S:g} s")


class Postgres:
    """Lend connections to one database; each is used by one greenlet or thread at a time."""

    def __init__(self, url: str, size: int = 4) -> None:
        self._url = url
        self._free: queue.LifoQueue[extensions.connection | None] = queue.LifoQueue()
        for _ in range(size):
            self._free.put(None)

    def rows(self, query: str, parameters: Parameters = ()) -> list[dict[str, Any]]:
        """Return all rows of a query; raises Unavailable when the server does not answer.

        A connection that turns out to be dead is replaced once: the server may have restarted.
        One that was too slow is not asked again, or a busy server would get twice the work.
        """
        try:
            return self._rows(query, parameters)
        except Unavailable as away:
            if not _has_died(away.__cause__):
                raise
            return self._rows(query, parameters)

    def execute(self, statement: str, parameters: Parameters = ()) -> int:
        """Run one statement in a transaction of its own; return the number of rows it touched."""
        with self.transaction() as cursor:
            cursor.execute(statement, parameters)
            return int(cursor.rowcount)

    @contextmanager
    def transaction(self) -> Iterator[RealDictCursor]:
        """Lend a cursor whose work is committed at the end of the block, or rolled back."""
        connection = self._take()
        healthy = False
        try:
            with connection, connection.cursor(cursor_factory=RealDictCursor) as cursor:
                yield cursor
            healthy = True
        except LOST as error:
            raise Unavailable("PostgreSQL", str(error).strip()) from error
        except psycopg2.Error:
            healthy = True
            raise
        finally:
            self._give_back(connection, healthy)

    def close(self) -> None:
        """Close the connections that are not lent."""
        for _ in range(self._free.qsize()):
            connection = self._free.get()
            if connection is not None:
                connection.close()
            self._free.put(None)

    def _rows(self, query: str, parameters: Parameters) -> list[dict[str, Any]]:
        with self.transaction() as cursor:
            cursor.execute(query, parameters)
            return [dict(row) for row in cursor.fetchall()]

    def _take(self) -> extensions.connection:
        try:
            connection = self._free.get(timeout=ANSWER_TIMEOUT_S)
        except queue.Empty as error:
            raise Unavailable("PostgreSQL", "all connections are busy") from error
        if connection is not None and not connection.closed:
            return connection
        try:
            return _connect(self._url)
        except LOST as error:
            self._free.put(None)
            raise Unavailable("PostgreSQL", str(error).strip()) from error

    def _give_back(self, connection: extensions.connection, healthy: bool) -> None:
        if not healthy:
            connection.close()
        self._free.put(connection if healthy else None)


def _has_died(cause: BaseException | None) -> bool:
    if isinstance(cause, Silent) or not isinstance(cause, LOST):
        return False
    return cause.pgcode is None or cause.pgcode in _SHUTDOWN_CODES


def _connect(url: str) -> extensions.connection:
    return psycopg2.connect(
        url,
        connect_timeout=CONNECT_TIMEOUT_S,
        application_name="appv2",
        options=f"-c statement_timeout={STATEMENT_TIMEOUT_MS} -c timezone=UTC",
    )
