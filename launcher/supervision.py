"""What to do when something ends: pure, (state, event, now) -> (state, actions).

A crashed process is started again after 0.5, 2 and 8 seconds; when it ends a fourth time within
five minutes, everything is stopped; so it is at once when a process says that its settings are
wrong, which no new start would mend. Times are seconds of one monotonic clock.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

BACK_OFF_S: Final = (0.5, 2.0, 8.0)
WINDOW_S: Final = 300.0
WRONG_SETTINGS: Final = 78


@dataclass(frozen=True)
class ProcessEnded:
    """A watched process ended without being asked to."""

    name: str
    exit_code: int


@dataclass(frozen=True)
class StayedSilent:
    """A restarted process did not become ready before its deadline."""

    name: str


@dataclass(frozen=True)
class BecameReady:
    """A restarted process proved healthy."""

    name: str


@dataclass(frozen=True)
class StopAsked:
    """Somebody asked for everything to stop."""


@dataclass(frozen=True)
class TimePassed:
    """The clock went on."""


Event = ProcessEnded | StayedSilent | BecameReady | StopAsked | TimePassed


@dataclass(frozen=True)
class Restart:
    """Start this process again."""

    name: str


@dataclass(frozen=True)
class Kill:
    """End this process, which is there but does not serve."""

    name: str


@dataclass(frozen=True)
class Say:
    """Tell the person at the terminal."""

    text: str


@dataclass(frozen=True)
class StopAll:
    """Stop everything; `because` names the process that cannot be kept up, or is empty."""

    because: str = ""


Action = Restart | Kill | Say | StopAll


@dataclass(frozen=True)
class State:
    """What supervision remembers.

    failures : times at which each process ended
    due      : when each process that is down will be started again
    """

    fail_fast: bool = False
    stopping: bool = False
    failures: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    due: Mapping[str, float] = field(default_factory=dict)


def step(state: State, event: Event, now: float) -> tuple[State, tuple[Action, ...]]:
    """Return the next state and what is to be done now, in order."""
    if state.stopping:
        return state, ()
    match event:
        case StopAsked():
            return replace(state, stopping=True, due={}), (StopAll(),)
        case ProcessEnded(name, exit_code):
            return _ended(state, name, exit_code, now)
        case StayedSilent(name):
            return state, (Say(f"{name} did not become ready; it is ended"), Kill(name))
        case BecameReady(name):
            return state, (Say(f"{name} is running again"),)
        case TimePassed():
            return _restart_due(state, now)


def _ended(state: State, name: str, exit_code: int, now: float) -> tuple[State, tuple[Action, ...]]:
    recent = tuple(_within_window(state.failures.get(name, ()), now))
    what = f"{name} ended with {exit_code}" if exit_code >= 0 else f"{name} was killed"
    hopeless = exit_code == WRONG_SETTINGS or len(recent) >= len(BACK_OFF_S)
    if state.fail_fast or hopeless:
        return replace(state, stopping=True, due={}), (Say(what), StopAll(name))
    delay = BACK_OFF_S[len(recent)]
    following = replace(
        state,
        failures={**state.failures, name: (*recent, now)},
        due={**state.due, name: now + delay},
    )
    return following, (Say(f"{what}; starting it again in {delay:g} s"),)


def _within_window(times: Iterable[float], now: float) -> Iterable[float]:
    return (time for time in times if now - time < WINDOW_S)


def _restart_due(state: State, now: float) -> tuple[State, tuple[Action, ...]]:
    ready = tuple(name for name, time in state.due.items() if time <= now)
    waiting = {name: time for name, time in state.due.items() if time > now}
    return replace(state, due=waiting), tuple(Restart(name) for name in ready)


def next_wake(state: State) -> float | None:
    """Return when `TimePassed` is due next, or None when nothing waits."""
    return min(state.due.values(), default=None)
