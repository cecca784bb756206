"""Measure what market events share: how clearly a price has left a level behind."""

from typing import Final

from pl.kernel import leaf

CLEARANCE: Final = 0.1
"""A close is beyond a level from a tenth of the mean true range on."""


@leaf
def fit_beyond(distance: float) -> float:
    """Return the fit of a close `distance` mean true ranges beyond a level: 0.5 at it, below 1."""
    return (0.5 + distance) / (1.0 + distance)
