"""How combos end: against a plain twin, and what a revision, a day or a restart makes of it."""

from dataclasses import replace

import numpy as np
import pytest

from pl.market.batches import ClosedBars
from pl.signals.combos.catalogue import COMBOS
from pl.signals.combos.declaration import Fires
from pl.signals.life import HORIZON_OF
from pl.signals.registry import PATTERNS
from pl.signals.signal import ENDINGS, Signal
from tests.pl.signals.made_combos import (
    MADE,
    SESSION_MS,
    made_batches,
    made_market,
    made_session,
)
from tests.pl.signals.recorded_combos import DAY, MINUTE, Batch, Market, cut, log_of
from tests.pl.signals.synthetic import changed, join, span

HORIZONS = {combo.name: combo.trade.horizon_bars for combo in COMBOS}
FAMILY = {pattern.name: pattern.family for pattern in PATTERNS}
Told = tuple[str, int, float, int]


def plain_end(signal: Signal, bars: ClosedBars) -> Told:
    """Say how a combo ends; bars : those of its symbol in its session."""
    starts = bars.start_ms.tolist()
    at = starts.index(signal.bar_time_ms)
    up = signal.direction == "bullish"
    sign = 1 if up else -1
    stop, target = (sign * signal.levels.get(name, np.nan) for name in ("stop", "target"))
    for n, i in enumerate(range(at + 1, len(bars)), 1):
        near, far = (bars.low[i], bars.high[i]) if up else (-bars.high[i], -bars.low[i])
        if near <= stop:
            return "failed", starts[i], sign * min(sign * bars.open[i], stop), n
        if far >= target:
            return "target_reached", starts[i], sign * max(sign * bars.open[i], target), n
        if n == HORIZONS[signal.pattern]:
            return "expired", starts[i], bars.close[i], n
    return "expired", starts[-1], bars.close[-1], len(bars) - 1 - at


def told_end(entry: Signal) -> Told:
    price, n_bars = entry.after["exit_price"], entry.after["bars"]
    assert isinstance(price, float)
    assert isinstance(n_bars, int)
    return entry.life, entry.bar_time_ms, price, n_bars


def session_of(batches: list[Batch], entry: Signal) -> ClosedBars:
    minutes = join([bars for kind, bars in batches if kind == MINUTE])
    opened, row = made_session(entry.born_ms), MADE.index(entry.symbol)
    inside = (minutes.start_ms >= opened) & (minutes.start_ms < opened + SESSION_MS)
    return minutes.take(inside & (minutes.row == row))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_combos_end_as_their_plain_twin_says(seed: int) -> None:
    batches = made_batches(seed)
    log = log_of(made_market(), batches)
    ended = {entry.flow_id: told_end(entry) for entry in log if entry.life in ENDINGS}
    found = [entry for entry in log if entry.life == "confirmed"]
    assert len(found) > 20
    for entry in found:
        assert ended.pop(entry.flow_id) == plain_end(entry, session_of(batches, entry)), entry
    assert not ended


def test_combos_end_in_every_way() -> None:
    lives = {
        entry.life for seed in (1, 2, 3) for entry in log_of(made_market(), made_batches(seed))
    }
    assert lives == {"confirmed", *ENDINGS}


def test_an_end_says_the_rest_as_when_it_was_found() -> None:
    first: dict[object, Signal] = {}
    n_ends = 0
    for entry in log_of(made_market(), made_batches(2)):
        if entry.life == "confirmed":
            first[entry.flow_id] = entry
            continue
        n_ends += 1
        assert entry.before == {"life": "confirmed"}
        found = first.pop(entry.flow_id)
        kept = {"life": entry.life, "before": entry.before, "after": entry.after}
        assert entry == replace(found, bar_time_ms=entry.bar_time_ms, **kept)
    assert n_ends > 20


def test_every_combo_names_a_stop_and_lives_as_long_as_its_trigger_or_as_long_as_may_be() -> None:
    for combo in COMBOS:
        if isinstance(combo.trigger, Fires):
            (family,) = {FAMILY[name] for name in combo.trigger.names}
            assert combo.trade.horizon_bars == HORIZON_OF[family]
        else:
            assert combo.trade.horizon_bars == 120
    log = log_of(made_market(), made_batches(1))
    named = [entry for entry in log if entry.life == "confirmed" and entry.levels]
    assert len(named) > 20
    for entry in named:
        sign = 1 if entry.direction == "bullish" else -1
        risk = sign * (entry.levels["entry"] - entry.levels["stop"])
        gain = sign * (entry.levels["target"] - entry.levels["entry"])
        assert risk > 0
        assert gain == pytest.approx(2 * risk)


def test_what_is_open_when_its_day_is_complete_expires_at_the_last_close() -> None:
    batches = made_batches(1)
    market = made_market()
    open_flows: set[object] = set()
    n_expired = 0
    for kind, bars in batches:
        log = market.take((kind, bars))
        if kind == DAY:
            assert {entry.life for entry in log} <= {"expired"}
            assert {entry.flow_id for entry in log} == open_flows
            n_expired += len(log)
        for entry in log:
            (open_flows.discard if entry.life in ENDINGS else open_flows.add)(entry.flow_id)
    assert n_expired > 3


def test_without_its_day_the_first_bar_of_a_later_session_ends_a_combo() -> None:
    whole, n_expired = made_batches(1), 0
    log = log_of(made_market(), whole)
    with_days = {entry.flow_id: told_end(entry) for entry in log if entry.before}
    for at in range(1, len(whole) - 2, 2):
        market = running(whole[: at + 1])
        for entry in market.take((MINUTE, span(whole[at + 2][1], 0, 3))):
            if entry.life == "expired":
                n_expired += 1
                assert told_end(entry) == with_days[entry.flow_id]
    assert n_expired > 3


def ended_early(batches: list[Batch]) -> tuple[list[Batch], Signal, int]:
    """Return minutes cut one by one up to an end by stop or target, that end, and where its bar
    lies among them."""
    parts = [batches[0], *cut(batches[1:], 1)]
    market = made_market()
    for at, batch in enumerate(parts):
        for entry in market.take(batch):
            if entry.life in {"failed", "target_reached"}:
                return parts[: at + 1], entry, at
    raise AssertionError("nothing ended")


def running(parts: list[Batch]) -> Market:
    market = made_market()
    for batch in parts:
        market.take(batch)
    return market


def test_a_revision_takes_an_end_back_and_another_moves_it() -> None:
    parts, end, at = ended_early(made_batches(2))
    market = running(parts)
    bars = parts[at][1]
    stop, target = end.levels["stop"], end.levels["target"]
    quiet = (stop + target) / 2
    calm = changed(bars, 0, open=quiet, high=quiet, low=quiet, close=quiet)
    back = [e for e in market.take((MINUTE, calm)) if e.flow_id == end.flow_id]
    assert [(e.life, dict(e.before), dict(e.after)) for e in back] == [
        ("confirmed", dict(end.after), {"life": "confirmed"})
    ]
    again = changed(bars, 0, revision=2)
    (entry,) = [e for e in market.take((MINUTE, again)) if e.flow_id == end.flow_id]
    assert (entry.life, dict(entry.before)) == (end.life, {"life": "confirmed"})
    assert told_end(entry) == told_end(end)


def test_a_retraction_says_how_it_had_ended() -> None:
    parts, end, _ = ended_early(made_batches(2))
    market = running(parts)
    trigger = next(
        bars
        for kind, bars in parts[1:]
        if kind == MINUTE
        and bars.start_ms[0] == end.born_ms
        and bars.row[0] == MADE.index(end.symbol)
    )
    gone = changed(trigger, 0, close=float("nan"))
    (entry,) = [e for e in market.take((MINUTE, gone)) if e.flow_id == end.flow_id]
    assert entry.life == "retracted"
    assert {name: entry.before[name] for name in ("life", "exit_price", "bars")} == end.after


@pytest.mark.parametrize("seed", [4, 5])
def test_a_log_of_fewer_bars_is_the_beginning_of_that_of_more(seed: int) -> None:
    batches = made_batches(seed)
    parts = [batches[0], *cut(batches[1:], 50)]
    market, whole = made_market(), repr(log_of(made_market(), batches))[1:-1]
    said = ""
    for batch in parts:
        added = repr(market.take(batch))[1:-1]
        said += (", " if said and added else "") + added
        assert whole.startswith(said)
    assert said == whole
