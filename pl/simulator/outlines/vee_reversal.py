"""Draw the V bottom and top.

Source : Edwards and Magee 2007, ch. 10; Bulkowski 2021.
"""

from pl.simulator.outline import Dice, Drawn, Outline, around


def vee(dice: Dice) -> Outline:
    """Draw a V bottom."""
    return Outline([1.0, 0.0, 1.3], [1, around(dice, 1.3, 0.2)], (0, 1), 0.8, True)


BOTTOM = Drawn(17, "V_Bottom", vee)
TOP = Drawn(18, "V_Top", vee, turned=True)
