"""While everything runs: start again what ends, until somebody asks to stop or it is hopeless."""

import queue
import threading
import time
from collections.abc import Callable, Mapping

from launcher import supervision
from launcher.console import Console
from launcher.guard import Guard
from launcher.problems import FAILED_FAST, REFUSED_SETTINGS, RESTARTED_TOO_OFTEN, Problem
from launcher.processes import Child, Processes
from launcher.supervision import (
    WRONG_SETTINGS,
    Event,
    Kill,
    ProcessEnded,
    Restart,
    Say,
    State,
    StopAll,
)
from launcher.units import DidNotServe, Unit, wait_until_serving

_LONGEST_WAIT_S = 1.0


class Watch:
    """Carries out what supervision decides."""

    def __init__(
        self,
        units: Mapping[str, Unit],
        processes: Processes,
        guard: Guard,
        console: Console,
        started: Callable[[], None],
    ) -> None:
        self._units = units
        self._processes = processes
        self._guard = guard
        self._console = console
        self._started = started
        self._because = ""
        self.events: queue.SimpleQueue[Event] = queue.SimpleQueue()

    def ended(self, child: Child) -> None:
        """Take note that a child ended, unless it was asked to."""
        if not child.expected:
            self.events.put(ProcessEnded(child.program.key, child.process.wait()))

    def run(self, *, fail_fast: bool) -> Problem | None:
        """Watch until it is time to stop; return why, or None when somebody asked."""
        state = State(fail_fast=fail_fast)
        while not state.stopping:
            event = self._next(state)
            state, actions = supervision.step(state, event, time.monotonic())
            for action in actions:
                self._carry_out(action)
            self._guard.revive()
        return self._problem(fail_fast) if self._because else None

    def _next(self, state: State) -> Event:
        wake = supervision.next_wake(state)
        wait = _LONGEST_WAIT_S if wake is None else wake - time.monotonic()
        try:
            return self.events.get(timeout=min(max(wait, 0.0), _LONGEST_WAIT_S))
        except queue.Empty:
            return supervision.TimePassed()

    def _carry_out(self, action: supervision.Action) -> None:
        match action:
            case Say(text):
                self._console.say(f"[SUPERVISION] {self._with_names(text)}")
            case Restart(name):
                self._restart(self._units[name])
            case Kill(name):
                self._processes.children[name].kill_group()
            case StopAll(because):
                self._because = because

    def _with_names(self, text: str) -> str:
        key, _, rest = text.partition(" ")
        return f"{self._units[key].program.name} {rest}" if key in self._units else text

    def _restart(self, unit: Unit) -> None:
        child = self._processes.start(unit.program)
        self._started()
        threading.Thread(target=self._prove, args=(unit, child), daemon=True).start()

    def _prove(self, unit: Unit, child: Child) -> None:
        try:
            wait_until_serving(unit, child, _nothing_else)
        except DidNotServe as error:
            if not error.crashed:
                self.events.put(supervision.StayedSilent(unit.program.key))
        else:
            self.events.put(supervision.BecameReady(unit.program.key))

    def _problem(self, fail_fast: bool) -> Problem:
        name = self._units[self._because].program.name
        log = self._console.log_path(self._because)
        if self._processes.children[self._because].process.returncode == WRONG_SETTINGS:
            said = "\n".join(self._console.last_lines(self._because, 1))
            cure = "correct the variable it names, in the environment or in .env"
            return REFUSED_SETTINGS.problem(said, cure, service=name)
        said = "\n".join(self._console.last_lines(self._because))
        kind = FAILED_FAST if fail_fast else RESTARTED_TOO_OFTEN
        return kind.problem(f"the last it said:\n{said}", f"see {log}", service=name)


def _nothing_else() -> None:
    """Look at nothing but the process itself while it starts again."""
