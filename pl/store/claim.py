"""Let one Streaming and one DataLoader work on a database at a time."""

import time
from collections.abc import Callable, Sequence
from typing import Final

from pl.store.connection import Cursor, Database
from service.errors import Unavailable

STREAMING: Final = "Streaming"
DATALOADER: Final = "DataLoader"

_KEYS: Final = {STREAMING: 0x73747265, DATALOADER: 0x6C6F6164}  # "stre", "load"
_BESIDE: Final = 1 << 32
"""Added to a service's key: the lock that its other connections share."""
_PATIENCE_S: Final = 5.0
_COMMITTING_S: Final = 30.0
"""So long as PostgreSQL lets a statement run."""


def claim_writing(
    database: Database,
    service: str,
    others: Sequence[Database] = (),
    committing_s: float = _COMMITTING_S,
) -> None:
    """Hold the advisory lock of a service on every connection that `database` ever makes.

    Waits some seconds for one that has just been killed, and longer for what it had sent; raises
    Unavailable after that. When the connection is lost, so is the lock: whoever took it meanwhile
    keeps it, and every further use of `database` raises Unavailable.

    others : through which the service writes, too. PostgreSQL may still be committing what a
    killed one had sent there, and nothing may be read before that has ended; so they share a lock
    that a claim has to take once.
    """
    key = _KEYS[service]
    take = _taking("pg_try_advisory_lock", key)
    _wait_for(database, take, _PATIENCE_S, _taken(service))
    database.begin_with(_or_refuse(take, service))
    alone = _taking("pg_try_advisory_lock", key + _BESIDE)
    _wait_for(database, alone, committing_s, _committing(service))
    database.run(lambda cursor: cursor.execute("SELECT pg_advisory_unlock(%s)", (key + _BESIDE,)))
    for other in others:
        share = _taking("pg_try_advisory_lock_shared", key + _BESIDE)
        other.begin_with(_or_refuse(share, service))


def _taking(function: str, key: int) -> Callable[[Cursor], bool]:
    def take(cursor: Cursor) -> bool:
        cursor.execute(f"SELECT {function}(%s)", (key,))
        row = cursor.fetchone()
        return bool(row and row[0])

    return take


def _wait_for(
    database: Database, take: Callable[[Cursor], bool], patience_s: float, else_say: Unavailable
) -> None:
    until = time.monotonic() + patience_s
    while not database.run(take):
        if time.monotonic() > until:
            raise else_say
        time.sleep(0.1)


def _or_refuse(take: Callable[[Cursor], bool], service: str) -> Callable[[Cursor], None]:
    def take_or_refuse(cursor: Cursor) -> None:
        if not take(cursor):
            raise _taken(service)

    return take_or_refuse


def _taken(service: str) -> Unavailable:
    return Unavailable("PostgreSQL", f"another {service} works on this database")


def _committing(service: str) -> Unavailable:
    detail = f"a {service} that has ended is still committing to this database; start again later"
    return Unavailable("PostgreSQL", detail)
