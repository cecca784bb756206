"""`run.json`: what runs, where and since when, for `--status`, `--stop` and the scripts."""

import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from launcher.guardian import Group
from launcher.home import write_private
from launcher.processes import Child


class RunRecord:
    """The record of this launcher's run; readable by its owner only, for it holds logins."""

    def __init__(self, path: Path, facts: Mapping[str, object]) -> None:
        self._path = path
        self._facts = {"launcher_pid": os.getpid(), "started_at": time.time(), **facts}

    def write(self, children: Mapping[str, Child], **facts: object) -> None:
        """Write what runs now."""
        self._facts |= facts
        self._facts["processes"] = {
            key: {
                "name": child.program.name,
                "pid": child.pid,
                "started": started(child.pid),
                "signal": int(child.program.stop_signal),
                "leader_only": child.program.leader_only,
            }
            for key, child in children.items()
        }
        write_private(self._path, json.dumps(self._facts, indent=1))

    def remove(self) -> None:
        """Say that nothing runs."""
        self._path.unlink(missing_ok=True)


def read(path: Path) -> dict[str, Any]:
    """Return the record of the last run that did not end in good order, or an empty one."""
    try:
        found: dict[str, Any] = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return found


def started(pid: int) -> str:
    """Return when a process started, in the kernel's ticks; empty when there is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        return ""


def left_over(record: Mapping[str, Any]) -> list[Group]:
    """Return the process groups of a record that still run: launcher and guardian were killed."""
    return [
        Group(process["pid"], process["signal"], leader_only=process["leader_only"])
        for process in record.get("processes", {}).values()
        if process["started"] and process["started"] == started(process["pid"])
    ]
