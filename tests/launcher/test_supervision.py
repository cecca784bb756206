"""Histories of crashes replayed against the decisions, with a fake clock."""

from launcher.supervision import (
    BecameReady,
    Kill,
    ProcessEnded,
    Restart,
    Say,
    State,
    StayedSilent,
    StopAll,
    StopAsked,
    TimePassed,
    next_wake,
    step,
)


def play(state, *history):
    """Return the state after (time, event) pairs, and every action but speech with its time."""
    done = []
    for now, event in history:
        state, actions = step(state, event, now)
        done += [(now, action) for action in actions if not isinstance(action, Say)]
    return state, done


def test_a_crashed_service_is_started_again_after_half_a_second():
    state, done = play(State(), (10.0, ProcessEnded("api", 1)))
    assert done == []
    assert next_wake(state) == 10.5
    state, done = play(state, (10.4, TimePassed()), (10.5, TimePassed()), (10.6, TimePassed()))
    assert done == [(10.5, Restart("api"))]
    assert next_wake(state) is None


def test_the_delay_grows_with_every_failure():
    state, delays = State(), []
    for now in (0.0, 10.0, 20.0):
        state, _ = step(state, ProcessEnded("api", 1), now)
        delays.append(next_wake(state) - now)
        state, _ = step(state, TimePassed(), now + 9)
    assert delays == [0.5, 2.0, 8.0]


def test_a_fourth_failure_within_five_minutes_stops_all():
    crashes = [(now, ProcessEnded("api", 1)) for now in (0.0, 60.0, 120.0, 299.0)]
    state, done = play(State(), *crashes)
    assert done == [(299.0, StopAll("api"))]
    assert state.stopping


def test_wrong_settings_stop_all_at_once():
    state, done = play(State(), (0.0, ProcessEnded("streaming", 78)))
    assert done == [(0.0, StopAll("streaming"))]
    assert state.stopping


def test_failures_older_than_five_minutes_are_forgotten():
    crashes = [(now, ProcessEnded("api", 1)) for now in (0.0, 60.0, 120.0, 301.0)]
    state, done = play(State(), *crashes)
    assert done == []
    assert not state.stopping


def test_failures_are_counted_for_each_process_alone():
    names = ("api", "loader", "redis", "api", "loader", "redis")
    _, done = play(State(), *((float(i), ProcessEnded(n, 1)) for i, n in enumerate(names)))
    assert done == []


def test_fail_fast_stops_at_the_first_failure():
    _, done = play(State(fail_fast=True), (0.0, ProcessEnded("loader", 0)))
    assert done == [(0.0, StopAll("loader"))]


def test_a_restarted_service_that_stays_silent_is_killed_and_counted_when_it_ends():
    state, done = play(
        State(),
        (0.0, ProcessEnded("api", 1)),
        (0.5, TimePassed()),
        (30.5, StayedSilent("api")),
        (30.6, ProcessEnded("api", -9)),
    )
    assert done == [(0.5, Restart("api")), (30.5, Kill("api"))]
    assert next_wake(state) == 32.6


def test_nothing_is_started_again_once_a_stop_was_asked_for():
    state, done = play(
        State(),
        (0.0, ProcessEnded("api", 1)),
        (0.2, StopAsked()),
        (0.5, TimePassed()),
        (0.6, ProcessEnded("loader", -15)),
        (0.7, BecameReady("api")),
    )
    assert done == [(0.2, StopAll())]
    assert next_wake(state) is None
