"""Hold one PostgreSQL connection that comes back after the server was away."""

import threading
import time
from collections.abc import Callable
from typing import Final, TypeVar

import psycopg2
import psycopg2.extensions

from service.errors import Unavailable

Connection = psycopg2.extensions.connection
Cursor = psycopg2.extensions.cursor
T = TypeVar("T")
Work = Callable[[Cursor], T]

FIRST_PAUSE_S: Final = 0.05
LONGEST_PAUSE_S: Final = 5.0

_LOST: Final = (psycopg2.OperationalError, psycopg2.InterfaceError)
_SHUTDOWN_CODES: Final = ("57P01", "57P02", "57P03")
_CONNECT_TIMEOUT_S: Final = 3
_SILENCE_MS: Final = 5_000


class Database:
    """Run transactions on one connection; safe to share between threads, one works at a time.

    While the server is away every call raises Unavailable; between attempts to connect there
    are pauses that double from FIRST_PAUSE_S to LONGEST_PAUSE_S, in which it raises at once.
    """

    def __init__(
        self,
        url: str,
        *,
        application: str,
        statement_timeout_s: float = 30.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url = url
        self._application = application
        self._timeout_ms = int(statement_timeout_s * 1000)
        self._clock = clock
        self._connection: Connection | None = None
        self._lock = threading.RLock()
        self._pause_s = 0.0
        self._next_attempt = clock()
        self._last_detail = "not connected yet"
        self._firsts: list[Work[None]] = []

    def run(self, work: Work[T]) -> T:
        """Return what `work` returns for a cursor, inside one transaction.

        `work` is run again on a fresh connection when an idle one turns out to be dead, so it
        must be safe to repeat. Raises Unavailable when the server is away, out of space, or
        slower than the statement timeout.
        """
        return self._run(work, self._transact)

    def run_single(self, work: Work[T]) -> T:
        """Do the same with each statement a transaction of its own: one way there and back.

        `run` takes two more, for BEGIN and COMMIT. Meant for work of one statement.
        """
        return self._run(work, self._execute)

    def _run(self, work: Work[T], how: Callable[[Connection, Work[T]], T]) -> T:
        with self._lock:
            if self._connection is not None:
                try:
                    return how(self._connection, work)
                except _LOST as error:
                    self._discard()
                    if not _is_gone(error):
                        raise Unavailable("PostgreSQL", _words(error)) from error
            try:
                return how(self._connect(), work)
            except _LOST as error:
                self._discard()
                self._postpone(error)
                raise Unavailable("PostgreSQL", _words(error)) from error

    def begin_with(self, work: Work[None]) -> None:
        """Have `work` done first on every connection that is made from now on.

        When it raises, the connection is closed and the call that needed it raises the same.
        """
        with self._lock:
            self._firsts.append(work)

    def ping(self) -> None:
        """Raise Unavailable unless the server answers a query."""
        self.run(lambda cursor: cursor.execute("SELECT 1"))

    def close(self) -> None:
        """Close the connection; the next call of `run` opens another."""
        with self._lock:
            self._discard()

    @staticmethod
    def _transact(connection: Connection, work: Work[T]) -> T:
        with connection, connection.cursor() as cursor:
            return work(cursor)

    @staticmethod
    def _execute(connection: Connection, work: Work[T]) -> T:
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                return work(cursor)
        finally:
            if not connection.closed:
                connection.autocommit = False

    def _connect(self) -> Connection:
        if self._clock() < self._next_attempt:
            raise Unavailable("PostgreSQL", self._last_detail)
        connection = psycopg2.connect(
            self._url,
            application_name=self._application,
            connect_timeout=_CONNECT_TIMEOUT_S,
            keepalives_idle=5,
            keepalives_interval=2,
            keepalives_count=3,
            tcp_user_timeout=_SILENCE_MS,
            options=f"-c statement_timeout={self._timeout_ms} -c timezone=UTC"
            " -c synchronous_commit=on",
        )
        self._pause_s = 0.0
        try:
            for work in self._firsts:
                self._transact(connection, work)
        except Unavailable:
            connection.close()
            raise
        self._connection = connection
        return connection

    def _postpone(self, error: psycopg2.Error) -> None:
        doubled = max(FIRST_PAUSE_S, self._pause_s * 2)
        self._pause_s = min(LONGEST_PAUSE_S, doubled)
        self._next_attempt = self._clock() + self._pause_s
        self._last_detail = _words(error)

    def _discard(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None and not connection.closed:
            connection.close()


def _is_gone(error: psycopg2.Error) -> bool:
    return error.pgcode is None or error.pgcode in _SHUTDOWN_CODES


def _words(error: psycopg2.Error) -> str:
    return str(error).strip() or type(error).__name__
