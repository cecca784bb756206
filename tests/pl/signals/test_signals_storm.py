"""A storm of alerts is cut to the surest, always the same ones, and never to updates."""

import numpy as np

from pl.signals.entries import LIVES, Entries
from pl.signals.signal import CONFIRMED, ENDINGS, FORMING, RETRACTED
from pl.signals.storm import surest


def log(confidence: list[float], life: list[str] | None = None) -> Entries:
    n = len(confidence)
    lives = life or [CONFIRMED] * n
    return Entries(
        row=np.arange(n, dtype=np.int32),
        kind=np.zeros(n, np.int32),
        direction=np.zeros(n, np.int8),
        bar_time_ms=np.zeros(n, np.int64),
        born_ms=np.zeros(n, np.int64),
        confidence=np.array(confidence),
        life=np.array([LIVES.index(one) for one in lives], np.uint8),
        said=np.array([np.nan if one in {CONFIRMED, FORMING} else 0.9 for one in lives]),
    )


def test_a_calm_close_keeps_everything() -> None:
    assert surest(log([0.1, 0.9]), 2).tolist() == [0, 1]


def test_the_most_confident_stay_in_log_order() -> None:
    assert surest(log([0.5, 0.9, 0.4, 0.7]), 2).tolist() == [1, 3]


def test_among_equals_the_first_symbols_stay() -> None:
    assert surest(log([0.5, 0.5, 0.5, 0.5]), 3).tolist() == [0, 1, 2]


def test_what_changes_a_signal_said_before_always_stays() -> None:
    found = log([0.5, 0.1, 0.9], [CONFIRMED, RETRACTED, CONFIRMED])
    assert surest(found, 1).tolist() == [1, 2]
    assert surest(found, 0).tolist() == [1]


def test_what_ends_leaves_less_room_for_what_is_said_first() -> None:
    found = log([0.5, 0.9, 0.4, 0.7, 0.5, 0.6], [CONFIRMED] * 4 + [RETRACTED] * 2)
    assert surest(found, 3, 10).tolist() == [0, 1, 3, 4, 5]
    assert surest(found, 3, 4).tolist() == [1, 3, 4, 5]
    assert surest(found, 3, 1).tolist() == [4, 5]


def test_what_is_forming_counts_as_what_is_confirmed() -> None:
    found = log([0.5, 0.9, 0.7, 0.8], [FORMING, FORMING, CONFIRMED, FORMING])
    assert surest(found, 2).tolist() == [1, 3]


def test_endings_are_never_held_back() -> None:
    ends = sorted(ENDINGS)
    found = log([0.1] * 3 + [0.9] * 2, [*ends, FORMING, CONFIRMED])
    assert surest(found, 0).tolist() == [0, 1, 2]


def test_a_confirmation_that_is_awaited_is_never_held_back() -> None:
    found = log([0.1, 0.9, 0.8])
    awaited = np.array([True, False, False])
    assert surest(found, 1, None, awaited).tolist() == [0, 1]
    assert surest(found, 0, 1, awaited).tolist() == [0]
