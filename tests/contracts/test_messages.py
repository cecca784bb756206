"""Every message that exists is shown by an example, and both services can read it."""

import json
import math
from pathlib import Path

import msgspec
import pytest

from contracts import codec
from contracts.channels import BY_NAME, CHANNELS, Family
from contracts.messages import envelopes
from contracts.registry import FIELDS

EXAMPLES = Path(__file__).resolve().parents[2] / "contracts" / "examples"


def example(channel: str, event: str) -> dict:
    path = EXAMPLES / f"{channel.replace(':', '.')}__{event}.json"
    return json.loads(path.read_text())


def fields_of(message: dict, family: Family) -> dict:
    if family is Family.DOTTED:
        return message["data"]
    return message if family is Family.BARE else message["payload"]


@pytest.mark.parametrize(("channel", "event"), list(FIELDS))
def test_example_decodes_to_its_struct_and_back(channel: str, event: str) -> None:
    fields = fields_of(example(channel, event), BY_NAME[channel].family)
    decoded = codec.decode(json.dumps(fields), FIELDS[channel, event])
    assert msgspec.to_builtins(decoded) == fields


@pytest.mark.parametrize(("channel", "event"), list(FIELDS))
def test_example_stands_in_the_envelope_of_its_channel(channel: str, event: str) -> None:
    message, family = example(channel, event), BY_NAME[channel].family
    if family is Family.DOTTED:
        assert set(message) >= {"event_type", "source", "timestamp", "data"}
        assert message["event_type"] == event
        assert isinstance(message["timestamp"], float)
    if family in {Family.COLON, Family.FLAT}:
        assert (message["event"], message["version"]) == (event, "1.0")
        assert message["timestamp"].endswith("Z")
    if family is Family.FLAT:
        assert message["payload"].items() <= message.items()


@pytest.mark.parametrize(("channel", "event"), list(FIELDS))
def test_times_are_written_as_the_family_writes_them(channel: str, event: str) -> None:
    family = BY_NAME[channel].family
    if family is Family.BARE:
        return
    kind = float if family is Family.DOTTED else str
    assert {type(time) for time in times_of(example(channel, event))} == {kind}


def times_of(value: object, name: str = "") -> list[object]:
    if isinstance(value, dict):
        return [time for key, item in value.items() for time in times_of(item, key)]
    is_time = name in {"timestamp", "from", "to"} or name.endswith(("_time", "_at"))
    return [value] if is_time else []


def test_every_example_belongs_to_a_registered_event() -> None:
    known = {f"{channel.replace(':', '.')}__{event}.json" for channel, event in FIELDS}
    assert {path.name for path in EXAMPLES.iterdir()} == known


def test_every_registered_event_is_listed_by_its_channel() -> None:
    for channel, event in FIELDS:
        assert event in BY_NAME[channel].events


def test_channel_names_are_unique() -> None:
    assert len(BY_NAME) == len(CHANNELS)


@pytest.mark.parametrize("bad", [math.nan, math.inf, None])
def test_a_value_that_json_cannot_hold_is_refused_by_name(bad: float | None) -> None:
    message = envelopes.dotted("pattern_detected", 1.0, {"levels": {"stop": bad}})
    with pytest.raises(ValueError, match=r"message\.data\.levels\.stop"):
        codec.encode(message)


def test_the_word_null_in_a_text_is_no_null() -> None:
    assert codec.encode({"message": "null"}) == b'{"message":"null"}'
