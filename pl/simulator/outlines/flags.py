"""Draw the flag and the pennant.

Source : Edwards and Magee 2007, ch. 11; Bulkowski 2021.
"""

from pl.simulator.outline import Dice, Drawn, Outline, around


def flag(dice: Dice) -> Outline:
    """Draw a flag that flies from a rising pole."""
    width, fall = float(dice.uniform(0.32, 0.4)), float(dice.uniform(0.02, 0.1))
    levels = [0.0, 1.0, 1.0 - width, 1.0 - fall, 1.0 - width - fall, 1.25]
    return Outline(levels, [1.6, 1, 1, 1, 1.4], (0, 1, 2, 3, 4), 0.2, True, line=(1, 3))


def pennant(dice: Dice) -> Outline:
    """Draw a pennant that flies from a rising pole."""
    levels = [0.0, 1.0, around(dice, 0.55, 0.03), around(dice, 0.9, 0.02), 0.68, 1.25]
    return Outline(levels, [1.6, 1, 1, 1, 1.4], (0, 1, 2, 3, 4), 0.2, True, line=(1, 3))


FLAG = Drawn(13, "Flag", flag, turned=None)
PENNANT = Drawn(14, "Pennant", pennant, turned=None)
