"""Say what was measured: percentiles, the machine, and the last line in JSON."""

import json
import os
import platform
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Report:
    """What a benchmark found; `met` says of each target whether it was reached."""

    bench: str
    results: dict[str, Any] = field(default_factory=dict)
    peers: dict[str, Any] = field(default_factory=dict)
    ratios: dict[str, float] = field(default_factory=dict)
    met: dict[str, bool] = field(default_factory=dict)

    def print_line(self) -> None:
        """Print everything as one line of JSON."""
        facts = {
            "bench": self.bench,
            "results": self.results,
            "peers": self.peers,
            "ratios": self.ratios,
            "met": self.met,
        }
        print(json.dumps(facts, separators=(", ", ": ")), flush=True)


def say(line: str) -> None:
    """Print a line at once."""
    print(line, flush=True)


def spread(values_ms: Sequence[float]) -> dict[str, float]:
    """Return count, p50, p95, p99 and the largest of values; empty when there are none.

    A percentile is the smallest value that so many percent do not exceed.
    """
    if not values_ms:
        return {"n": 0}
    ordered = sorted(values_ms)
    named = {f"p{percent}": _rank(ordered, percent) for percent in (50, 95, 99)}
    rounded = {name: round(value, 3) for name, value in named.items()}
    return {"n": len(ordered), **rounded, "max": round(ordered[-1], 3)}


def _rank(ordered: Sequence[float], percent: int) -> float:
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


def table(rows: Mapping[str, Mapping[str, float]]) -> str:
    """Return spreads as aligned text, a row each."""
    columns = ("n", "p50", "p95", "p99", "max")
    head = f"{'ms':<44}" + "".join(f"{name:>10}" for name in columns)
    lines = [
        f"{name:<44}" + "".join(f"{row.get(column, float('nan')):>10.6g}" for column in columns)
        for name, row in rows.items()
    ]
    return "\n".join([head, *lines])


def machine() -> dict[str, Any]:
    """Return on what it ran and how busy that was before: load averages are of 1 and 5 minutes."""
    load = os.getloadavg()
    return {
        "processor": _processor(),
        "cores": os.cpu_count() or 0,
        "load_1m": round(load[0], 2),
        "load_5m": round(load[1], 2),
        "python": platform.python_version(),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.machine()


def median(values: Sequence[float]) -> float:
    """Return the median, rounded to a hundredth."""
    return round(statistics.median(values), 2)
