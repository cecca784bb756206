"""Say what was planted and halted in a day: the answers that no detector may see.

Everything follows from the seed, so nothing is written down anywhere; who wants to know asks
`python -m pl simulator --truth 2026-11-22`. No service imports this or the planter.
"""

import json
import os
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any, Final

from pl.simulator.days import DAY_MS
from pl.simulator.halts import BLOCK_MS, Halt
from pl.simulator.market import MINUTE_MS, SimulatedMarket
from pl.simulator.minutes import Day
from pl.simulator.planting import Plant
from pl.simulator.universe import read_listings

EPOCH: Final = date(1970, 1, 1)


def day_number(day: date) -> int:
    """Return days since 1970-01-01."""
    return (day - EPOCH).days


def print_truth(seed: int, rate: float, day: date) -> None:
    """Print the truth about a UTC day of the market of a seed, one JSON object a line.

    Who reads only the first lines (`| head`) may leave.
    """
    market = SimulatedMarket(seed, rate, read_listings())
    try:
        for row in truth_of_day(market, day_number(day)):
            print(json.dumps(row), flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def truth_of_day(market: SimulatedMarket, day: int) -> Iterator[dict[str, Any]]:
    """Yield a row for each pattern planted and each halt of a day, listing by listing."""
    for listing in market.listings:
        made = market.day(listing.symbol, day)
        if made.happened.plant is not None:
            yield {"symbol": listing.symbol, **_of_plant(made, made.happened.plant, day)}
        if made.happened.halt is not None:
            yield {"symbol": listing.symbol, **_of_halt(made.happened.halt, day)}


def _of_plant(made: Day, plant: Plant, day: int) -> dict[str, Any]:
    return {
        "planted": plant.kind,
        "direction": "bullish" if plant.direction > 0 else "bearish",
        "from": _at(day, plant.first * MINUTE_MS),
        "to": _at(day, plant.last * MINUTE_MS),
        "anchors": [[_at(day, m * MINUTE_MS), _close(made, m)] for m in plant.anchors],
        "breaks_at": _at(day, plant.breaks * MINUTE_MS),
        "break_price": _close(made, plant.breaks),
        "noise": round(plant.noise, 4),
    }


def _of_halt(halt: Halt, day: int) -> dict[str, Any]:
    return {
        "halted": halt.kind,
        "from": _at(day, halt.first * BLOCK_MS),
        "to": _at(day, halt.end * BLOCK_MS),
        "move": round(halt.move, 4),
        "jump": round(halt.jump, 4),
    }


def _close(made: Day, minute: int) -> float:
    """Return the price at which the path ends a minute, USD."""
    return int(made.blocks.centre[minute, -1]) / 100.0


def _at(day: int, within_ms: int) -> str:
    return datetime.fromtimestamp((day * DAY_MS + within_ms) / 1_000, UTC).isoformat()
