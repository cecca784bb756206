"""The kernel that reads trades, held to the general decoder by frames of every kind."""

import json
import random

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pl.feeds.plain_trades import BLOCK, PlainTrades
from pl.feeds.trade_rules import TradeRules
from pl.feeds.trouble import Trouble
from pl.market.batches import PackedTrades, SymbolTable
from pl.market.sessions import AlwaysOpenSessions
from tests.pl.feeds.frame_ways import AT, SYMBOLS, TABLE, Ways, half_the_day, told

TRADE = '{"ev":"T","sym":"MSFT","x":4,"i":"12","z":3,"p":114.125,"s":100,"c":[14,37]'
TRADE += ',"t":1536036818784,"q":3681328}'
WAYS = Ways()


def is_plain(frame: bytes) -> bool:
    reader = PlainTrades(TABLE, TradeRules(half_the_day), Trouble())
    return reader.read(frame, AT) is not None


def frame_of(*events: str) -> bytes:
    return f"[{','.join(events)}]".encode()


# Valid frames

digits = st.integers(0, 10**19).map(str)
decimals = st.builds(
    lambda a, b: f"{a}.{b}", st.integers(0, 10**7), st.text("0123456789", min_size=1, max_size=14)
)
floats = st.floats(0, 1e12).map(repr)
prices = st.one_of(digits, decimals, floats)
conditions = st.lists(st.integers(0, 300) | st.sampled_from([2, 12, 14, 37, 41]), max_size=5)
symbols = st.sampled_from((*SYMBOLS, "TSLA", "UNKNOWN", "MSF", "MSFTT", "a longer name than any"))


@st.composite
def events(draw: st.DrawFn) -> str:
    members = [
        ("sym", json.dumps(draw(symbols), ensure_ascii=draw(st.booleans()))),
        ("p", draw(prices)),
        ("s", draw(prices)),
        ("t", str(draw(st.integers(0, 2**53)))),
    ]
    others = {
        "q": st.integers(-(2**62), 2**62).map(str),
        "c": conditions.map(lambda ids: json.dumps(ids, separators=(",", ":"))),
        "x": st.integers(0, 20).map(str),
        "i": st.text("0123456789-", max_size=9).map(json.dumps),
        "trft": digits,
        "ds": decimals.map(json.dumps),
    }
    members += [(name, draw(others[name])) for name in draw(st.sets(st.sampled_from(list(others))))]
    members = draw(st.permutations(members))
    return f'{{"ev":"T",{",".join(f"{json.dumps(n)}:{value}" for n, value in members)}}}'


@given(st.lists(events(), min_size=1, max_size=5))
def test_valid_trades_come_out_as_the_general_decoder_has_them(found: list[str]) -> None:
    WAYS.check(frame_of(*found))


# Mutated frames


telling = st.sampled_from([bytes([char]) for char in b'{}[],:".-+eE019\\ \nptscqv'])


@st.composite
def mutations(draw: st.DrawFn) -> bytes:
    frame = bytearray(frame_of(*draw(st.lists(events() | st.just(TRADE), min_size=1, max_size=3))))
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(frame)))
        cut = draw(st.integers(0, 3))
        put = draw(
            st.binary(max_size=2)
            | st.sampled_from([bytes([c]) for c in b'{}[],:".-+eE019\\ \nptscqv'])
        )
        frame[at : at + cut] = put
    return bytes(frame)


@settings(max_examples=400)
@given(mutations())
def test_damaged_frames_come_out_as_the_general_decoder_has_them(frame: bytes) -> None:
    WAYS.check(frame)


def test_every_byte_of_a_frame_may_be_any_other() -> None:
    frame = frame_of(TRADE, TRADE)
    for at in range(len(frame)):
        for char in range(256):
            WAYS.check(frame[:at] + bytes([char]) + frame[at + 1 :])


def test_every_byte_of_a_frame_may_be_missing_or_the_last() -> None:
    frame = frame_of(TRADE, TRADE)
    for at in range(len(frame)):
        WAYS.check(frame[:at] + frame[at + 1 :])
        WAYS.check(frame[:at])
        WAYS.check(frame[:at] + b"}]")


# Adversarial frames

NUMBERS = ["0", "00", "01", "-0", "-1", "+1", "1.", ".5", "1.0", "1e3", "1E-2", "1e999", "NaN"]
NUMBERS += ["Infinity", "-Infinity", "9007199254740992", "9007199254740993", "9" * 18, "9" * 19]
NUMBERS += ["9" * 400, "0.1", "0." + "0" * 17 + "1", "1" * 17 + ".5", "123456.78901234567", "1.5"]
NUMBERS += ["4611686018427387904", "4611686018427387905", "0." + "3" * 30, "1 ", " 1", "1_0", "0x1"]
OTHERS = ["null", "true", "false", '""', '"7"', '"a\\"b"', '"\\u0041"', '"\u00e4"', '"\x01"', "[]"]
OTHERS += ["[1]", "[[1]]", "[1,]", "[,1]", "[1,2", "[01]", "[1.0]", "[-1]", "[1 ]", '["1"]', "{}"]
OTHERS += [
    '{"p":1}',
    "[null]",
    "[300]",
    "[12,37]",
    "[12]",
    "[99999999999999999999]",
    "",
    "'a'",
    "//",
]
NAMES = [
    "p",
    "s",
    "t",
    "q",
    "c",
    "sym",
    "ev",
    "x",
    "",
    "pp",
    "P",
    "sy",
    "symb",
    "e",
    "evv",
    "z",
    "ds",
]
NAMES += ["\\u0070", "\\u0065v", "s\\u0079m", "\u00e4", "\x7f", "p\x00", "\x01", 'p"', " p"]
KINDS = ['"T"', '"T"', '"T"', '"A"', '"AM"', '"Q"', '"LULD"', '"status"', '"TT"', '""', "null", "1"]
members_of_trade = st.sampled_from(
    ['"sym":"AAPL"', '"p":1.5', '"s":10', '"t":1536036818784', '"q":5', '"c":[12]', '"i":"5"']
)
strange_members = st.builds(
    lambda name, value: f'"{name}":{value}',
    st.sampled_from(NAMES),
    st.sampled_from(NUMBERS + OTHERS),
)
strange_events = st.builds(
    lambda kind, members, end: f'{{"ev":{kind},{",".join(members)}{end}',
    st.sampled_from(KINDS),
    st.lists(members_of_trade | strange_members, max_size=8),
    st.sampled_from(["}", "}", "}", "", ",}", "}}", "]"]),
)
other_events = st.sampled_from(
    [
        '{"ev":"status","status":"success","message":"subscribed to: T.AAPL"}',
        '{"ev":"LULD","T":"AAPL","h":1,"l":1,"i":[1],"z":1,"t":1,"q":1}',
        '{"ev":"Q","sym":"AAPL","bp":1.5,"t":1}',
        '{"ev":"AM","sym":"AAPL","v":1,"o":1,"c":1,"h":1,"l":1,"s":60000,"e":120000}',
        '{"ev":"A","sym":"AAPL","v":1,"o":1,"c":1,"h":1,"l":1,"s":1000,"e":2000,"vw":1,"z":1}',
        '{"sym":"AAPL","p":1,"s":1,"t":1,"ev":"T"}',
        '{"sym":"AAPL","p":1,"s":1,"t":1}',
        "null",
        "7",
        "[]",
        "{}",
    ]
)


@settings(max_examples=400)
@given(st.lists(strange_events | other_events | st.just(TRADE), max_size=4))
def test_strange_frames_come_out_as_the_general_decoder_has_them(found: list[str]) -> None:
    WAYS.check(f"[{','.join(found)}]".encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("name", NAMES)
def test_a_member_may_have_any_value_and_place(name: str) -> None:
    whole = '"sym":"AAPL","p":1.5,"s":10,"t":1536036818784'
    rest = ",".join(m for m in whole.split(",") if not m.startswith(f'"{name}"'))
    for value in NUMBERS + OTHERS:
        member = f'"{name}":{value}'
        WAYS.check(frame_of(f'{{"ev":"T",{member},{whole}}}'))
        WAYS.check(frame_of(f'{{"ev":"T",{whole},{member}}}', TRADE))
        WAYS.check(frame_of(f'{{"ev":"T",{member},{rest}}}'))
        WAYS.check(frame_of(TRADE, f'{{"ev":"T",{rest},{member}}}'))


@pytest.mark.parametrize(
    "text", ["", "[", "]", "[]", "[]]", "[[]]", "[{}]", "[,]", '"', "\0", "\xff"]
)
def test_short_frames_come_out_as_the_general_decoder_has_them(text: str) -> None:
    WAYS.check(text.encode("latin-1"))
    WAYS.check(text.encode("latin-1") + frame_of(TRADE))
    WAYS.check(frame_of(TRADE) + text.encode("latin-1"))


# Numbers


@settings(max_examples=1_000)
@given(prices)
@example("9007199254740993")
@example("0.30000000000000004")
@example("8.5")
def test_prices_are_rounded_correctly(text: str) -> None:
    frame = WAYS.check(frame_of(TRADE.replace("114.125", text)))
    if frame.trades is not None:
        assert frame.trades.price[0].tobytes() == np.float64(float(text)).tobytes()


def test_prices_as_exchanges_print_them_are_plain() -> None:
    for text in ("0.0001", "114.125", "999999.9999", "1234567", "12.345678", "0", "50000000000"):
        assert is_plain(frame_of(TRADE.replace("114.125", text))), text


# What is plain


def test_what_massive_sends_is_plain() -> None:
    late = TRADE.replace('"c":[14,37]', '"c":[12]')
    facility = TRADE.replace("}", ',"trfi":202,"trft":1536036818700}')
    bare = '{"ev":"T","sym":"AAPL","p":1,"s":1,"t":1}'
    unknown = TRADE.replace("MSFT", "TSLA")
    assert is_plain(frame_of(TRADE, late, facility, bare, unknown))


@pytest.mark.parametrize(
    "event",
    [
        TRADE.replace("114.125", "1.14125e2"),
        TRADE.replace("114.125", "-114.125"),
        TRADE.replace("114.125", "114.12500000000000001"),
        TRADE.replace("MSFT", "M\\u0053FT"),
        TRADE.replace('"q":3681328', '"q":3681328,"q":3681329'),
        TRADE.replace('"z":3', '"z":null'),
        TRADE.replace('"z":3', '"z":[3]'),
        TRADE.replace(":", ": "),
        TRADE.replace('"T"', '"Q"'),
        TRADE.replace("100", "NaN"),
    ],
)
def test_anything_else_is_left_to_the_general_decoder(event: str) -> None:
    assert not is_plain(frame_of(TRADE, event))


def test_batches_stay_as_they_are_while_others_follow() -> None:
    ways, seen = Ways(), []
    rng = random.Random(5)
    for size in rng.choices((1, 7, 300), k=3 * BLOCK // 100):
        texts = [TRADE.replace("114.125", f"{rng.randrange(10**6) / 100}") for _ in range(size)]
        frame = ways.check(frame_of(*texts))
        assert isinstance(frame.trades, PackedTrades)
        seen.append((frame, told(frame)))
    assert all(told(frame) == facts for frame, facts in seen)


def test_a_frame_longer_than_a_block_is_read_whole() -> None:
    frame = WAYS.check(frame_of(*[TRADE] * (2 * BLOCK)))
    assert frame.trades is not None
    assert len(frame.trades) == 2 * BLOCK


def test_many_symbols_are_told_apart() -> None:
    names = [f"{chr(65 + i % 26)}{i:X}" for i in range(11_000)]
    ways = Ways(AlwaysOpenSessions().regular, SymbolTable(names))
    frame = ways.check(frame_of(*(TRADE.replace("MSFT", name) for name in (*names, "ZZZZZ"))))
    assert frame.trades is not None
    assert frame.trades.row.tolist() == list(range(11_000))
