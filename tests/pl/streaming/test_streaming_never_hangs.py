"""Whatever a policy and a storm hold back: what was told gets its end or its retraction."""

from collections import defaultdict
from functools import cache
from uuid import UUID

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pl.market.batches import ClosedBars, UInt8
from pl.signals.choosing import ALERT, HELD_CONFIDENCE, HELD_COOL_DOWN, UPDATE
from pl.signals.entries import LIVES, Entries, join_entries
from pl.signals.signal import CONFIRMED, ENDINGS, FORMING, Signal
from pl.store.standing import Standing
from pl.streaming.choice import choose
from pl.streaming.flows import Flows, FlowState
from pl.streaming.told import Told
from tests.pl.signals.chart.test_chart_engine import planted_minutes
from tests.pl.signals.synthetic import SYMBOLS, changed, engine
from tests.pl.streaming.fakes import nothing_is_over

Close = tuple[Entries, list[Signal]]
Published = dict[UUID, list[Signal]]


def disturbed(bars: ClosedBars, n_changes: int, seed: int) -> list[ClosedBars]:
    """Return the bars one close at a time, some of them revised some bars later."""
    dice = np.random.default_rng(seed)
    starts = np.unique(bars.start_ms)
    closes = [bars.take(bars.start_ms == start) for start in starts]
    for at in np.sort(dice.integers(60, len(closes), n_changes))[::-1].tolist():
        which = closes[at - int(dice.integers(1, 30))]
        factor = float(dice.choice([0.985, 1.015]))
        place = int(dice.integers(0, len(which)))
        close = float(which.close[place]) * factor
        top = max(close, float(which.high[place]))
        low = min(close, float(which.low[place]))
        closes.insert(at, changed(which, place, close=close, high=top, low=low))
    return closes


@cache
def closes() -> list[Close]:
    """Return the log of planted charts, close by close, some bars of which are revised."""
    bars, _ = planted_minutes(7)
    running = engine()
    log = [running.update(each).entries for each in disturbed(bars, 40, 3)]
    return [(entries, entries.signals()) for entries in log if len(entries)]


class Fickle:
    """Rule as a policy that holds back at random, but never what it let through before."""

    def __init__(self, seed: int) -> None:
        self._dice = np.random.default_rng(seed)

    def decide(self, entries: Entries) -> UInt8:
        drawn = self._dice.choice([HELD_CONFIDENCE, HELD_COOL_DOWN, ALERT], len(entries))
        says_again = ~np.isnan(entries.said) & (drawn == ALERT)
        return np.where(says_again, UPDATE, drawn).astype(np.uint8)


def published(seed: int, *, together: int, most: int, restarts: bool) -> Published:
    """Return by flow what is published when `together` closes are evaluated at once."""
    policy, told, flows = Fickle(seed), Told(), Flows()
    out: Published = defaultdict(list)
    for begin in range(0, len(closes()), together):
        part = join_entries([entries for entries, _ in closes()[begin : begin + together]])
        in_time = np.ones(len(part), np.bool_)
        choice = choose(policy, told, part, in_time, most, 2 * most, nothing_is_over)
        for signal in choice.told.signals():
            admitted = flows.admit(signal)
            if admitted is not None:
                out[admitted.flow_id].append(admitted)
        if restarts and begin % 7 == 0:
            known = [standing(story[-1]) for story in out.values()]
            told = Told.of(known, SYMBOLS, "1min")
            flows = Flows(map(FlowState.of, known))
    return out


def standing(signal: Signal) -> Standing:
    return Standing(
        str(signal.flow_id),
        signal.life,
        signal.revision,
        signal.born_ms,
        signal.confidence,
        signal.price,
        signal.price_change,
        signal.volume,
        signal.timeframe,
        signal.symbol,
        signal.pattern,
        signal.direction,
        signal.reason,
    )


@given(
    seed=st.integers(0, 1_000),
    together=st.sampled_from([1, 1, 3, 40]),
    most=st.sampled_from([1, 5, 1_000]),
    restarts=st.booleans(),
)
@settings(max_examples=12, deadline=None)
def test_a_told_flow_is_where_the_log_leaves_it(
    seed: int, together: int, most: int, restarts: bool
) -> None:
    final = {entry.flow_id: entry.life for _, log in closes() for entry in log}
    told = published(seed, together=together, most=most, restarts=restarts)
    hung = {
        flow_id: [entry.life for entry in story]
        for flow_id, story in told.items()
        if story[-1].life != final[flow_id]
    }
    assert not {
        flow_id: (story, final[flow_id])
        for flow_id, story in hung.items()
        if (story[-1], final[flow_id]) != (FORMING, CONFIRMED)
    }
    assert told
    for story in told.values():
        assert [entry.revision for entry in story] == list(range(len(story)))


def test_what_forms_is_told_to_every_end() -> None:
    stories = set()
    for seed in range(5):
        told = published(seed, together=1, most=1_000, restarts=False)
        stories |= {tuple(entry.life for entry in story) for story in told.values()}
    assert {story[-1] for story in stories if story[0] == FORMING} > ENDINGS
    assert [story for story in stories if story[:2] == (FORMING, CONFIRMED)]
    assert [story for story in stories if story[0] == FORMING and ENDINGS & {*story[1:2]}]


def test_a_cool_down_holds_no_confirmation_back_that_is_awaited() -> None:
    class Cooling:
        def decide(self, entries: Entries) -> UInt8:
            forms = entries.life == LIVES.index(FORMING)
            return np.where(forms, ALERT, HELD_COOL_DOWN).astype(np.uint8)

    told, n_confirmed = Told(), 0
    forming: set[UUID] = set()
    for entries, _ in closes():
        choice = choose(
            Cooling(), told, entries, np.ones(len(entries), np.bool_), 10, 20, nothing_is_over
        )
        for signal in choice.told.signals():
            if signal.life == FORMING:
                forming.add(signal.flow_id)
            else:
                assert signal.flow_id in forming
                n_confirmed += signal.is_found
    assert n_confirmed >= 3
