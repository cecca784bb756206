"""How much of a processor each process of the product used."""

import os
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import psutil

_BROWSER = ("chrom", "node", "headless")


@dataclass(frozen=True)
class Usage:
    """Processor seconds used so far by each named process and its children, and when."""

    at: float
    seconds: Mapping[str, float]

    def percent_until(self, later: "Usage") -> dict[str, float]:
        """Return what each used between two looks, in percent of one core."""
        elapsed = later.at - self.at
        return {
            name: round(100 * (used - self.seconds[name]) / elapsed, 1)
            for name, used in later.seconds.items()
            if name in self.seconds
        }


def look(record: Mapping[str, Any]) -> Usage:
    """Look at the product's processes, at Chromium below this process, and at this process."""
    named = {one["name"]: _family(one["pid"]) for one in record["processes"].values()}
    ours = psutil.Process(os.getpid())
    named["Chromium and its driver"] = [
        child for child in ours.children(recursive=True) if child.name().startswith(_BROWSER)
    ]
    named["this benchmark"] = [ours]
    return Usage(time.monotonic(), {name: _used(family) for name, family in named.items()})


def processor_seconds(pid: int) -> float:
    """Return what a process and all below it have used so far, those that ended included."""
    family = _family(pid)
    ended = 0.0
    for process in family:
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            ended += times.children_user + times.children_system
    return _used(family) + ended


def _family(pid: int) -> list[psutil.Process]:
    try:
        leader = psutil.Process(pid)
        return [leader, *leader.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _used(processes: Iterable[psutil.Process]) -> float:
    total = 0.0
    for process in processes:
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
    return total
