"""The sessions of bars, found by few questions, against one question a bar."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pl.signals.anchors import anchors_of


@given(
    st.lists(st.integers(0, 10_000), unique=True, max_size=80).map(sorted),
    st.integers(1, 3_000),
)
def test_each_bar_has_the_anchor_of_its_session(starts: list[int], length: int) -> None:
    found = anchors_of(np.array(starts, np.int64), lambda ms: ms // length * length)
    assert found.tolist() == [ms // length * length for ms in starts]


def test_years_of_one_session_are_asked_for_a_few_times() -> None:
    asked: list[int] = []

    def only(ms: int) -> int:
        asked.append(ms)
        return 0

    assert not anchors_of(np.arange(1_260, dtype=np.int64), only).any()
    assert len(asked) < 25
