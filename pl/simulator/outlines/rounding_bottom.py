"""Draw the rounding bottom.

Source : Edwards and Magee 2007, ch. 7; Bulkowski 2021.
"""

from pl.simulator.outline import Dice, Drawn, Outline


def rounding(_dice: Dice) -> Outline:
    """Draw a rounding bottom."""
    return Outline([1.0, 0.0, 1.0, 1.25], [1, 1, 0.2], (0, 1), 0.8, True, round_leg=0)


ROUNDED = Drawn(16, "Rounding_Bottom", rounding)
