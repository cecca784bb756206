"""Draw head and shoulders, and the inverse.

Source : Edwards and Magee 2007, ch. 6; Bulkowski 2021.
"""

from pl.simulator.outline import Dice, Drawn, Outline, around


def shoulders(dice: Dice) -> Outline:
    """Draw an inverse head and shoulders."""
    depth = float(dice.uniform(0.4, 0.6))
    levels = [1.4, around(dice, depth), 1.0, 0.0, around(dice, 1.0), around(dice, depth), 1.4]
    shares = [1, 0.9, 1.1, 1.1, 0.9, 1]
    return Outline(levels, shares, (1, 2, 3, 4, 5), 1.8, True, line=(2, 4))


INVERSE = Drawn(4, "Inverse_Head_And_Shoulders", shoulders)
UPRIGHT = Drawn(5, "Head_And_Shoulders", shoulders, turned=True)
