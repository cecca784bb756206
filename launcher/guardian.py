"""The process that outlives a killed launcher just long enough to end its children.

It reads lines of JSON from the launcher through a pipe: {"add": group, "signal": n, "grace_s": s},
{"remove": group}. When the pipe closes, the launcher is gone: every group that is left is asked to
end, in reverse order, and killed when its grace is over. Started as a script, so that it needs
nothing but the standard library and is up within milliseconds.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO


@dataclass(frozen=True)
class Group:
    """A process group, how to ask it to end, and how long it may take.

    leader_only : PostgreSQL's children must not be signalled behind its back
    """

    pgid: int
    signal: int = signal.SIGTERM
    grace_s: float = 5.0
    leader_only: bool = False


def watch(lines: Iterable[str]) -> list[Group]:
    """Return the groups that are left when the launcher's lines end, in order of start."""
    held: dict[int, Group] = {}
    for line in lines:
        try:
            message = json.loads(line)
        except ValueError:  # the launcher died in the middle of a line
            continue
        if "add" in message:
            pgid = int(message.pop("add"))
            held[pgid] = Group(pgid, **message)
        else:
            held.pop(int(message["remove"]), None)
    return list(held.values())


def end(groups: Iterable[Group]) -> None:
    """End groups one after the other, the youngest first, and return when none is left."""
    for group in reversed(list(groups)):
        _ask(group)
        _wait(group)
        _kill(group.pgid)


def _ask(group: Group) -> None:
    try:
        if group.leader_only:
            os.kill(group.pgid, group.signal)
        else:
            os.killpg(group.pgid, group.signal)
    except ProcessLookupError:
        return


def _wait(group: Group) -> None:
    deadline = time.monotonic() + group.grace_s
    while is_alive(group.pgid) and time.monotonic() < deadline:
        time.sleep(0.02)


def _kill(pgid: int) -> None:
    try:
        os.killpg(pgid, signal.SIGKILL)
    except ProcessLookupError:
        return


def is_alive(pgid: int) -> bool:
    """Return whether the group has a member that is no zombie: PID 1 may not reap."""
    if not Path("/proc/self/stat").exists():
        return _signalled(pgid)
    return _signalled(pgid) and any(
        _group_and_state(process) == (pgid, True) for process in Path("/proc").glob("[0-9]*")
    )


def _signalled(pgid: int) -> bool:
    try:
        os.killpg(pgid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _group_and_state(process: Path) -> tuple[int, bool]:
    try:
        fields = (process / "stat").read_text().rpartition(")")[2].split()
    except OSError:  # it ended while we looked
        return 0, False
    return int(fields[2]), fields[0] not in "ZX"


def main(pipe: TextIO) -> None:
    """Hold the groups until the launcher is gone, then end them."""
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    end(watch(pipe))


if __name__ == "__main__":
    main(sys.stdin)
