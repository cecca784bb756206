"""Draw the triangles, which break either way.

Source : Edwards and Magee 2007, ch. 8; Bulkowski 2021.
"""

from pl.simulator.outline import Dice, Drawn, Outline, around, swinging


def ascending(dice: Dice) -> Outline:
    """Draw an ascending triangle."""
    return swinging(dice, 0.0, float(dice.uniform(0.5, 0.7)), int(dice.integers(5, 7)))


def descending(dice: Dice) -> Outline:
    """Draw a descending triangle."""
    return swinging(dice, -float(dice.uniform(0.5, 0.7)), 0.0, int(dice.integers(5, 7)))


def symmetrical(dice: Dice) -> Outline:
    """Draw a symmetrical triangle."""
    closing = float(dice.uniform(0.27, 0.37))
    return swinging(dice, -closing, around(dice, closing, 0.03), int(dice.integers(5, 7)))


ASCENDING = Drawn(6, "Ascending_Triangle", ascending)
DESCENDING = Drawn(7, "Descending_Triangle", descending)
SYMMETRICAL = Drawn(8, "Symmetrical_Triangle", symmetrical)
