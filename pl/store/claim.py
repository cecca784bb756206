"""Let one Streaming and one DataLoader work on a database at a time."""

import time
from typing import Final

from pl.store.connection import Cursor, Database
from service.errors import Unavailable

STREAMING: Final = "Streaming"
DATALOADER: Final = "DataLoader"

_KEYS: Final = {STREAMING: 0x73747265, DATALOADER: 0x6C6F6164}  # "stre", "load"
_PATIENCE_S: Final = 5.0


def claim_writing(database: Database, service: str) -> None:
    """Hold the advisory lock of a service on every connection that `database` ever makes.

    Waits some seconds for one that has just been killed; raises Unavailable after that. When the
    connection is lost, so is the lock: whoever took it meanwhile keeps it, and every further use
    of `database` raises Unavailable.
    """

    def take(cursor: Cursor) -> bool:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", (_KEYS[service],))
        row = cursor.fetchone()
        return bool(row and row[0])

    def take_again(cursor: Cursor) -> None:
        if not take(cursor):
            raise _taken(service)

    until = time.monotonic() + _PATIENCE_S
    while not database.run(take):
        if time.monotonic() > until:
            raise _taken(service)
        time.sleep(0.1)
    database.begin_with(take_again)


def _taken(service: str) -> Unavailable:
    return Unavailable("PostgreSQL", f"another {service} works on this database")
