"""Draw the triple bottom and top.

Source : Edwards and Magee 2007, ch. 9; Bulkowski 2021.
"""

from pl.simulator.outline import Dice, Drawn, Outline, around


def triple(dice: Dice) -> Outline:
    """Draw a triple bottom."""
    lows = [around(dice, 0.0) for _ in range(3)]
    levels = [1.6, lows[0], 1.0, lows[1], around(dice, 1.0), lows[2], 1.4]
    return Outline(levels, [1.2, 1, 1, 1, 1, 1.2], (1, 2, 3, 4, 5), 2.0, True, line=(2, 4))


BOTTOM = Drawn(2, "Triple_Bottom", triple)
TOP = Drawn(3, "Triple_Top", triple, turned=True)
