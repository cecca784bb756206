"""Describe what a combo declares: a setup, a trigger, and what joins them.

A setup is fixed when a daily bar completes and holds in the sessions after it, the running day is
never looked at. There are three kinds: a level of daily bars, conditions on the daily indicator
row, and a pattern of the daily log. A trigger is judged as an intraday bar closes.
"""

from dataclasses import dataclass
from typing import Final

from pl.signals.bars import HIGH
from pl.signals.combos.trades import Trade
from pl.signals.pattern import IN_SESSION, Alert, Setting

EITHER: Final = 0
"""A combo of this direction takes the trigger's, with which the setup's has to agree."""


@dataclass(frozen=True, slots=True)
class Level:
    """Declare the highest high or lowest low (`end`) of the last `n_bars` completed days.

    Its score is 0.5 + 0.5 x / (1 + x), with x the sessions it has stood over five; of a single
    day, where the day closed in its range: 1 at the level.
    """

    end: int
    n_bars: int
    said: str

    @property
    def side(self) -> int:
        """Return 1 for a high, -1 for a low."""
        return 1 if self.end == HIGH else -1


@dataclass(frozen=True, slots=True)
class Condition:
    """Declare that a column of the last completed day lies above (below) another or a number.

    Columns are those of the indicator row, and open, high, low, close and volume. Its score is
    0.5 + 0.5 x / (1 + x), with x the distance over `scale`, a column or a number.
    """

    left: str
    above: bool
    right: str | float
    scale: str | float


@dataclass(frozen=True, slots=True)
class Conditions:
    """Declare conditions that all hold; the score is the least of theirs.

    said : a sentence that names columns of the day, as {close}: prices, and what is compared with a
    number; n_bars : days that the columns feel, of a smoothing average those until
    it weighs a day with less than 1 %.
    """

    all_of: tuple[Condition, ...]
    said: str
    n_bars: int


@dataclass(frozen=True, slots=True)
class Found:
    """Declare patterns of the daily log, any of which holds for `sessions` after its bar.

    Its score is the pattern's confidence, falling in equal steps to half of it in the last
    session. The newest counts, of one day the most confident.
    """

    names: tuple[str, ...]
    sessions: int


@dataclass(frozen=True, slots=True)
class Crosses:
    """Declare the session's first close beyond the setup's level."""


@dataclass(frozen=True, slots=True)
class Holds:
    """Declare an open beyond the setup's level that no low (high) of `minutes` took back.

    Judged at the first bar that ends so long after the open or later, never in a session without a
    bar in those minutes.
    """

    minutes: int


@dataclass(frozen=True, slots=True)
class Fires:
    """Declare patterns of the intraday log; at_vwap : on a bar that reaches the session's VWAP."""

    names: tuple[str, ...]
    at_vwap: bool = False


Setup = Level | Conditions | Found
Trigger = Crosses | Holds | Fires


@dataclass(frozen=True, slots=True)
class ComboWeights:
    """Hold how much each half, volume and context count for the confidence; they add up to 1."""

    setup: float
    trigger: float
    volume: float
    context: float


@dataclass(frozen=True, slots=True)
class Combo:
    """Declare a combo.

    words : the idea in a sentence; direction : BULLISH, BEARISH or EITHER;
    template : the reason, of the numbers of both halves; setting : which market before makes it
    more credible; least_volume : of the trigger's bar, over the mean of the 20 bars before;
    alert : what makes an entry an alert, on each of the timeframes, on which triggers are judged;
    trade : how it ends.
    """

    name: str
    words: str
    setup: Setup
    trigger: Trigger
    direction: int
    weights: ComboWeights
    template: str
    setting: Setting
    source: str
    alert: Alert
    trade: Trade
    least_volume: float = 0.0
    timeframes: frozenset[str] = IN_SESSION

    @property
    def sessions(self) -> int:
        """Return for how many sessions after its last daily bar a setup holds."""
        return self.setup.sessions if isinstance(self.setup, Found) else 1

    @property
    def n_bars(self) -> int:
        """Return how many days have to be of one price scale; the daily log sees to its own."""
        return 0 if isinstance(self.setup, Found) else self.setup.n_bars
