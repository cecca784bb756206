"""Draw the rectangle, which breaks either way.

Source : Edwards and Magee 2007, ch. 9; Bulkowski 2021.
"""

from pl.simulator.outline import Dice, Drawn, Outline, swinging


def rectangle(dice: Dice) -> Outline:
    """Draw a rectangle."""
    return swinging(dice, 0.0, 0.0, 6)


BETWEEN_FLATS = Drawn(11, "Rectangle", rectangle)
