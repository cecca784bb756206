"""Take back what was told of bars that have been revised since nobody watched."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np

from pl.market.batches import QUALITY_NAMES, ClosedBars
from pl.market.timeframes import TIERS
from pl.signals.combos.names import COMBO_NAMES
from pl.signals.entries import DIRECTION_OF, KIND_OF, Entries
from pl.signals.history import History
from pl.signals.revision import NEVER
from pl.signals.signal import CONFIRMED, RETRACTED, Signal
from pl.store.standing import Standing
from pl.streaming.closing import Closing
from pl.streaming.findings import Finding
from pl.streaming.frames import Frame
from pl.streaming.loads import Load
from pl.streaming.told import key_of, keys_of

ROWS_AT_ONCE: Final = 1_024
"""Symbols whose bars are looked at in one go: every bar may have several finds."""
Flow = tuple[int, Standing]
"""The row of its symbol, and what was told of it last."""


def take_back(
    closing: Closing, told: Iterable[Standing], pending: Mapping[str, ClosedBars]
) -> None:
    """Retract the flows of a closing's warm frames that their bars no longer support.

    told : by earlier runs; pending : by timeframe, bars that are still to be evaluated, which say
    themselves what becomes of the flows after them. Bars that are held are known as they are now,
    not as they were: of flows that stand nothing is told, and none is found.
    """
    frames = {closing.minute.timeframe: closing.minute, **closing.longer}
    standing: dict[str, list[Standing]] = {name: [] for name in frames}
    for flow in told:
        if flow.life == CONFIRMED and flow.timeframe in frames and flow.pattern in KIND_OF:
            standing[flow.timeframe].append(flow)
    found = [
        one
        for name, frame in frames.items()
        for one in _gone(frame, standing[name], pending.get(name, ClosedBars.empty()))
    ]
    if found:
        at = closing.clock()
        closing.road.submit(Load(found, at, at, None, None))


def _gone(frame: Frame, told: Sequence[Standing], pending: ClosedBars) -> list[Finding]:
    until_ms = np.full(len(frame.symbols), NEVER, np.int64)
    np.minimum.at(until_ms, pending.row, pending.start_ms)
    flows = [
        (row, flow)
        for row, flow in _of_revised(frame, told)
        if flow.bar_time_ms < until_ms[row] and _is_held(frame.engine.history, row, flow)
    ]
    rows = np.unique([row for row, _ in flows])
    found: list[Finding] = []
    for at in range(0, len(rows), ROWS_AT_ONCE):
        part = set(rows[at : at + ROWS_AT_ONCE].tolist())
        found += _gone_of(frame, [(row, flow) for row, flow in flows if row in part])
    return found


def _gone_of(frame: Frame, flows: Sequence[Flow]) -> list[Finding]:
    history, entries = frame.engine.history, _found_since(frame, flows)
    stands = np.isin([_key(row, flow) for row, flow in flows], keys_of(entries)).tolist()
    gone = [one for one, known in zip(flows, stands, strict=True) if not known]
    moved = _flow_ids(entries, gone)
    gone = [(row, flow) for row, flow in gone if flow.flow_id not in moved]
    signals = [_retraction(frame, flow) for _, flow in gone]
    rows = {flow.symbol: row for row, flow in gone}
    frame.told.note(Entries.of(signals, rows))
    return [
        (signal, QUALITY_NAMES[int(history.quality[row, _place(history, row, flow)])])
        for signal, (row, flow) in zip(signals, gone, strict=True)
    ]


def _of_revised(frame: Frame, told: Sequence[Standing]) -> list[Flow]:
    """Return the flows of symbols with a revised bar, but for those of combos."""
    history, told_of = frame.engine.history, {flow.symbol for flow in told}
    rows = {
        symbol: row
        for row, symbol in enumerate(frame.symbols)
        if symbol in told_of and history.revision[row, : history.n_bars[row]].any()
    }
    return [
        (rows[flow.symbol], flow)
        for flow in told
        if flow.symbol in rows and flow.pattern not in COMBO_NAMES
    ]


def _is_held(history: History, row: int, flow: Standing) -> bool:
    """Tell whether the bar of a flow belongs to the walk, which says of it what was said then."""
    place = _place(history, row, flow)
    if not history.first[row] <= place < history.n_bars[row]:
        return False
    return int(history.start[row, place]) == flow.bar_time_ms


def _place(history: History, row: int, flow: Standing) -> int:
    return int(np.searchsorted(history.start[row, : history.n_bars[row]], flow.bar_time_ms))


def _found_since(frame: Frame, flows: Sequence[Flow]) -> Entries:
    """Return what stands on the bars of rows with flows, from the oldest of them on."""
    history = frame.engine.history
    n_bars = max(int(history.n_bars[row]) - _place(history, row, flow) for row, flow in flows)
    return frame.engine.standing(np.unique([row for row, _ in flows]), n_bars)


def _key(row: int, flow: Standing) -> int:
    return key_of(row, KIND_OF[flow.pattern], DIRECTION_OF[flow.direction], flow.bar_time_ms)


def _flow_ids(entries: Entries, gone: Sequence[Flow]) -> set[str]:
    """Return the flows of entries that may be those of `gone`, confirmed by another bar now."""
    asked = {(row, KIND_OF[flow.pattern]) for row, flow in gone}
    pairs = zip(entries.row.tolist(), entries.kind.tolist(), strict=True)
    places = [place for place, pair in enumerate(pairs) if pair in asked] if asked else []
    return {signal.flow_id for signal in entries.signals(places)} if places else set()


def _retraction(frame: Frame, flow: Standing) -> Signal:
    levels: Mapping[str, float] = json.loads(flow.levels)
    said: dict[str, float | str] = {
        "confidence": flow.confidence,
        "price": flow.price,
        "price_change": flow.price_change,
        "volume": flow.volume,
        "reason": flow.reason,
    }
    return Signal(
        symbol=flow.symbol,
        pattern=flow.pattern,
        direction=flow.direction,
        timeframe=frame.timeframe,
        tier=TIERS[frame.timeframe],
        bar_time_ms=flow.bar_time_ms,
        life=RETRACTED,
        revision=flow.revision + 1,
        confidence=flow.confidence,
        price=flow.price,
        price_change=flow.price_change,
        volume=flow.volume,
        reason=flow.reason,
        indicators={},
        levels=levels,
        geometry=json.loads(flow.geometry),
        flow_id=flow.flow_id,
        before={"life": CONFIRMED, **said, **levels},
        after={"life": RETRACTED},
        born_ms=flow.bar_time_ms,
        horizon_bars=0,
    )
