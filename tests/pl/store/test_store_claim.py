"""One Streaming at a time works on a database, whatever happens to its connection."""

from threading import Event, Thread
from typing import Any

import pytest

from pl.store.claim import DATALOADER, STREAMING, claim_writing
from pl.store.connection import Database
from service.errors import Unavailable
from tests.pl.store.outages import back, kill

pytestmark = pytest.mark.integration


@pytest.fixture
def connect(database: Any) -> Any:
    opened: list[Database] = []

    def open_one() -> Database:
        opened.append(Database(database.url, application="test"))
        return opened[-1]

    yield open_one
    for each in opened:
        each.close()


def lose_connection(database: Database, by: Database) -> None:
    pid = database.run(
        lambda cursor: cursor.execute("SELECT pg_backend_pid()") or cursor.fetchone()
    )
    by.run(lambda cursor: cursor.execute("SELECT pg_terminate_backend(%s, 5000)", pid))


def test_the_claim_survives_a_lost_connection(connect: Any) -> None:
    first, other = connect(), connect()
    claim_writing(first, STREAMING)
    lose_connection(first, by=other)
    first.ping()
    with pytest.raises(Unavailable, match="another Streaming"):
        claim_writing(other, STREAMING)


def test_the_claim_is_taken_again_when_the_server_comes_back(connect: Any, outage: Any) -> None:
    first, other = connect(), connect()
    claim_writing(first, STREAMING)
    kill(outage, first)
    outage.start()
    back(first)
    with pytest.raises(Unavailable, match="another Streaming"):
        claim_writing(other, STREAMING)


def test_whoever_took_it_meanwhile_keeps_it(connect: Any) -> None:
    first, other = connect(), connect()
    claim_writing(first, STREAMING)
    lose_connection(first, by=other)
    claim_writing(other, STREAMING)
    for _ in range(2):
        with pytest.raises(Unavailable, match="another Streaming"):
            first.ping()
    other.close()
    first.ping()


def test_services_do_not_shut_each_other_out(connect: Any) -> None:
    claim_writing(connect(), STREAMING)
    claim_writing(connect(), DATALOADER)


def test_a_claim_waits_for_what_the_one_before_is_still_committing(connect: Any) -> None:
    events, bars, reader = connect(), connect(), connect()
    claim_writing(events, STREAMING, (bars,))
    reader.run(lambda cursor: cursor.execute("CREATE TABLE left_behind (n int)"))
    sent = Event()

    def write(cursor: Any) -> None:
        sent.set()
        cursor.execute("INSERT INTO left_behind SELECT 1 FROM pg_sleep(0.5)")

    def work() -> None:
        bars.run(write)
        bars.close()

    writing = Thread(target=work)
    writing.start()
    assert sent.wait(30.0)
    events.close()
    try:
        claim_writing(connect(), STREAMING)
        found = reader.run(
            lambda cursor: cursor.execute("SELECT n FROM left_behind") or cursor.fetchall()
        )
    finally:
        writing.join()
        reader.run(lambda cursor: cursor.execute("DROP TABLE left_behind"))
    assert found == [(1,)]


def test_a_claim_that_waited_in_vain_says_for_what(connect: Any) -> None:
    events, bars = connect(), connect()
    claim_writing(events, STREAMING, (bars,))
    bars.ping()
    events.close()
    with pytest.raises(Unavailable, match="a Streaming that has ended is still committing"):
        claim_writing(connect(), STREAMING, committing_s=0.1)
