"""Rows of indicators are written as a plain twin writes them, field by field."""

import struct
from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pl.signals.indicators.names import INDICATOR_NAMES
from pl.signals.table import IndicatorTable
from pl.store import wide_rows
from pl.store.wide_rows import encode_table, warm_up

SYMBOLS = ("A", "BRK.B", "BACpB", "GOOGL", "ÆØ")
EPOCH_2000_S = 946_684_800
VALUES = st.one_of(
    st.just(float("nan")),
    st.just(float("inf")),
    st.just(float("-inf")),
    st.sampled_from([0.0, -0.0, 1e-40, 3.4e38]),
    st.floats(-(2.0**100), 2.0**100, width=32),
)


def table(rows: Sequence[tuple[int, int, int, int, int, list[float]]]) -> IndicatorTable:
    values = np.zeros((len(rows), len(INDICATOR_NAMES)))
    for i, row in enumerate(rows):
        values[i] = np.resize(row[5], len(INDICATOR_NAMES))
    whole = np.array([row[:5] for row in rows], np.int64).reshape(-1, 5)
    return IndicatorTable(
        whole[:, 0].astype(np.int32),
        whole[:, 1].copy(),
        values,
        whole[:, 2].copy(),
        whole[:, 3:5].copy(),
    )


def field(raw: bytes | None) -> bytes:
    return struct.pack(">i", -1) if raw is None else struct.pack(">i", len(raw)) + raw


def plainly(of: IndicatorTable, timeframe: str) -> bytes:
    out = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
    for i in range(len(of)):
        stamp = (int(of.start_ms[i]) - EPOCH_2000_S * 1000) * 1000
        whole = (stamp, of.patterns[i], of.candles[i, 0], of.candles[i, 1])
        fields = [SYMBOLS[of.row[i]].encode(), timeframe.encode()]
        fields += [struct.pack(">q", int(number)) for number in whole]
        found = [
            None if np.isnan(value) else struct.pack(">f", value) for value in of.values[i].tolist()
        ]
        out += struct.pack(">h", len(fields) + len(found)) + b"".join(map(field, fields + found))
    return out + b"\xff\xff"


WHOLE = st.integers(-(2**63), 2**63 - 1)
STARTS = st.integers(0, 4_000_000_000_000)
ROWS = st.tuples(st.integers(0, len(SYMBOLS) - 1), STARTS, WHOLE, WHOLE, WHOLE)


@given(
    st.lists(st.tuples(ROWS, st.lists(VALUES, min_size=1, max_size=9)), max_size=6),
    st.sampled_from(["1min", "15min", "weekly"]),
)
def test_rows_are_those_of_a_plain_twin(
    rows: list[tuple[tuple[int, int, int, int, int], list[float]]], timeframe: str
) -> None:
    some = table([(*whole, values) for whole, values in rows])
    assert encode_table(some, SYMBOLS, timeframe) == plainly(some, timeframe)


def test_nothing_is_left_to_compile_after_the_warm_up() -> None:
    warm_up()
    before = len(wide_rows.write_rows.signatures)  # type: ignore[attr-defined]
    encode_table(table([(1, 60_000, 1, 2, 3, [1.5])]), SYMBOLS, "1min")
    assert len(wide_rows.write_rows.signatures) == before == 1  # type: ignore[attr-defined]
