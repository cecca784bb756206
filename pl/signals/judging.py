"""Judge a bar by the pattern of a number, which is its place in the registry."""

from collections.abc import Callable
from typing import Final

from pl.kernel import leaf
from pl.market.batches import Float64
from pl.signals.bars import Bars
from pl.signals.candles.frame import frame_of
from pl.signals.composition import chosen
from pl.signals.hits import Verdict
from pl.signals.registry import PATTERNS

READS: Final = {"candlestick": "bars, i, c", "event": "bars, i, state"}
"""By family: what a rule is called with."""


def _chosen(name: str, family: str) -> Callable[..., Verdict]:
    ours = {p.number: (p.rule, READS[family]) for p in PATTERNS if p.family == family}
    return chosen(name, f"number, {READS[family]}", ours, __name__)


judge_candlestick = leaf(_chosen("judge_candlestick", "candlestick"))
judge_event = leaf(_chosen("judge_event", "event"))
"""Return the verdict of the pattern `number` of that family on bar `i`.

c : the frame of the bar; state : has seen the bar.
"""


def judge(number: int, bars: Bars, i: int, state: Float64) -> Verdict:
    """Return the verdict of any pattern outside of kernels, likewise."""
    if PATTERNS[number].family == "event":
        return judge_event(number, bars, i, state)
    return judge_candlestick(number, bars, i, frame_of(bars, i))
