"""An event is durable before it is published, and out in order, whatever is away."""

import dataclasses
import threading
import time
from typing import Any

import pytest

from pl.market.sessions import AlwaysOpenSessions
from pl.streaming.expiry import Expiry
from pl.streaming.flows import Flows
from pl.streaming.loads import TOLD_FIRST, Load
from pl.streaming.publication import Publication
from pl.streaming.road import CLEAR_WAY_S, DRAINED_AT_ONCE, Road
from tests.pl.streaming.fakes import (
    T0,
    Clock,
    Database,
    Patterns,
    Redis,
    Spool,
    load,
    signal,
)


class Stage:
    """A road over memory; `carry` runs its thread until everything given is carried."""

    def __init__(self, next_seq: int = 1) -> None:
        self.clock = Clock()
        self.database = Database()
        self.redis = Redis(cursor=next_seq - 1)
        self.patterns = Patterns(self.database)
        self.spool = Spool(self.database)
        self.road = self._build(next_seq)

    def _build(self, next_seq: int, flows: Flows | None = None) -> Road:
        store: Any = self.patterns
        spool: Any = self.spool
        publisher: Any = self.redis
        publication = Publication(publisher, next_seq - 1, self.clock)
        flows = flows or Flows()
        return Road(
            "streaming-test",
            store,
            spool,
            publication,
            flows,
            next_seq,
            Expiry(AlwaysOpenSessions()).at,
            self.clock,
            clear_way_s=0,
        )

    def carry(self, *loads: Load) -> None:
        for each in loads:
            self.road.submit(each)
        self.road.start()
        self.road.stop(10)
        assert self.road.failure == ""

    @property
    def committed(self) -> list[int]:
        return [seq for seqs, *_ in self.database.of("events") for seq in seqs]


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_events_are_numbered_committed_and_published(stage: Stage) -> None:
    stage.carry(load(signal(1), signal(2)), load(signal(3)))
    assert stage.committed == [1, 2, 3]
    assert stage.redis.seqs == [1, 2, 3]
    assert stage.road.next_seq == 4
    assert stage.road.publication.published == 3


def test_nothing_is_published_before_it_is_committed(stage: Stage) -> None:
    seen: list[list[int]] = []
    publish = stage.redis.publish

    class Looking(Redis):
        def publish(self, events: Any, after: int = 0) -> None:
            seen.append(list(stage.committed))
            publish(events, after)

    stage.road.publication.publisher = Looking()  # type: ignore[assignment]
    stage.carry(load(signal(1)), load(signal(2)))
    assert seen == [[1], [1, 2]]


def test_what_follows_an_event_comes_after_it_is_durable(stage: Stage) -> None:
    seen: list[list[int]] = []
    stage.carry(load(signal(1), then=lambda: seen.append(list(stage.committed))))
    assert seen == [[1]]


def test_what_was_said_already_takes_no_number(stage: Stage) -> None:
    stage.carry(load(signal(1)), load(signal(1), signal(2)))
    assert stage.redis.seqs == [1, 2]


def test_numbers_go_on_after_a_restart() -> None:
    stage = Stage(next_seq=42)
    stage.carry(load(signal(1)))
    assert stage.redis.seqs == [42]


def test_how_far_was_evaluated_is_committed_with_the_events(stage: Stage) -> None:
    stage.carry(load(signal(1), through_ms=T0 + 60_000))
    assert stage.database.of("events") == [([1], T0 + 60_000, stage.clock.now)]


def test_the_first_alerts_of_many_are_told_before_the_others_are_written(stage: Stage) -> None:
    many = load(*map(signal, range(1, 321)), through_ms=T0 + 60_000)
    written: list[int] = []

    class Slowly(list[Any]):
        def __getitem__(self, part: Any) -> Any:
            written.append(part.stop)
            return super().__getitem__(part)

    stage.carry(dataclasses.replace(many, found=Slowly(many.found)))
    events = stage.database.of("events")
    assert [len(seqs) for seqs, *_ in events] == [20, 270, 30]
    assert [through for _, through, _ in events] == [None, None, T0 + 60_000]
    assert stage.redis.seqs == list(range(1, 321))
    assert written == [20, 290, 320]


def test_who_brings_alerts_waits_until_the_first_are_out(stage: Stage) -> None:
    stage.road.head_start_s = 30.0
    stage.road.start()
    stage.road.submit(load(*map(signal, range(1, 4))))
    seqs = list(stage.redis.seqs)
    stage.road.stop(10.0)
    assert seqs == [1, 2, 3]


def test_a_close_whose_parts_come_one_by_one_is_followed_once_all_are_told(stage: Stage) -> None:
    seen: list[list[int]] = []
    parts = [dataclasses.replace(load(signal(n)), then=None) for n in (1, 2, 3)]
    stage.carry(*parts, load(through_ms=T0, then=lambda: seen.append(list(stage.redis.seqs))))
    assert seen == [[1, 2, 3]]


def test_what_comes_ahead_waits_for_no_other_part_and_is_told_in_order(stage: Stage) -> None:
    arrived, on_its_way = threading.Event(), threading.Event()
    waited: list[bool] = []

    class Slowly(Patterns):
        def commit_events(self, events: Any, *rest: Any) -> Any:
            if events and events[0].data.seq == TOLD_FIRST + 1:
                waited.append(on_its_way.wait(10.0))
            return super().commit_events(events, *rest)

    class Arriving(list[Any]):
        def __getitem__(self, part: Any) -> Any:
            on_its_way.set()
            return super().__getitem__(part)

    many = dataclasses.replace(load(*map(signal, range(1, 201))), through_ms=None, then=None)
    longer = dataclasses.replace(load(*map(signal, range(201, 261))), through_ms=None, then=None)
    last = load(signal(261), through_ms=T0 + 60_000, then=arrived.set)
    stage.road.clear_way_s = CLEAR_WAY_S
    stage.road.store = Slowly(stage.database)  # type: ignore[assignment]
    stage.carry(many, dataclasses.replace(longer, found=Arriving(longer.found)), last)
    assert waited == [True]
    assert arrived.is_set()
    assert stage.committed == stage.redis.seqs == list(range(1, 262))
    assert [through for _, through, _ in stage.database.of("events")][-1] == T0 + 60_000


def test_a_part_whose_close_never_ends_is_told(stage: Stage) -> None:
    many = dataclasses.replace(load(*map(signal, range(1, 201))), through_ms=None, then=None)
    stage.carry(many)
    assert stage.redis.seqs == list(range(1, 201))


def test_parts_whose_flows_were_told_before_move_the_progress(stage: Stage) -> None:
    many = [signal(number) for number in range(1, 121)]
    stage.carry(load(*many), load(*many, through_ms=T0 + 60_000))
    assert stage.redis.seqs == list(range(1, 121))
    assert stage.database.of("events")[-1] == ([], T0 + 60_000, stage.clock.now)


def test_a_close_without_alerts_moves_the_progress_once_all_are_carried(stage: Stage) -> None:
    stage.carry(load(through_ms=T0), load(through_ms=T0 + 60_000))
    assert stage.database.of("events")[-1] == ([], T0 + 60_000, stage.clock.now)


def test_alerts_do_not_wait_for_the_progress_of_closes_without_any(stage: Stage) -> None:
    stage.carry(load(through_ms=T0), load(signal(1), through_ms=T0 + 60_000))
    assert stage.database.of("events") == [([1], T0 + 60_000, stage.clock.now)]


def test_the_progress_of_closes_without_alerts_is_not_forgotten(stage: Stage) -> None:
    def later() -> None:
        stage.clock.now += 1

    stage.carry(load(through_ms=T0, then=later), load(through_ms=T0 + 60_000))
    assert stage.database.of("events")[0] == ([], T0, stage.clock.now)


def test_what_stands_under_another_number_is_not_published(stage: Stage) -> None:
    stage.patterns.clash = {1}
    stage.carry(load(signal(1), signal(2)))
    assert stage.redis.seqs == [2]


def test_alerts_do_not_wait_until_a_whole_spool_is_stored(stage: Stage) -> None:
    waiting = [("spooled", [seq], None, 0.0) for seq in range(1, 101)]
    stage.road.next_seq, stage.redis.cursor = 101, 100
    stage.road.publication.seq = 100
    stage.spool.records += waiting
    stage.carry(load(signal(1)), load(signal(2)))
    kinds = [what[0] for what in stage.database.done]
    first, second = (place for place, kind in enumerate(kinds) if kind == "events")
    assert (first, kinds[first:second].count("spooled")) == (0, DRAINED_AT_ONCE)


def test_while_postgresql_is_away_events_are_spooled_and_marked_degraded(stage: Stage) -> None:
    stage.database.away = True
    stage.carry(load(signal(1), through_ms=T0))
    assert stage.spool.records == [("spooled", [1], T0, stage.clock.now)]
    assert stage.redis.seqs == [1]
    assert stage.redis.stream[0].data.degraded
    assert stage.road.database == "away"


def test_a_spool_is_drained_with_the_times_of_its_events(stage: Stage) -> None:
    spooled_at = stage.clock.now
    stage.database.away = True

    def comes_back() -> None:
        stage.database.away = False
        stage.clock.now += 60

    stage.carry(load(signal(1), through_ms=T0, then=comes_back), load(signal(2)))
    assert stage.spool.records == []
    assert stage.database.of("spooled") == [([1], T0, spooled_at)]
    assert stage.committed == [2]
    assert [event.data.degraded for event in stage.redis.stream] == [True, False]
    assert stage.road.database == ""


def test_while_redis_is_away_committed_events_wait_in_order(stage: Stage) -> None:
    stage.redis.away = True

    def comes_back() -> None:
        stage.redis.away = False

    stage.carry(load(signal(1)), load(signal(2), then=comes_back), load(signal(3)))
    assert stage.committed == [1, 2, 3]
    assert stage.redis.seqs == [1, 2, 3]
    assert stage.road.publication.problem == ""


def test_with_both_away_nothing_is_lost(stage: Stage) -> None:
    stage.redis.away = stage.database.away = True

    def come_back() -> None:
        stage.redis.away = stage.database.away = False

    stage.carry(load(signal(1)), load(signal(2), then=come_back), load(signal(3)))
    assert stage.redis.seqs == [1, 2, 3]
    assert [seqs for seqs, *_ in stage.database.of("spooled")] == [[1], [2]]
    assert stage.committed == [3]


def test_a_redis_that_forgot_its_last_events_hears_them_again_first(stage: Stage) -> None:
    def forgets() -> None:
        del stage.redis.stream[1:]
        stage.redis.cursor = 1

    stage.carry(
        load(signal(1)), load(signal(2)), load(signal(3), then=forgets), load(signal(4)), load()
    )
    assert stage.redis.seqs == [1, 2, 3, 4]
    assert stage.road.publication.problem == ""


def test_a_flushed_redis_goes_on_after_the_last_number(stage: Stage) -> None:
    def flushed() -> None:
        stage.redis.stream.clear()
        stage.redis.cursor = None

    stage.carry(load(signal(1)), load(signal(2), then=flushed), load(signal(3)), load())
    assert stage.redis.seqs == [3]
    assert stage.redis.cursor == 3


def test_what_was_published_is_marked_for_a_redis_that_loses_its_cursor(stage: Stage) -> None:
    stage.carry(load(signal(1), signal(2)))
    assert stage.database.of("marked")[-1] == (2,)


def test_a_mark_that_failed_is_tried_again(stage: Stage) -> None:
    stage.carry(load(signal(1)))
    stage.database.away = True
    stage.road.publication.seq = 2
    stage.carry()
    stage.database.away = False
    stage.carry()
    assert stage.database.of("marked")[-1] == (2,)


def test_a_bug_on_the_thread_surfaces(stage: Stage) -> None:
    def breaks() -> None:
        raise ZeroDivisionError("ours")

    stage.road.submit(load(then=breaks))
    stage.road.start()
    stage.road.stop(10)
    assert stage.road.failure == "ZeroDivisionError: ours"


def test_a_disk_that_takes_no_spool_record_stops_the_road(stage: Stage) -> None:
    class FullDisk(Spool):
        def commit_events(self, events: Any, progress: Any, at: float) -> None:
            raise OSError(28, "No space left on device")

    stage.database.away = True
    stage.road.spool = FullDisk(stage.database)  # type: ignore[assignment]
    stage.road.submit(load(signal(1)))
    stage.road.start()
    stage.road.stop(10)
    assert "No space left" in stage.road.failure
    assert stage.redis.seqs == []


def test_what_follows_an_alert_leaves_it_the_way_first(stage: Stage) -> None:
    published_at_then: list[float] = []
    done = threading.Event()

    def follow() -> None:
        published_at_then.append(time.monotonic())
        done.set()

    class Noting(Redis):
        def publish(self, events: Any, after: int = 0) -> None:
            published_at_then.append(time.monotonic())

    stage.road.publication.publisher = Noting()  # type: ignore[assignment]
    stage.road.clear_way_s = CLEAR_WAY_S
    stage.road.submit(load(signal(1), then=follow))
    stage.road.start()
    assert done.wait(30)
    stage.road.stop(5)
    published, followed = published_at_then
    assert followed - published >= CLEAR_WAY_S * 0.9


def test_a_clock_that_is_set_back_keeps_no_bar_from_the_database(stage: Stage) -> None:
    class SettingBack(Redis):
        def publish(self, events: Any, after: int = 0) -> None:
            stage.clock.now -= 3_600.0

    done = threading.Event()
    stage.road.publication.publisher = SettingBack()  # type: ignore[assignment]
    stage.road.clear_way_s = CLEAR_WAY_S
    stage.road.submit(load(signal(1), then=done.set))
    stage.road.start()
    followed = done.wait(30)
    stage.road.stop(5)
    assert followed


def test_alerts_do_not_wait_for_what_follows_earlier_ones(stage: Stage) -> None:
    published: list[list[int]] = []
    stage.road.clear_way_s = CLEAR_WAY_S
    loads = [
        load(signal(n), then=lambda: published.append(list(stage.redis.seqs))) for n in range(1, 4)
    ]
    stage.carry(*loads)
    assert published == [[1, 2, 3]] * 3


def test_what_follows_never_falls_far_behind(stage: Stage) -> None:
    published: list[int] = []
    stage.road.clear_way_s = CLEAR_WAY_S
    stage.carry(
        *(load(signal(n), then=lambda: published.append(len(stage.redis.seqs))) for n in range(9))
    )
    assert published == [4, 4, 4, 4, 8, 8, 8, 8, 9]
