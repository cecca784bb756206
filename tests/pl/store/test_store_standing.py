"""What was last said of a flow comes back as it was said."""

from datetime import datetime
from typing import Any, Final

import pytest

from pl.store.connection import Database
from pl.store.partitions import ensure_partitions
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


def moment_ms(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)


MINUTES_OF_MAY: Final = """
INSERT INTO pattern_events (
    bar_time, flow_id, life, revision, producer, seq, symbol, pattern, direction, timeframe, tier,
    confidence, current_price, price_change, volume, detected_at, received_at, expires_at, reason,
    quality, channel, event, messages)
SELECT at, gen_random_uuid(), 'confirmed', 0, 'p', row_number() OVER (), 'A', 'Doji', 'neutral',
       CASE WHEN extract(minute FROM at) = 0 THEN '1hour' ELSE '1min' END, 'intraday',
       0.5, 1, 1, 1, at, at, at, 'why', 'live', '', repeat('e', 2000), '[]'
FROM generate_series(timestamptz '2026-05-01 00:01', '2026-05-04', '1 minute') AS at
"""


@pytest.mark.integration
def test_a_start_reads_no_minutes_of_months_ago(store: Database, asked: Any) -> None:
    first, day = moment_ms("2026-05-01T00:00Z"), 86_400_000
    store.run(lambda cursor: ensure_partitions(cursor, "pattern_events", first, first))
    store.run(lambda cursor: cursor.execute(MINUTES_OF_MAY))
    store.run(lambda cursor: cursor.execute("ANALYZE pattern_events"))
    since = {"1min": first + 200 * day, "1hour": first + day, "weekly": first - 300 * day}
    found = StandingFlows(store).since(since)
    assert [flow.timeframe for flow in found] == ["1hour"] * 49
    assert {flow.timeframe for flow in StandingFlows(store).since({"1hour": first})} == {"1hour"}
    asked("SELECT pg_stat_force_next_flush()")
    read = "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_user_tables WHERE relname = %s"
    assert asked(read, "pattern_events_2026_05")[0][0] < 200
