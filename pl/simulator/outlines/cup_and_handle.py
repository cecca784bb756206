"""Draw the cup with handle.

Source : Bulkowski 2021.
"""

from pl.simulator.outline import Dice, Drawn, Outline, around


def cup(dice: Dice) -> Outline:
    """Draw a cup with handle."""
    levels = [1.0, 0.0, around(dice, 1.0), around(dice, 0.7), 1.35]
    return Outline(levels, [2.6, 2.6, 1, 1.3], (0, 1, 2, 3), 0.8, True, round_leg=0, line=(2, 2))


CUP = Drawn(15, "Cup_And_Handle", cup)
