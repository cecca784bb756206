"""Start, watch and stop child processes; the guardian knows each before it runs its first line."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import BinaryIO, TextIO

from launcher import guardian
from launcher.console import Console

# The child waits at this gate until the guardian has been told of it; a launcher that dies in
# between closes the gate's pipe, and the child ends before it was anything.
_GATE = ("/bin/sh", "-c", 'read -r _ || exit 125; exec "$@" </dev/null', "gate")


@dataclass(frozen=True)
class Program:
    """A command to run as a child, and how it is stopped.

    grace_s     : how long it may take to end after `stop_signal`
    leader_only : the signal goes to the process itself, not to its whole group
    echo        : show its output on the terminal (its log file gets it always)
    """

    name: str
    key: str
    command: tuple[str, ...]
    environ: Mapping[str, str] = field(repr=False)
    folder: Path
    stop_signal: signal.Signals = signal.SIGTERM
    grace_s: float = 10.0
    leader_only: bool = False
    echo: bool = True


class Guard:
    """The launcher's end of the pipe to the guardian; it starts a guardian that was killed anew."""

    def __init__(self, inherited: tuple[int, ...] = ()) -> None:
        self._inherited = inherited
        self._held: dict[int, str] = {}
        self._lock = threading.Lock()
        self._dismissed = False
        self._process, self._pipe = self._spawn()

    @property
    def pid(self) -> int:
        """Return the guardian's process id."""
        return self._process.pid

    def hold(self, pgid: int, program: Program) -> None:
        """Have the group of a program ended should the launcher vanish."""
        self._hold(guardian.Group(pgid, program.stop_signal, program.grace_s, program.leader_only))

    def hold_group(self, pgid: int) -> None:
        """Have any other group ended should the launcher vanish."""
        self._hold(guardian.Group(pgid))

    def _hold(self, group: guardian.Group) -> None:
        facts = asdict(group)
        line = json.dumps({"add": facts.pop("pgid"), **facts})
        with self._lock:
            self._held[group.pgid] = line
            self._send(line)

    def let_go(self, pgid: int) -> None:
        """Forget a group that has ended."""
        with self._lock:
            self._held.pop(pgid, None)
            self._send(json.dumps({"remove": pgid}))

    def revive(self) -> None:
        """Start the guardian again when somebody killed it."""
        with self._lock:
            if self._process.poll() is not None and not self._dismissed:
                self._start_again()

    def close(self) -> None:
        """Dismiss the guardian, which ends whatever is still held."""
        with self._lock:
            self._dismissed = True
            self._close_pipe()
        self._process.wait()

    def _send(self, line: str) -> None:
        if self._dismissed:
            return
        try:
            self._pipe.write(line + "\n")
            self._pipe.flush()
        except BrokenPipeError:
            self._start_again()

    def _start_again(self) -> None:
        self._close_pipe()
        self._process, self._pipe = self._spawn()
        for line in self._held.values():
            self._pipe.write(line + "\n")
        self._pipe.flush()

    def _close_pipe(self) -> None:
        with suppress(BrokenPipeError):
            self._pipe.close()

    def _spawn(self) -> tuple[subprocess.Popen[bytes], TextIO]:
        theirs, ours = os.pipe()
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", guardian.__file__],
            stdin=theirs,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=self._inherited,
            start_new_session=True,
        )
        os.close(theirs)
        return process, os.fdopen(ours, "w")


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
        self.children: dict[str, Child] = {}

    def start(self, program: Program) -> Child:
        """Start a program in a session of its own.

        Raises: InterruptedError when everything is being stopped.
        """
        with self._lock:
            if self._closed:
                raise InterruptedError(f"{program.name} is not started: everything stops")
            child, said = self._open(program)
            self.children[program.key] = child
        child.output = self._console.follow(program.name, program.key, said, echo=program.echo)
        threading.Thread(target=self._await, args=(child,), daemon=True).start()
        return child

    def _open(self, program: Program) -> tuple[Child, BinaryIO]:
        gate, opener = os.pipe()
        said, writing = os.pipe()
        try:
            process = subprocess.Popen(
                [*_GATE, *program.command],
                stdin=gate,
                stdout=writing,
                stderr=writing,
                cwd=program.folder,
                env=dict(program.environ),
                start_new_session=True,
            )
            self._guard.hold(process.pid, program)
            os.write(opener, b"\n")
        finally:
            for descriptor in (gate, opener, writing):
                os.close(descriptor)
        return Child(program, process), os.fdopen(said, "rb")

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
