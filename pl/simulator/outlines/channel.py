"""Draw the channel, which breaks either way.

Source : Edwards and Magee 2007, ch. 14; Bulkowski 2021.
"""

from pl.simulator.outline import Dice, Drawn, Outline, swinging


def channel(dice: Dice) -> Outline:
    """Draw a channel."""
    slope = float(dice.uniform(0.6, 1.1)) * (1 if dice.random() < 0.5 else -1)
    return swinging(dice, slope, slope, int(dice.integers(5, 7)))


SLOPED = Drawn(12, "Channel", channel)
