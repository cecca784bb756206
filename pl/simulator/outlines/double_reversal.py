"""Draw the double bottom and top.

Source : Edwards and Magee 2007, ch. 9; Bulkowski 2021.
"""

from pl.simulator.outline import Dice, Drawn, Outline, around


def double(dice: Dice) -> Outline:
    """Draw a double bottom."""
    levels = [1.6, 0.0, 1.0, around(dice, 0.0), 1.4]
    return Outline(levels, [1.3, 1, 1, 1.2], (1, 2, 3), 2.0, True, line=(2, 2))


BOTTOM = Drawn(0, "Double_Bottom", double)
TOP = Drawn(1, "Double_Top", double, turned=True)
