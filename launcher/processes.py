"""Start, watch and stop child processes; the guardian knows each before it runs its first line."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable

from launcher import guardian
from launcher.console import Console
from launcher.gates import Waiting
from launcher.guard import Guard
from launcher.programs import Program


class Child:
    """A program that was started."""

    def __init__(self, program: Program, process: subprocess.Popen[bytes]) -> None:
        self.program = program
        self.process = process
        self.expected = False
        self.output: threading.Thread | None = None

    @property
    def pid(self) -> int:
        """Return the process id, which is its group's id too."""
        return self.process.pid

    def is_running(self) -> bool:
        """Return whether the process itself has not ended."""
        return self.process.poll() is None

    def ask_to_end(self) -> None:
        """Send the stop signal and expect the end."""
        self.expected = True
        try:
            if self.program.leader_only:
                os.kill(self.pid, self.program.stop_signal)
            else:
                os.killpg(self.pid, self.program.stop_signal)
        except ProcessLookupError:
            return

    def kill_group(self) -> None:
        """Kill whatever is left of the process and its group."""
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            return


class Processes:
    """All children; after `close` none can be started any more."""

    def __init__(self, guard: Guard, console: Console, ended: Callable[[Child], None]) -> None:
        self._guard = guard
        self._console = console
        self._ended = ended
        self._lock = threading.Lock()
        self._closed = False
        self._ahead: dict[str, Waiting] = {}
        self.children: dict[str, Child] = {}

    def start(self, program: Program) -> Child:
        """Start a program in a session of its own.

        Raises: InterruptedError when everything is being stopped.
        """
        with self._lock:
            if self._closed:
                raise InterruptedError(f"{program.name} is not started: everything stops")
            waiting = self._ahead.pop(program.key, None) or Waiting(program, self._guard.hold)
            child = Child(program, waiting.process)
            self.children[program.key] = child
            waiting.open_gate()
        child.output = self._console.follow(
            program.name, program.key, waiting.said, echo=program.echo
        )
        threading.Thread(target=self._await, args=(child,), daemon=True).start()
        return child

    def begin_ahead(self, program: Program) -> None:
        """Let a program load its modules, so that it is quick when `start` says its turn."""
        with self._lock:
            if program.ahead and not self._closed:
                self._ahead[program.key] = Waiting(program, self._guard.hold)

    def _await(self, child: Child) -> None:
        child.process.wait()
        child.kill_group()
        if child.output:
            child.output.join(2.0)
        self._guard.let_go(child.pid)
        self._ended(child)

    def close(self) -> None:
        """Stop all children, the youngest first; each is killed when its grace is over."""
        with self._lock:
            self._closed = True
            while self._ahead:
                _, waiting = self._ahead.popitem()
                waiting.dismiss()
                self._guard.let_go(waiting.process.pid)
        for child in reversed(list(self.children.values())):
            self.stop(child)

    def stop(self, child: Child) -> None:
        """Ask a child to end, then kill its group."""
        child.ask_to_end()
        try:
            child.process.wait(child.program.grace_s)
        except subprocess.TimeoutExpired:
            self._console.say(f"[STOP] {child.program.name} did not end in time; killed")
        child.kill_group()
        _wait_for_group(child.pid)

    def kill_all(self) -> None:
        """Kill every child's group at once."""
        for child in self.children.values():
            child.expected = True
            child.kill_group()


def _wait_for_group(pgid: int, deadline_s: float = 5.0) -> None:
    end = time.monotonic() + deadline_s
    while guardian.is_alive(pgid) and time.monotonic() < end:
        time.sleep(0.01)
