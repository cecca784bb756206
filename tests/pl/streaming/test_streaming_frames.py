"""A frame lets no split of a price cross a line, also after a restart."""

from pl.market.batches import ClosedBars
from pl.market.sessions import AlwaysOpenSessions
from pl.signals.crossings import LINES
from pl.streaming.frames import Frame, build_frame
from tests.pl.signals.synthetic import span, split_in_two

SPLIT = 300
BARS = split_in_two(SPLIT, 100, "1min")


def frame() -> Frame:
    return build_frame("1min", ("AAA",), AlwaysOpenSessions(), 1)


def told(of: Frame, bars: ClosedBars) -> list[tuple[str, int]]:
    found = of.cross(of.evaluate(bars).indicators)
    lines = [LINES[line].name for line in found.line.tolist()]
    return list(zip(lines, found.start_ms.tolist(), strict=True))


def test_the_averages_after_a_split_tell_nothing() -> None:
    whole = frame()
    split_ms = int(BARS.start_ms[SPLIT])
    after = [(name, at) for name, at in told(whole, BARS) if at >= split_ms]
    assert all(at - split_ms >= 20 * 60_000 for _, at in after)
    assert whole.crossings.misled > 0


def test_a_restart_after_a_split_knows_of_it() -> None:
    cut = SPLIT + 5
    whole, again = told(frame(), BARS), frame()
    again.warm({0: span(BARS, 0, cut)})
    since = int(BARS.start_ms[cut])
    rest = [(name, at) for name, at in whole if at >= since]
    assert told(again, span(BARS, cut, len(BARS.row))) == rest
