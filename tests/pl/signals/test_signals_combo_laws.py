"""The laws of the combos' log: no repaint, no trace of batches or restarts, revisions net out."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pl.market.batches import ClosedBars
from pl.signals.combos.catalogue import COMBOS
from pl.signals.signal import Signal
from tests.pl.signals.made_combos import (
    MADE,
    N_DAYS,
    SESSION_MS,
    made_batches,
    made_market,
)
from tests.pl.signals.recorded_combos import (
    DAY,
    MINUTE,
    SYMBOLS,
    Batch,
    Market,
    calendar,
    cut,
    in_order,
    log_of,
    new_york,
    read_days,
    read_minutes,
)
from tests.pl.signals.synthetic import FIRST_OPEN_MS, changed, span, standing


def singles(batches: Sequence[Batch]) -> list[Batch]:
    return [(kind, span(bars, i, i + 1)) for kind, bars in batches for i in range(len(bars))]


def disturbed(batches: list[Batch], n_changes: int, seed: int) -> list[Batch]:
    """Return the bars with changes strewn in, and some moved to where they come late."""
    dice = np.random.default_rng(seed)
    whole, parts = batches[0], singles(batches[1:])
    for _ in range(n_changes):
        at = int(dice.integers(200, len(parts)))
        which = int(dice.integers(max(0, at - 300), at))
        kind, old = parts[which]
        drawn = dice.random()
        if drawn < 0.3:
            parts.insert(at, parts.pop(which))
        elif drawn < 0.8:
            factor = float(dice.choice([0.97, 0.99, 1.01, 1.03]))
            moved = {n: float(getattr(old, n)[0]) * factor for n in ("open", "low", "close")}
            top = float(old.high[0]) * max(factor, 1.0) * 1.03
            parts.insert(at, (kind, changed(old, 0, high=top, **moved)))
        elif drawn < 0.9:
            parts.insert(at, (kind, changed(old, 0, quality=2)))
        else:
            parts.insert(at, (kind, changed(old, 0, close=float("nan"))))
    return [whole, *numbered(parts)]


def numbered(parts: list[Batch]) -> list[Batch]:
    """Return the bars with the revisions of their feed: one more each time, late ones from 1."""
    latest: dict[tuple[int, int, int], int] = {}
    newest: dict[tuple[int, int], int] = {}
    out: list[Batch] = []
    for kind, bar in parts:
        row, start = int(bar.row[0]), int(bar.start_ms[0])
        key = kind, row, start
        is_late = start < newest.get((kind, row), 0)
        latest[key] = latest[key] + 1 if key in latest else int(is_late)
        newest[kind, row] = max(start, newest.get((kind, row), 0))
        out.append((kind, replace(bar, revision=np.full(1, latest[key], np.int32))))
    return out


def merged(parts: list[Batch], every: int) -> list[Batch]:
    """Return neighbours of one kind as batches of up to `every` bars."""
    out: list[Batch] = []
    for kind, bar in parts:
        if out and out[-1][0] == kind and len(out[-1][1]) < every:
            names = ClosedBars.__dataclass_fields__
            whole = out[-1][1]
            columns = (np.concatenate([getattr(whole, n), getattr(bar, n)]) for n in names)
            out[-1] = kind, ClosedBars(*columns)
        else:
            out.append((kind, bar))
    return out


def final(parts: list[Batch]) -> list[Batch]:
    """Return the last version of each sound bar, in order of time; days when they are over."""
    last = {(k, int(b.row[0]), int(b.start_ms[0])): b for k, b in parts}
    kept = [(key, b) for key, b in last.items() if np.isfinite(b.close[0])]

    def when(one: tuple[tuple[int, int, int], ClosedBars]) -> tuple[int, int, int]:
        (kind, row, start), _ = one
        return start + (SESSION_MS if kind == DAY else 0), kind == MINUTE, row

    return [(key[0], b) for key, b in sorted(kept, key=when)]


def from_restart(market: Market, parts: list[Batch], stop: int, symbols: Sequence[str]) -> str:
    market.warm(parts[:stop], symbols)
    return repr(log_of(market, parts[stop:]))


@given(seed=st.integers(0, 10_000), every=st.sampled_from([1, 7, 100, 10_000]))
@settings(max_examples=3, deadline=None)
def test_the_cut_of_batches_leaves_no_trace(seed: int, every: int) -> None:
    batches = made_batches(seed)
    assert repr(log_of(made_market(), cut(batches, every))) == repr(log_of(made_market(), batches))


@given(seed=st.integers(0, 10_000))
@settings(max_examples=1, deadline=None)
def test_a_restart_leaves_no_trace(seed: int) -> None:
    batches = made_batches(seed)
    parts = [batches[0], *cut(batches[1:], 40)]
    log: list[list[Signal]] = []
    running = made_market()
    for batch in parts:
        log.append(running.take(batch))
    assert any(log)
    for stop in range(2, len(parts), 9):
        rest = repr([entry for entries in log[stop:] for entry in entries])
        assert from_restart(made_market(), parts, stop, MADE) == rest


@given(seed=st.integers(0, 10_000), n_changes=st.integers(1, 12))
@settings(max_examples=4, deadline=None)
def test_revisions_net_out_to_the_log_of_the_final_bars(seed: int, n_changes: int) -> None:
    parts = disturbed(made_batches(seed), n_changes, seed)
    net = standing(log_of(made_market(), parts))
    clean = standing(log_of(made_market(), [parts[0], *merged(final(parts[1:]), 1)]))
    assert net == clean


@given(seed=st.integers(0, 10_000), every=st.sampled_from([3, 50, 5_000]))
@settings(max_examples=3, deadline=None)
def test_disturbed_bars_give_one_log_whatever_the_batches(seed: int, every: int) -> None:
    parts = disturbed(made_batches(seed), 10, seed)
    assert repr(log_of(made_market(), merged(parts, every))) == repr(log_of(made_market(), parts))


@given(seed=st.integers(0, 10_000))
@settings(max_examples=1, deadline=None)
def test_disturbed_bars_give_one_log_whatever_the_restarts(seed: int) -> None:
    parts = disturbed(made_batches(seed), 10, seed)
    running = made_market()
    log = [running.take(batch) for batch in parts]
    assert any(log)
    for stop in range(300, len(parts), 431):
        rest = repr([entry for entries in log[stop:] for entry in entries])
        assert from_restart(made_market(), parts, stop, MADE) == rest


@pytest.fixture(scope="module")
def recorded(test_data: Path) -> list[Batch]:
    sessions = calendar()
    return in_order(read_days(test_data, sessions), read_minutes(test_data, sessions), sessions)


@pytest.mark.real_data
def test_recorded_sessions_give_one_log_bar_by_bar_and_at_once(recorded: list[Batch]) -> None:
    log = log_of(new_york(calendar()), recorded)
    assert len(log) > 100
    parts = [recorded[0], *cut(recorded[1:], 1)]
    assert repr(log_of(new_york(calendar()), parts)) == repr(log)


@pytest.mark.real_data
@pytest.mark.parametrize("stop", [2, 7, 172])
def test_a_restart_between_recorded_batches_gives_the_rest(
    recorded: list[Batch], stop: int
) -> None:
    running = new_york(calendar())
    log = [running.take(batch) for batch in recorded]
    rest = repr([entry for entries in log[stop:] for entry in entries])
    assert from_restart(new_york(calendar()), recorded, stop, SYMBOLS) == rest


def halved(batches: list[Batch], from_ms: int) -> list[Batch]:
    """Return the bars as they are traded when every stock is split in two at a session's open."""

    def traded(bars: ClosedBars) -> ClosedBars:
        factor = np.where(bars.start_ms >= from_ms, 0.5, 1.0)
        names = ("open", "high", "low", "close", "vwap")
        return replace(bars, **{name: getattr(bars, name) * factor for name in names})

    return [(kind, traded(bars)) for kind, bars in batches]


@pytest.mark.parametrize("seed", [1, 2])
def test_a_split_triggers_nothing_and_is_counted(seed: int) -> None:
    whole = made_batches(seed)
    split_ms = FIRST_OPEN_MS + (N_DAYS + 2) * SESSION_MS
    market, refused = made_market(), 0
    log = []
    for kind, bars in halved(whole, split_ms):
        if kind == MINUTE:
            judgement = market.combos.take(bars).judge()
            refused += judgement.restated
            log += judgement.combos.signals()
        else:
            log += market.take((kind, bars))
    before = [entry for entry in log if entry.bar_time_ms < split_ms]
    assert before == [e for e in log_of(made_market(), whole) if e.bar_time_ms < split_ms]
    assert len(before) > 5
    of_one_scale = {combo.name for combo in COMBOS if combo.n_bars <= 1}
    after = [entry for entry in log if entry.born_ms >= split_ms]
    assert not [entry for entry in after if entry.born_ms < split_ms + SESSION_MS]
    assert {entry.pattern for entry in after} <= of_one_scale
    assert refused > 0
