"""PostgreSQL goes away and comes back: nothing is lost, nothing doubled, nobody waits long."""

import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from contracts.messages.streaming import ErrorReport
from pl.store.connection import LONGEST_PAUSE_S, Database
from pl.store.error_log import ErrorLog
from pl.store.events import Progress
from pl.store.patterns import PatternStore
from pl.store.spool import Spool
from pl.store.spooled import SpooledWrites
from service.errors import Unavailable
from tests.pl.store.outages import back, kill
from tests.pl.store.samples import NOON_S, PRODUCER, detection

pytestmark = pytest.mark.integration

NOON_MS = int(NOON_S * 1000)


class Clock:
    """Time that passes when told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_restart_between_two_calls_goes_unnoticed(store: Database, outage: Any) -> None:
    store.ping()
    outage.kill()
    outage.start()
    assert PatternStore(store).published_seq(PRODUCER) == 0


def report_of(error_id: str, message: str = "PostgreSQL: away") -> ErrorReport:
    return ErrorReport(
        error_id=error_id,
        severity="error",
        category="database",
        component="streaming",
        error_code="POSTGRESQL_AWAY",
        message=message,
        context={},
    )


def test_a_report_of_an_outage_is_stored_after_it(store: Database, outage: Any, asked: Any) -> None:
    errors = ErrorLog(store)
    kill(outage, store)
    for name in ("e1", "e2"):
        with pytest.raises(Unavailable):
            errors.write(report_of(name), NOON_S, source="streaming")
    outage.start()
    back(store)
    errors.write_waiting()
    assert asked("SELECT error_id FROM error_logs ORDER BY error_id") == [("e1",), ("e2",)]


@pytest.mark.parametrize("refused", [{"message": "a vendor's \0"}, {"error_id": "\0"}])
def test_a_report_that_no_database_can_hold_does_not_hold_up_the_next(
    store: Database, asked: Any, refused: dict[str, str]
) -> None:
    errors = ErrorLog(store)
    errors.write(report_of(**{"error_id": "odd"} | refused), NOON_S, source="streaming")
    errors.write(report_of("e2"), NOON_S, source="streaming")
    assert asked("SELECT error_id FROM error_logs") == [("e2",)]


def test_a_single_statement_is_committed_at_once_and_later_transactions_are_whole(
    store: Database, asked: Any
) -> None:
    insert = "INSERT INTO stream_progress (producer, name, seq) VALUES (%s, 'published', 1)"
    store.run_single(lambda cursor: cursor.execute(insert, ("alone",)))

    def break_off(cursor: Any) -> None:
        cursor.execute(insert, ("undone",))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.run(break_off)
    assert asked("SELECT producer FROM stream_progress") == [("alone",)]


def test_a_restart_before_a_single_statement_goes_unnoticed(store: Database, outage: Any) -> None:
    store.ping()
    outage.kill()
    outage.start()
    assert store.run_single(lambda cursor: cursor.execute("SELECT 1")) is None


def test_while_the_server_is_away_calls_fail_at_once_and_attempts_grow_rare(
    database: Any, outage: Any
) -> None:
    clock = Clock()
    with closing(Database(database.url, application="test", clock=clock)) as store:
        store.ping()
        kill(outage, store)
        pauses = []
        for _ in range(12):
            with pytest.raises(Unavailable, match="PostgreSQL"):
                store.ping()
            began = clock.now
            while store._next_attempt > clock.now:
                clock.now += 0.025
            pauses.append(round(clock.now - began, 3))
        assert pauses == sorted(pauses)
        assert pauses[-1] == pytest.approx(LONGEST_PAUSE_S, abs=0.03)
        outage.start()
        began = clock.now
        store.ping()
        assert clock.now == began


def test_committed_events_survive_a_kill(store: Database, outage: Any) -> None:
    patterns = PatternStore(store)
    events = [detection(seq) for seq in range(1, 71)]
    patterns.commit_events(events, Progress(PRODUCER, "1min", NOON_MS), time.time())
    outage.kill()
    outage.start()
    assert patterns.outbox(PRODUCER, 0) == events
    assert patterns.through_ms(PRODUCER, "1min") == NOON_MS


def test_what_came_during_an_outage_is_stored_after_it_with_its_own_times(
    database: Any, store: Database, outage: Any, asked: Any, tmp_path: Path
) -> None:
    patterns = PatternStore(store)
    with closing(Spool(tmp_path)) as spool:
        spooled = SpooledWrites(spool, patterns)
        before = detection(1)
        patterns.commit_events([before], None, time.time())
        kill(outage, store)
        published_at = time.time() - 30
        during = [detection(2, degraded=True), detection(3, degraded=True)]
        with pytest.raises(Unavailable):
            patterns.commit_events(during, Progress(PRODUCER, "1min", NOON_MS), published_at)
        spooled.commit_events(during, Progress(PRODUCER, "1min", NOON_MS), published_at)
        with pytest.raises(Unavailable):
            spooled.drain()
        assert spooled.waiting == 1
    outage.start()
    with closing(Spool(tmp_path)) as spool:  # the producer was killed too
        again = SpooledWrites(spool, patterns)
        assert again.drain() == 1
        assert again.waiting == 0
    assert patterns.outbox(PRODUCER, 0) == [before, *during]
    assert patterns.through_ms(PRODUCER, "1min") == NOON_MS
    logged = asked(
        'SELECT extract(epoch FROM "timestamp")::float FROM integration_events'
        " WHERE (details->>'degraded')::boolean"
    )
    assert [at for (at,) in logged] == [pytest.approx(published_at, abs=1e-5)] * 2


def test_an_event_that_postgresql_refuses_after_an_outage_holds_up_no_other(
    store: Database, asked: Any, tmp_path: Path
) -> None:
    patterns = PatternStore(store)
    store.run(lambda cursor: cursor.execute("ALTER TABLE pattern_events ADD CHECK (seq <> 2)"))
    with closing(Spool(tmp_path)) as spool:
        spooled = SpooledWrites(spool, patterns)
        reached = Progress(PRODUCER, "1min", NOON_MS)
        spooled.commit_events([detection(seq) for seq in (1, 2, 3)], reached, time.time())
        spool.append(b"no record of ours")
        spooled.commit_events([detection(4)], None, time.time())
        assert spooled.drain() == 3
        assert spooled.waiting == 0
        assert [event.data.seq for event in patterns.outbox(PRODUCER, 0)] == [1, 3, 4]
        assert patterns.through_ms(PRODUCER, "1min") == NOON_MS
        assert spooled.refused == 2
    store.run(
        lambda cursor: cursor.execute(
            "ALTER TABLE pattern_events DROP CONSTRAINT pattern_events_seq_check"
        )
    )
    (tmp_path / "refused.spool").rename(tmp_path / "records.spool")
    with closing(Spool(tmp_path)) as spool:
        again = SpooledWrites(spool, patterns)
        assert again.drain() == 2
        assert [event.data.seq for event in patterns.outbox(PRODUCER, 0)] == [1, 2, 3, 4]
        assert (again.refused, "17 bytes" in again.last_refused) == (1, True)


def test_draining_twice_stores_once(store: Database, asked: Any, tmp_path: Path) -> None:
    with closing(Spool(tmp_path)) as spool:
        spooled = SpooledWrites(spool, PatternStore(store))
        event = detection(1)
        for _ in range(2):
            spooled.commit_events([event], None, time.time())
        assert spooled.drain() == 2
    assert asked(
        "SELECT (SELECT count(*) FROM pattern_events), (SELECT count(*) FROM integration_events)"
    ) == [(1, 1)]
