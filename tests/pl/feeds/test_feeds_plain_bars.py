"""The kernel that reads second and minute bars, held to the general decoder."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pl.feeds.plain_bars import PlainBars
from pl.feeds.trouble import Trouble
from tests.pl.feeds.frame_ways import AT, SYMBOLS, TABLE, Ways

BAR = '{"ev":"AM","sym":"AAPL","v":4110,"av":9470157,"op":0.4372,"vw":0.4488,"o":0.4488,"c":0.4486'
BAR += ',"h":0.4489,"l":0.4486,"a":0.4352,"z":685,"s":1610144640000,"e":1610144700000}'
SECOND = BAR.replace('"AM"', '"A"')
WAYS = Ways()


def frame_of(*events: str) -> bytes:
    return f"[{','.join(events)}]".encode()


def is_plain(frame: bytes) -> bool:
    return PlainBars(TABLE, Trouble()).read(frame, AT) is not None


numbers = st.one_of(
    st.integers(0, 10**12).map(str),
    st.builds(lambda a, b: f"{a}.{b}", st.integers(0, 10**6), st.integers(0, 10**6)),
    st.floats(0, 1e12).map(repr),
    st.sampled_from(["0", "0.0", "0.5", "1.5", "2.5", "1e-300", "0.000000000000000001"]),
)
starts = st.integers(0, 2**53).map(str)
symbols = st.sampled_from((*SYMBOLS, "TSLA")).map(json.dumps)
OPTIONAL = {"vw": numbers, "z": numbers, "av": numbers, "op": numbers, "a": numbers, "e": starts}
NEEDED = {"sym": symbols, "s": starts, **dict.fromkeys("ohlcv", numbers)}


@st.composite
def bars(draw: st.DrawFn, kind: str) -> str:
    names = [*NEEDED, *draw(st.sets(st.sampled_from(list(OPTIONAL))))]
    values = NEEDED | OPTIONAL
    members = [f'"{name}":{draw(values[name])}' for name in draw(st.permutations(names))]
    return f'{{"ev":"{kind}",{",".join(members)}}}'


frames = st.one_of(
    st.lists(bars("AM"), min_size=1, max_size=4),
    st.lists(bars("A"), min_size=1, max_size=4),
    st.lists(bars("AM") | bars("A") | st.just('{"ev":"T","sym":"AAPL","p":1,"s":1,"t":1}')),
).map(lambda events: frame_of(*events))


@given(frames)
def test_valid_bars_come_out_as_the_general_decoder_has_them(frame: bytes) -> None:
    WAYS.check(frame)


telling = st.sampled_from([bytes([char]) for char in b'{}[],:".-+eE019\\ \nohlcvswzAM'])


@settings(max_examples=400)
@given(frames, st.data())
def test_damaged_bars_come_out_as_the_general_decoder_has_them(
    frame: bytes, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(frame)))
    end = at + data.draw(st.integers(0, 3))
    WAYS.check(frame[:at] + data.draw(st.binary(max_size=2) | telling) + frame[end:])


def test_every_byte_of_a_bar_may_be_any_other_or_missing() -> None:
    frame = frame_of(BAR)
    for at in range(len(frame)):
        WAYS.check(frame[:at] + frame[at + 1 :])
        WAYS.check(frame[:at])
        for char in range(256):
            WAYS.check(frame[:at] + bytes([char]) + frame[at + 1 :])


@pytest.mark.parametrize("name", [*NEEDED, *OPTIONAL, "ev", "x"])
def test_a_member_of_a_bar_may_have_any_value(name: str) -> None:
    values = ["null", "true", '""', '"7"', "[]", "[1]", "{}", "-1", "01", "1e3", "1e999", "NaN"]
    values += ["9007199254740993", "9" * 30, "0.1", "1.", ".5", ""]
    for value in values:
        WAYS.check(frame_of(BAR, BAR.replace("}", f',"{name}":{value}}}')))
        WAYS.check(frame_of(BAR.replace(f'"{name}":', f'"{name}":{value},"y":')))


@pytest.mark.parametrize("event", [BAR, SECOND])
def test_what_massive_sends_is_plain(event: str) -> None:
    unknown = event.replace("AAPL", "TSLA")
    assert is_plain(frame_of(event, unknown, event))
    frame = WAYS.check(frame_of(event, unknown, event))
    assert [len(batch) for batch in frame.bars] == [2]


def test_seconds_among_minutes_are_left_to_the_general_decoder() -> None:
    assert not is_plain(frame_of(BAR, SECOND))
    frame = WAYS.check(frame_of(BAR, SECOND))
    assert [batch.span_ms for batch in frame.bars] == [1_000, 60_000]
