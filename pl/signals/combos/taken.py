"""Part what bars cause in an intraday engine from what they cause in the log of the combos."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pl.signals.entries import Entries, join_entries
from pl.signals.table import EngineUpdate


class Judgement(NamedTuple):
    """Hold what bars caused in the log of the combos.

    restated : how many are silent because days or session hold prices of two scales.
    """

    combos: Entries
    restated: int


@dataclass(frozen=True, slots=True)
class Taken:
    """Hold what bars caused in the engine that took them.

    judge : says what they caused in the log of the combos; to be called once, before either
    engine takes any more. So who waits for the bars' own signals need not wait for their combos.
    """

    update: EngineUpdate
    judge: Callable[[], Judgement]


def join_judgements(parts: Sequence[Judgement]) -> Judgement:
    """Return the judgements of parts of a batch as one, in that order."""
    logs = join_entries([part.combos for part in parts])
    return Judgement(logs, sum(part.restated for part in parts))
