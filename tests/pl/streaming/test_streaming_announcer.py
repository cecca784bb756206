"""What may be lost is told as the contract writes it."""

import json
import math
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from contracts import names
from contracts.messages.envelopes import PRODUCER
from contracts.messages.health import Health, ServiceHealth
from contracts.messages.streaming import CriticalAlert, ErrorReport, Quotes, RawTick
from pl.market.batches import MINUTE_MS, UPDATES_VOLUME
from pl.signals.crossings import Crossings
from pl.signals.indicators.names import INDICATOR_NAMES
from pl.signals.table import IndicatorTable
from pl.streaming.announcer import BARS_TOLD, INDICATORS_TOLD, Announcer
from pl.streaming.raw_ticks import TickWriter
from tests.pl.streaming.fakes import SYMBOLS, T0, Channels, closed, trades

EXAMPLES = Path(__file__).parents[3] / "contracts" / "examples"
AT = T0 / 1000 + 60.25


@pytest.fixture
def channels() -> Channels:
    return Channels()


@pytest.fixture
def announcer(channels: Channels) -> Announcer:
    return Announcer(channels.publish, SYMBOLS, indicator_rows=2)


def only(channels: Channels, channel: str) -> dict[str, Any]:
    (body,) = channels.on(channel)
    return json.loads(body)


def table(*rows: tuple[int, int], value: float = 1.5) -> IndicatorTable:
    row, start_ms = zip(*rows, strict=True)
    values = np.full((len(rows), len(INDICATOR_NAMES)), value)
    return IndicatorTable(
        np.array(row, np.int32),
        np.array(start_ms, np.int64),
        values,
        np.zeros(len(rows), np.int64),
        np.zeros((len(rows), 2), np.int64),
    )


def test_a_close_is_one_message_of_columns(announcer: Announcer, channels: Channels) -> None:
    announcer.bars(closed((0, T0, 10.0), (2, T0, 30.0)), "1min", AT)
    said = only(channels, names.BARS_STREAMING)
    columns = {
        "timeframe": "1min",
        "bar_time": "2026-11-25T10:00:00.000000Z",
        "symbols": ["AAPL", "SPY"],
        "open": [10.0, 30.0],
        "high": [11.0, 31.0],
        "low": [9.0, 29.0],
        "close": [10.0, 30.0],
        "volume": [500.0, 500.0],
        "revision": [0, 0],
    }
    assert said["payload"] == columns
    assert {name: said[name] for name in columns} == columns
    assert (said["event"], said["source"]) == ("bars_closed", "streaming")
    known = json.loads((EXAMPLES / "tickstock.bars.streaming__bars_closed.json").read_text())
    assert set(said) == set(known)


def test_each_minute_is_a_message_of_its_own(announcer: Announcer, channels: Channels) -> None:
    announcer.bars(closed((0, T0, 1.0), (0, T0 + MINUTE_MS, 2.0)), "1min", AT)
    assert len(channels.on(names.BARS_STREAMING)) == 2


def test_after_a_long_absence_only_the_latest_minutes_are_told(
    announcer: Announcer, channels: Channels
) -> None:
    n = BARS_TOLD + 50
    announcer.bars(closed(*((0, T0 + i * MINUTE_MS, 1.0) for i in range(n))), "1min", AT)
    assert len(channels.on(names.BARS_STREAMING)) == BARS_TOLD + 1
    announcer.indicators(table(*((0, T0 + i * MINUTE_MS) for i in range(n))), "1min", AT)
    told = len(channels.on(names.INDICATORS_STREAMING))
    assert told == INDICATORS_TOLD + 1


def test_nothing_closed_is_nothing_told(announcer: Announcer, channels: Channels) -> None:
    announcer.bars(closed((0, T0, 1.0)).take(np.zeros(1, np.bool_)), "1min", AT)
    announcer.indicators(IndicatorTable.empty(), "1min", AT)
    assert channels.said == []


def test_indicators_are_a_message_a_symbol(announcer: Announcer, channels: Channels) -> None:
    announcer.indicators(table((0, T0), (1, T0)), "1min", AT)
    said = [json.loads(body) for body in channels.on(names.INDICATORS_STREAMING)]
    assert [one["calculation"]["symbol"] for one in said] == ["AAPL", "KO"]
    assert said[0]["calculation"] == {
        "indicator_type": "all",
        "symbol": "AAPL",
        "values": dict.fromkeys(INDICATOR_NAMES, 1.5),
        "timestamp": "2026-11-25T10:00:00.000000Z",
        "timeframe": "1min",
    }
    assert said[0]["payload"] == {"calculation": said[0]["calculation"]}


def test_symbols_beyond_the_limit_are_not_told(announcer: Announcer, channels: Channels) -> None:
    announcer.indicators(table((1, T0), (2, T0)), "1min", AT)
    assert len(channels.on(names.INDICATORS_STREAMING)) == 1


def test_values_still_warming_up_are_left_out(announcer: Announcer, channels: Channels) -> None:
    warming = table((0, T0))
    warming.values[0, 1:] = math.nan
    announcer.indicators(warming, "1min", AT)
    announcer.indicators(table((1, T0), value=math.nan), "1min", AT)
    values = only(channels, names.INDICATORS_STREAMING)["calculation"]["values"]
    assert values == {INDICATOR_NAMES[0]: 1.5}


def test_quotes_errors_and_alerts_have_their_fields_at_the_top_level(
    announcer: Announcer, channels: Channels
) -> None:
    quotes = Quotes(symbols=["A"], price=[1.0], change_percent=[0.1], volume=[2.0], state=["live"])
    announcer.quotes(quotes, AT)
    error = ErrorReport(
        error_id="1",
        severity="warning",
        category="streaming",
        component="streaming",
        error_code="REFUSED_FUTURE",
        message="events refused: future",
        context={"count": 3},
    )
    announcer.error(error, AT)
    at = "2026-11-25T10:01:00.250000Z"
    alert = CriticalAlert(type="feed_refused", severity="critical", message="no", timestamp=at)
    announcer.critical(alert, AT)
    for channel, event, fields in (
        (names.QUOTES_SNAPSHOT, "quotes", quotes),
        (names.ERRORS, "error", error),
        (names.ALERTS_CRITICAL, "critical_alert", alert),
    ):
        said = only(channels, channel)
        assert said["event"] == event
        assert said["timestamp"] == "2026-11-25T10:01:00.250000Z"
        assert said.items() >= msgspec.to_builtins(fields).items()


def test_an_indicator_that_crossed_a_line_is_an_alert_told_once(channels: Channels) -> None:
    keys: list[str] = []

    def once(channel: str, body: bytes, key: str) -> None:
        keys.append(key)
        channels.publish(channel, body)

    announcer = Announcer(channels.publish, SYMBOLS, 2, once)
    found = Crossings(
        np.array([0], np.int32), np.array([T0]), np.array([0]), np.array([71.3], np.float64)
    )
    announcer.crossings(found, "1min", "session-1", AT)
    said = only(channels, names.ALERTS_INDICATORS)
    assert said["event"] == "indicator_alert"
    fields = {
        "alert_type": "RSI_OVERBOUGHT",
        "symbol": "AAPL",
        "message": "AAPL RSI(14) rose above 70, to 71.3",
        "session_id": "session-1",
        "timestamp": "2026-11-25T10:01:00.250000Z",
    }
    assert said.items() >= fields.items()
    assert said["payload"].items() >= fields.items()
    assert keys == [f"AAPL:RSI_OVERBOUGHT:1min:{T0 // 1000}"]


@pytest.mark.parametrize(
    ("line", "value", "told"),
    [(0, 70.031, "rose above 70, to 70.03"), (1, 29.9996, "fell below 30, to 29.9996")],
)
def test_a_value_is_never_told_as_the_line_that_it_crossed(
    channels: Channels, line: int, value: float, told: str
) -> None:
    announcer = Announcer(channels.publish, SYMBOLS, 2)
    found = Crossings(np.zeros(1, np.int32), np.array([T0]), np.array([line]), np.array([value]))
    announcer.crossings(found, "1min", "session-1", AT)
    assert only(channels, names.ALERTS_INDICATORS)["message"] == f"AAPL RSI(14) {told}"


def test_health_is_of_family_a(announcer: Announcer, channels: Channels) -> None:
    parts = {"feed": ServiceHealth(status="degraded", detail="mute")}
    announcer.system_health(Health(status="degraded", version="1", services=parts), AT)
    said = only(channels, names.HEALTH_STATUS)
    assert (said["event_type"], said["source"], said["status"]) == (
        "system_health",
        PRODUCER,
        "degraded",
    )
    assert said["timestamp"] == AT
    assert said["data"]["services"]["feed"]["detail"] == "mute"


def test_a_raw_tick_reads_as_the_contract_has_it() -> None:
    batch = trades((1, T0 + 123, 61.07), (0, T0 + 456, 150.0), size=12.5)
    ticks = [
        msgspec.json.decode(body, type=RawTick)
        for body in TickWriter(SYMBOLS, "simulated").encode(batch)
    ]
    assert [tick.ticker for tick in ticks] == ["KO", "AAPL"]
    assert ticks[0] == RawTick(
        ticker="KO",
        price=61.07,
        volume=12.5,
        timestamp="2026-11-25T10:00:00.123000Z",
        event_type="trade",
        source="simulated",
        tick_open=61.07,
        tick_high=61.07,
        tick_low=61.07,
        tick_close=61.07,
        tick_volume=12.5,
        tick_vwap=61.07,
    )
    at = datetime.fromisoformat(ticks[1].timestamp)
    assert at == datetime.fromtimestamp((T0 + 456) / 1000, UTC)


def test_ticks_without_a_sound_price_are_not_published() -> None:
    batch = trades((0, T0, math.nan), (0, T0, -1.0), (0, T0, math.inf), (0, T0, 0.0), (0, T0, 7.0))
    batch.rule[3:] = UPDATES_VOLUME
    sent = TickWriter(SYMBOLS, "simulated").encode(batch)
    assert [json.loads(body)["price"] for body in sent] == [7.0]
    batch.rule[:] = 0
    assert TickWriter(SYMBOLS, "simulated").encode(batch) == []


def test_a_symbol_with_quotes_in_its_name_is_escaped() -> None:
    sent = TickWriter(('A"B',), "simulated").encode(trades((0, T0, 1e-4)))
    assert msgspec.json.decode(sent[0], type=RawTick).ticker == 'A"B'
