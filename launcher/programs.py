"""What is run as a child process."""

import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Program:
    """A command to run as a child, and how it is stopped.

    grace_s     : how long it may take to end after `stop_signal`
    leader_only : the signal goes to the process itself, not to its whole group
    echo        : show its output on the terminal (its log file gets it always)
    ahead       : module that a Python program may import before it is its turn, or empty
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
    ahead: str = ""
