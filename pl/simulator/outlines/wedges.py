"""Draw the wedges, which break either way.

Source : Edwards and Magee 2007, ch. 10; Bulkowski 2021.
"""

from pl.simulator.outline import Dice, Drawn, Outline, swinging


def rising_wedge(dice: Dice) -> Outline:
    """Draw a rising wedge."""
    upper = float(dice.uniform(0.4, 0.7))
    return swinging(dice, upper, upper + float(dice.uniform(0.45, 0.6)), int(dice.integers(5, 7)))


def falling_wedge(dice: Dice) -> Outline:
    """Draw a falling wedge."""
    lower = -float(dice.uniform(0.4, 0.7))
    return swinging(dice, lower - float(dice.uniform(0.45, 0.6)), lower, int(dice.integers(5, 7)))


RISING = Drawn(9, "Rising_Wedge", rising_wedge)
FALLING = Drawn(10, "Falling_Wedge", falling_wedge)
