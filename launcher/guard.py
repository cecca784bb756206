"""The launcher's side of the guardian."""

import json
import os
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import asdict
from typing import TextIO

from launcher import guardian
from launcher.programs import Program


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
