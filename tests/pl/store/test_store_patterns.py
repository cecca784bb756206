"""Events are committed once, with their checkpoint, and come back to the byte."""

import time
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import pytest

from pl.store.connection import Database
from pl.store.event_rows import MANY
from pl.store.events import Progress
from pl.store.patterns import PatternStore
from pl.store.queries import Period, SignalQueries
from service.errors import Rejected
from tests.pl.store.samples import NOON_S, PRODUCER, detection, retraction

pytestmark = pytest.mark.integration

_CHECKPOINTS = "SELECT * FROM integration_events ORDER BY (details->>'seq')::int"
MONTH_END_S = datetime(2026, 11, 30, 23, 59, tzinfo=UTC).timestamp()


@pytest.fixture
def patterns(store: Database) -> PatternStore:
    return PatternStore(store)


def test_the_same_event_is_stored_and_logged_once(patterns: PatternStore, asked: Any) -> None:
    event, other = detection(1), detection(2)
    assert patterns.commit_events([event], None, time.time()) == [event]
    assert patterns.commit_events([event, other], None, time.time()) == [event, other]
    assert asked("SELECT count(*) FROM pattern_events") == [(2,)]
    assert asked("SELECT count(*) FROM integration_events") == [(2,)]


def test_a_rehearsal_leaves_nothing_behind(patterns: PatternStore, asked: Any) -> None:
    patterns.rehearse(time.time())
    assert asked("SELECT count(*) FROM pattern_events") == [(0,)]
    assert asked("SELECT count(*) FROM integration_events") == [(0,)]
    assert asked("SELECT count(*) FROM stream_progress") == [(0,)]


def test_an_event_known_under_another_number_is_not_to_be_published(
    patterns: PatternStore,
) -> None:
    event = detection(1)
    patterns.commit_events([event], None, time.time())
    again, other = detection(2, flow_id=event.data.flow_id), detection(3)
    assert patterns.commit_events([again, other], None, time.time()) == [other]
    assert patterns.outbox(PRODUCER, 0) == [event, other]


def test_what_was_stored_before_the_answer_was_lost_is_still_to_be_published(
    database: Any,
) -> None:
    class LosesItsFirstAnswer(Database):
        lost = False

        def run(self, work: Any) -> Any:
            answer = super().run(work)
            if self.lost:
                return answer
            self.lost = True
            return super().run(work)

    with closing(LosesItsFirstAnswer(database.url, application="test")) as store:
        event = detection(1)
        assert PatternStore(store).commit_events([event], None, time.time()) == [event]


def test_many_events_are_stored_as_few_are(patterns: PatternStore, asked: Any) -> None:
    at = time.time()
    many = [
        detection(
            seq,
            reason=f'it rose by {seq} % \u2014 "twice"',
            geometry={"from": NOON_S, "to": NOON_S + seq} if seq % 2 else None,
            levels={"entry": 1.5 * seq} if seq % 3 else None,
            bar_time=NOON_S + seq / 7,
        )
        for seq in range(1, MANY + 20)
    ]
    many.append(retraction(many[3], MANY + 20))
    tables = ("SELECT * FROM pattern_events ORDER BY seq", _CHECKPOINTS)
    progress = Progress(PRODUCER, "signals", int(NOON_S * 1000))
    assert patterns.commit_events(many, progress, at) == many
    copied = [asked(query) for query in tables]
    assert patterns.through_ms(PRODUCER, "signals") == progress.through_ms
    asked("DELETE FROM pattern_events RETURNING seq")
    asked("DELETE FROM integration_events RETURNING flow_id")
    for event in many:
        patterns.commit_events([event], None, at)
    assert [asked(query) for query in tables] == copied
    assert len(copied[1]) == len(many)


def test_an_event_is_kept_in_one_piece_uncompressed(patterns: PatternStore, asked: Any) -> None:
    patterns.commit_events([detection(1, reason="again " * 300)], None, time.time())
    ((bytes_held, bytes_written),) = asked(
        "SELECT pg_column_size(event), octet_length(event) FROM pattern_events"
    )
    assert bytes_written < bytes_held < bytes_written + 8


def test_of_many_events_the_ones_that_stand_are_found(patterns: PatternStore, asked: Any) -> None:
    many = [detection(seq) for seq in range(1, MANY + 10)]
    patterns.commit_events(many[5:6], None, time.time())
    other = detection(MANY + 10, flow_id=many[7].data.flow_id)
    assert patterns.commit_events(many, None, time.time()) == many
    assert patterns.commit_events([*many, other], None, time.time()) == many
    assert asked("SELECT count(*) FROM integration_events") == [(len(many),)]


def test_lives_and_revisions_of_a_flow_are_events_of_their_own(patterns: PatternStore) -> None:
    event = detection(1)
    taken_back = retraction(event, 2)
    assert len(patterns.commit_events([event, taken_back], None, time.time())) == 2
    asked_for = {event.key, taken_back.key, ("5e3f2b62-7d3b-4a1e-8f0c-000000000000", "x", 0)}
    assert patterns.known(asked_for, int(NOON_S * 1000)) == {event.key, taken_back.key}
    assert patterns.known(set(), 0) == set()


def test_the_outbox_gives_back_the_exact_bytes_in_order(patterns: PatternStore) -> None:
    odd = detection(
        2, reason='a tab\t, a "quote", a back\\slash, a line\nand \N{GREEK SMALL LETTER PI}'
    )
    events = [detection(1), odd, detection(3)]
    events.append(retraction(events[0], 4))
    patterns.commit_events(events, None, time.time())
    assert patterns.outbox(PRODUCER, 0) == events
    assert patterns.outbox(PRODUCER, 2) == events[2:]
    assert patterns.outbox(PRODUCER, 0, limit=1) == events[:1]
    assert patterns.outbox("somebody-else", 0) == []


def test_numbers_and_progress_never_go_back(patterns: PatternStore) -> None:
    assert patterns.published_seq(PRODUCER) == 0
    patterns.commit_events([detection(7)], Progress(PRODUCER, "1min", 120_000), time.time())
    patterns.commit_events([], Progress(PRODUCER, "1min", 60_000), time.time())
    patterns.mark_published(PRODUCER, 7)
    patterns.mark_published(PRODUCER, 3)
    assert patterns.published_seq(PRODUCER) == 7
    assert patterns.through_ms(PRODUCER, "1min") == 120_000
    assert patterns.through_ms(PRODUCER, "5min") is None


def test_progress_waits_for_the_last_chunk(patterns: PatternStore, asked: Any) -> None:
    events = [detection(seq) for seq in range(1, 1_203)]
    fresh = patterns.commit_events(events, Progress(PRODUCER, "1min", 60_000), time.time())
    assert [event.data.seq for event in fresh] == list(range(1, 1_203))
    assert asked("SELECT count(*) FROM integration_events") == [(1_202,)]
    assert patterns.through_ms(PRODUCER, "1min") == 60_000


def test_a_failed_transaction_leaves_neither_rows_nor_progress(
    patterns: PatternStore, asked: Any
) -> None:
    broken = detection(2, flow_id="no uuid")
    with pytest.raises(Exception, match="invalid input syntax for type uuid"):
        patterns.commit_events([detection(1), broken], Progress(PRODUCER, "1min", 1), time.time())
    assert asked("SELECT count(*) FROM pattern_events") == [(0,)]
    assert patterns.through_ms(PRODUCER, "1min") is None


def test_a_batch_across_a_months_end_finds_its_partitions(
    patterns: PatternStore, asked: Any
) -> None:
    times = [MONTH_END_S, MONTH_END_S + 60]
    events = [detection(seq, bar_time=at) for seq, at in enumerate(times, 1)]
    patterns.commit_events(events, None, time.time())
    assert asked("SELECT tableoid::regclass::text FROM pattern_events ORDER BY seq") == [
        ("pattern_events_2026_11",),
        ("pattern_events_2026_12",),
    ]
    assert patterns.outbox(PRODUCER, 0) == events


def test_patterns_are_read_newest_first_page_by_page(store: Database) -> None:
    events = [
        detection(seq, symbol="AAPL", pattern="Volume_Spike", bar_time=NOON_S + 60 * (seq // 2))
        for seq in range(1, 8)
    ]
    PatternStore(store).commit_events(
        [*events, detection(8, symbol="MSFT"), detection(9, symbol="AAPL", pattern="Doji")],
        None,
        time.time(),
    )
    queries = SignalQueries(store)
    seen, after = [], None
    while True:
        page = queries.patterns("AAPL", pattern="volume spike", limit=3, after=after)
        seen += [row["seq"] for row in page.rows]
        after = page.next
        if after is None:
            break
    assert seen == [7, 6, 5, 4, 3, 2, 1]
    bounds = Period(
        datetime.fromtimestamp(NOON_S + 60, UTC), datetime.fromtimestamp(NOON_S + 120, UTC)
    )
    chosen = queries.patterns("AAPL", tier=events[0].data.tier, period=bounds).rows
    assert [row["seq"] for row in chosen] == [3, 2]
    with pytest.raises(Rejected, match="next"):
        queries.patterns("AAPL", after="what?")
