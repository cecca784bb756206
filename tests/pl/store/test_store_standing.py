"""What was last said of a flow comes back as it was said."""

from typing import Any

import pytest

from pl.store.connection import Database
from pl.store.patterns import PatternStore
from pl.store.standing import StandingFlows
from pl.streaming.events import Circumstances, build_event
from pl.streaming.flows import Flows, FlowState
from tests.pl.streaming.fakes import T0, signal


@pytest.mark.integration
@pytest.mark.parametrize("drawn", [{}, {"level": 150.1, "points": [{"time": 1.5, "price": 0.1}]}])
def test_a_restart_knows_levels_drawing_and_reason(store: Database, drawn: dict[str, Any]) -> None:
    update = {"before": {"stop": 149.0}, "after": {"stop": 149.5}, "geometry": drawn, "revision": 2}
    found = Circumstances(T0 / 1000 + 60, T0 / 1000 + 60, T0 / 1000 + 1_260, "live", "p")
    PatternStore(store).commit_events([build_event(signal(**update), 1, found)], None, T0 / 1000)
    flows = Flows(map(FlowState.of, StandingFlows(store).since({"1min": 0})))
    assert flows.admit(signal(**update)) is None
    moved = signal(**update | {"levels": {"entry": 150.25, "stop": 149.0}})
    assert flows.admit(moved) is not None
