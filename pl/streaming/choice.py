"""Choose what of the log of a close is told, and count what is held back, by reason."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from pl.signals.choosing import ALERT, HELD_CONFIDENCE, VERDICT_NAMES
from pl.signals.entries import LIVES, Chosen, Entries
from pl.signals.policy import Policy
from pl.signals.signal import CONFIRMED, ENDINGS
from pl.signals.storm import Flags, surest
from pl.streaming.told import Told

_CONFIRMED: Final = LIVES.index(CONFIRMED)
_IS_END: Final = np.array([life in ENDINGS for life in LIVES], np.bool_)
Over = Callable[[Entries, Chosen], Chosen]
"""Returns those of the entries at places whose time is over."""
HELD: Final = {
    "confidence": "signals that are not sure enough to alert",
    "cool_down": "signals that came too soon after another of their kind",
    "storm": "alerts beyond the most of one close, the least sure first",
    "start": "signals of bars that a first start waited for, or that a symbol that returns missed",
    "expired": "signals whose time was over when their bars came, as after a gap of the feed",
}
"""Why a signal of the log was told to nobody."""
_HELD_BY: Final = {"held_confidence": "confidence", "held_cool_down": "cool_down"}


@dataclass(frozen=True, slots=True)
class Choice:
    """Hold the entries that are told, in log order, and how many were not, by reason.

    The ends of what nobody was told of are not counted.
    """

    told: Entries
    held: Counter[str]


def choose(
    policy: Policy,
    told: Told,
    entries: Entries,
    in_time: Flags,
    most: int,
    most_events: int,
    over: Over,
) -> Choice:
    """Choose from the log of a close, and remember who was told of what.

    in_time : (n,) entries of bars that closed late enough; most : alerts; most_events : what
    changes and ends what was told before included, as far as that leaves room; over : asked of
    what would be told for the first time.
    """
    verdict = policy.decide(entries)
    chosen = (verdict >= ALERT) & in_time
    first = np.flatnonzero(chosen & np.isnan(entries.said))
    expired = told.untold(entries, over(entries, first))
    chosen[expired] = False
    awaited = told.awaited(entries, chosen)
    awaited &= ~np.isnan(entries.said) | (verdict != HELD_CONFIDENCE)
    heard = _without_slight(entries, told, told.places(entries, chosen, awaited), awaited)
    crowd = entries.take(heard)
    follows = told.follows(crowd, awaited[heard])
    calmed = heard[surest(crowd, most, most_events, awaited[heard], follows)]
    told.note(entries.take(calmed))
    held = _counted(entries, verdict, in_time, heard)
    held["storm"] = _n_first(entries, heard) - _n_first(entries, calmed)
    held["expired"] = len(np.setdiff1d(expired, heard))
    return Choice(entries.take(calmed), held)


def _without_slight(entries: Entries, told: Told, heard: Chosen, awaited: Flags) -> Chosen:
    """Leave out updates of volume alone, which no event tells: they would take others' places.

    The same of a flow that has ended says its end again, which is left out where that was told.
    Only what a changed bar moved is written out, and that is written already.
    """
    same_life = (entries.life[heard] == _CONFIRMED) | told.as_ended(entries, heard)
    updates = same_life & ~np.isnan(entries.said[heard])
    able = heard[updates & ~awaited[heard]].tolist()
    slight = [k for k, said in zip(able, entries.signals(able), strict=True) if said.is_slight]
    return heard[~np.isin(heard, slight)] if slight else heard


def _n_first(entries: Entries, places: Chosen) -> int:
    """Return how many entries at places say their find for the first time."""
    return int(np.isnan(entries.said[places]).sum())


def _counted(
    entries: Entries, verdict: np.ndarray, in_time: Flags, heard: np.ndarray
) -> Counter[str]:
    silent = ~_IS_END[entries.life]
    silent[heard] = False
    by_verdict = np.bincount(verdict[silent], minlength=len(VERDICT_NAMES)).tolist()
    held = Counter(
        {
            _HELD_BY[name]: count
            for name, count in zip(VERDICT_NAMES, by_verdict, strict=True)
            if name in _HELD_BY
        }
    )
    held["start"] = int((silent & ~in_time & (verdict >= ALERT)).sum())
    return held
