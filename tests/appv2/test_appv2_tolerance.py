"""AppV2 reads whatever is in the field, and says what it cannot read."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appv2.realtime.pattern_news import PatternNews, read_pattern
from contracts import names
from service.errors import InvalidData

EXAMPLES = Path(__file__).resolve().parents[2] / "contracts" / "examples"
FLOW = "6f6c1c1e-8f5b-5d6e-9c1a-3b0d3f1d2a10"
HEARD_AT = 1_795_629_661.0


def read(message: Any) -> PatternNews:
    return read_pattern(json.dumps(message).encode(), HEARD_AT)


def dotted(**data: Any) -> dict[str, Any]:
    known = {"symbol": "NVDA", "pattern": "Volume_Spike", "confidence": 0.87, "flow_id": FLOW}
    return {
        "event_type": "pattern_detected",
        "source": "TickStockPL",
        "timestamp": 1795629660.012,
        "data": {name: value for name, value in {**known, **data}.items() if value != "absent"},
    }


@pytest.mark.parametrize(
    "name",
    ["patterns__pattern_detected", "streaming__pattern_detected", "updated__pattern_retracted"],
)
def test_it_reads_the_example_of_every_family(name: str) -> None:
    (path,) = (
        each
        for each in EXAMPLES.glob(f"*patterns*{name.split('__')[1]}.json")
        if each.name.endswith(f"{name}.json") and "detected__" not in each.name
    )
    news = read_pattern(path.read_bytes(), HEARD_AT)
    assert (news.fields["symbol"], news.fields["pattern"]) == ("NVDA", "Volume_Spike")
    assert news.flow_id == FLOW
    assert news.fields["timestamp"] == pytest.approx(1795629660.012)


def test_the_producers_data_pass_unchanged() -> None:
    (path,) = EXAMPLES.glob("tickstock.events.patterns__*.json")
    assert read_pattern(path.read_bytes(), HEARD_AT).fields == json.loads(path.read_text())["data"]


def test_data_may_be_nested_once_more() -> None:
    message = dotted()
    message["data"] = {"data": message["data"]}
    assert read(message).fields["symbol"] == "NVDA"


def test_pattern_name_stands_for_pattern() -> None:
    assert read(dotted(pattern="absent", pattern_name="Doji")).fields["pattern"] == "Doji"


@pytest.mark.parametrize(
    "written",
    [
        1795629660.5,
        1795629660500,
        "2026-11-25T18:01:00.5Z",
        "2026-11-25T13:01:00.5-05:00",
        "1795629660.5",
    ],
)
def test_a_time_may_be_a_number_or_iso(written: Any) -> None:
    assert read(dotted(bar_time=written)).fields["bar_time"] == 1795629660.5


def test_the_times_of_a_drawing_may_be_iso_too() -> None:
    geometry = {"from": "2026-11-25T18:01:00Z", "to": 1795629720.0, "level": 189.5}
    fields = read(dotted(geometry=geometry)).fields
    assert fields["geometry"] == {"from": 1795629660.0, "to": 1795629720.0, "level": 189.5}


def test_without_a_time_of_its_own_the_envelopes_counts() -> None:
    assert read(dotted()).fields["timestamp"] == 1795629660.012


@pytest.mark.parametrize("source", ["TickStockPL", "somebody", "synthetic"])
def test_any_source_is_read(source: str) -> None:
    message = {**dotted(), "source": source}
    assert read(message).fields["source"] == source


@pytest.mark.parametrize("tier", ["daily", "intraday", "combo", "test", "synthetic", "hourly"])
def test_any_tier_is_read(tier: str) -> None:
    assert read(dotted(tier=tier)).fields["tier"] == tier


@pytest.mark.parametrize(
    ("written", "shown"), [("", "unknown"), ("\t", "unknown"), (7, "7"), ("x" * 80, "x" * 50)]
)
def test_an_odd_tier_or_source_costs_no_event(written: Any, shown: str) -> None:
    assert read(dotted(tier=written)).fields["tier"] == shown
    assert read({**dotted(), "source": written}).fields["source"] == shown


@pytest.mark.parametrize(("timeframe", "tier"), [("daily", "daily"), ("1min", "intraday")])
def test_a_detection_without_a_tier_has_that_of_its_timeframe(timeframe: str, tier: str) -> None:
    detection = {"pattern_type": "Doji", "symbol": "NVDA", "timeframe": timeframe}
    message = {"event": "pattern_detected", "payload": {"detection": detection}}
    assert read(message).fields["tier"] == tier


@pytest.mark.parametrize("told", ["absent", "", "  ", None])
def test_a_missing_flow_id_is_made(told: str | None) -> None:
    news = read(dotted(flow_id=told))
    assert not news.identified
    assert UUID(news.flow_id).version == 4
    assert news.fields["flow_id"] == news.flow_id


def test_a_made_flow_id_follows_from_the_place_in_the_stream() -> None:
    news = read(dotted(flow_id="absent"))
    again = read(dotted(flow_id="absent"))
    assert news.identified_by("1-0").flow_id == again.identified_by("1-0").flow_id
    assert news.identified_by("1-0").flow_id != again.identified_by("1-1").flow_id
    assert read(dotted()).identified_by("1-0").flow_id == FLOW


def test_a_missing_confidence_is_zero() -> None:
    assert read(dotted(confidence="absent")).fields["confidence"] == 0.0


def test_unknown_fields_pass() -> None:
    assert read(dotted(mood="calm")).fields["mood"] == "calm"


def test_nulls_are_left_out_at_any_depth() -> None:
    fields = read(dotted(volume=None, levels={"stop": None, "entry": 1.5})).fields
    assert "volume" not in fields
    assert fields["levels"] == {"entry": 1.5}


def test_life_follows_from_the_event_unless_it_is_said() -> None:
    update = {**dotted(), "event_type": "pattern_target_reached"}
    assert read(update).life == "target_reached"
    assert read(dotted()).life == "confirmed"
    assert read(dotted(life="forming")).life == "forming"


def test_the_encoding_for_the_stream_reads_back_the_same() -> None:
    news = read(dotted(flow_id="absent", tier="test"))
    again = read_pattern(news.encoded(names.PATTERNS_STREAMING), 0.0)
    assert (again.fields, again.key) == (news.fields, news.key)
    assert again.channel == names.PATTERNS_STREAMING


def test_an_outsiders_numbers_do_not_reach_the_stream() -> None:
    encoded = read(dotted(producer="streaming", seq=9)).encoded(names.PATTERNS_STREAMING)
    again = read_pattern(encoded, HEARD_AT)
    assert (again.producer, again.seq) == (None, None)


def raw(**data: Any) -> bytes:
    known = {"symbol": "A", "pattern": "B", **data}
    given = {name: value for name, value in known.items() if value != "absent"}
    return json.dumps({"event_type": "pattern_detected", "data": given}).encode()


MALFORMED = {
    "no JSON": b"{",
    "not text": b"\xff\xfe",
    "no object": b"[1]",
    "a NaN": raw(confidence=float("nan")),
    "no event": b'{"data":{"symbol":"A","pattern":"B"}}',
    "another event": b'{"event_type":"weather","data":{"symbol":"A","pattern":"B"}}',
    "data a text": b'{"event_type":"pattern_detected","data":"A"}',
    "no symbol": raw(symbol="absent"),
    "no pattern": raw(pattern="absent"),
    "a confidence above one": raw(confidence=87),
    "a flow_id that is no UUID": raw(flow_id="7"),
    "a NUL character": raw(symbol="A\0"),
    "a time that is none": raw(timestamp="soon"),
    "too large": b'"' + b"x" * 300_000 + b'"',
    "nested too deep": b"[" * 100_000,
    "nested deeper than anybody reads": raw(indicators=1).replace(b"1", b"[" * 900 + b"]" * 900),
}


@pytest.mark.parametrize("cause", MALFORMED)
def test_what_cannot_be_read_is_refused_by_name(cause: str) -> None:
    with pytest.raises(InvalidData):
        read_pattern(MALFORMED[cause], HEARD_AT)


_json = st.recursive(
    st.none()
    | st.booleans()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.integers()
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
_field = st.sampled_from(
    [
        "symbol",
        "pattern",
        "confidence",
        "flow_id",
        "timestamp",
        "bar_time",
        "seq",
        "revision",
        "life",
        "tier",
        "source",
        "data",
        "detection",
        "payload",
        "producer",
    ]
)


@given(st.dictionaries(_field, _json), st.dictionaries(_field, _json))
def test_no_message_breaks_the_reader(envelope: dict[str, Any], data: dict[str, Any]) -> None:
    message = {"event_type": "pattern_detected", **envelope, "data": data}
    try:
        news = read(message)
    except InvalidData:
        return
    assert read_pattern(news.encoded(names.EVENTS_PATTERNS), 0.0).key == news.key


@given(st.binary(max_size=60))
def test_no_bytes_break_the_reader(raw: bytes) -> None:
    with pytest.raises(InvalidData):
        read_pattern(raw, HEARD_AT)
