"""Describe what a chart pattern declares about itself."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

NO_PATTERN: Final = -1
"""What slopes say that make none."""
LAST_SWING: Final = 1_000_000
"""As `break_bars`: the break takes the last swing, however long."""


@dataclass(frozen=True, slots=True)
class ChartRule:
    """Declare how a chart pattern is judged; several may share a rule.

    Both kernels take what they need, by name, of: bars (n, 6); i, the bar; turn, by which prices
    are turned (see `geometry`); k, the bars that confirm a pivot; xs, ys and n, the newest pivots,
    newest first, the last a low of the turned chart; work, room of (SIZE,).

    number : its place among the rules, of which the best fit is kept, among equals the first;
    judge : leaf that writes the sketch `out` and tells whether bar `i` completes a pattern;
    level : leaf to the turned price whose crossing at bar `x` may complete one at bar `i`, never
    too high, `fit.NEVER` when the pivots do not make one; beyond : the same once the close is
    beyond that (also takes `close`, turned, and `above`, below which nothing is left to watch),
    where there is another; is_line : the price may change from bar to bar;
    forms : its break has a price before it comes, so that it may be said to be forming;
    moves_pivots : it writes into xs and ys, so that it is asked last.
    """

    number: int
    name: str
    judge: Callable[..., bool]
    level: Callable[..., float]
    beyond: Callable[..., float] | None = None
    is_line: bool = False
    forms: bool = False
    moves_pivots: bool = False

    @property
    def home(self) -> str:
        """Return the module that says it in words."""
        return self.judge.__module__


@dataclass(frozen=True, slots=True)
class Slopes:
    """Declare which slopes of two lines make a pattern.

    tell : leaf that takes what it needs of upper, lower and lead by name (see `two_lines`), to the
    pattern's number or NO_PATTERN.
    """

    tell: Callable[..., int]

    @property
    def home(self) -> str:
        """Return the module that says it in words."""
        return self.tell.__module__


@dataclass(frozen=True, slots=True)
class ChartPattern:
    """Declare a chart pattern.

    number : what its rule writes and stored rows know; it never changes, a fresh one takes the
    next; alert_from : the confidence that is worth an alert; break_bars : how many bars break out
    where its last swing does not.

    `alert_from` is the least confidence, from one half on, at which 88 % of what alerts in planted
    series of development seeds is what was planted; 83 % for those that noise turns into one
    another (wedges, channel, flag, pennant, V). Held to by tests on other seeds;
    `docs/reference/chart-patterns.md` has the outcome. The log also holds what comes near
    (`scan.NEAR`).
    """

    number: int
    name: str
    rule: ChartRule | Slopes
    alert_from: float
    break_bars: int = LAST_SWING
