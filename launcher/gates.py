"""Children wait at a gate until the guardian knows them and it is their turn.

A launcher that dies in between closes the gate's pipe, and the child ends before it was anything.
"""

import os
import signal
import subprocess
from collections.abc import Callable
from contextlib import suppress
from typing import BinaryIO

from launcher import threshold
from launcher.programs import Program

_GATE = ("/bin/sh", "-c", 'read -r _ || exit 125; exec "$@" </dev/null', "gate")


class Waiting:
    """A process at its closed gate, which has run nothing of its program yet."""

    def __init__(self, program: Program, hold: Callable[[int, Program], None]) -> None:
        gate, self._opener = os.pipe()
        said, writing = os.pipe()
        self.said: BinaryIO = os.fdopen(said, "rb")
        try:
            self.process = subprocess.Popen(
                _gated(program),
                stdin=gate,
                stdout=writing,
                stderr=writing,
                cwd=program.folder,
                env=dict(program.environ),
                start_new_session=True,
            )
        except OSError:
            os.close(self._opener)
            self.said.close()
            raise
        finally:
            os.close(gate)
            os.close(writing)
        hold(self.process.pid, program)

    def open_gate(self) -> None:
        """Let it run."""
        with suppress(BrokenPipeError):  # it ended already, which its exit code tells
            os.write(self._opener, b"\n")
        os.close(self._opener)

    def dismiss(self) -> None:
        """End it before it ever ran."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        os.close(self._opener)
        self.said.close()
        self.process.wait()


def _gated(program: Program) -> list[str]:
    if not program.ahead:
        return [*_GATE, *program.command]
    python, *arguments = program.command
    return [python, threshold.__file__, program.ahead, *arguments]
