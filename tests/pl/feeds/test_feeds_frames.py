"""What the frame parser must keep, and what it must only count."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pl.feeds.massive_frames import Frame, FrameParser
from pl.feeds.trade_rules import TradeRules
from pl.feeds.trouble import Trouble
from pl.market.batches import UPDATES_ALL, UPDATES_HIGH_LOW, UPDATES_VOLUME, SymbolTable
from pl.market.sessions import AlwaysOpenSessions

ALWAYS = AlwaysOpenSessions().regular
TABLE = SymbolTable(["AAPL", "MSFT", "BRK.B"])
AT = 1_700_000_000.5
TRADE = {"ev": "T", "sym": "MSFT", "x": 4, "i": "12", "z": 3, "p": 114.125, "s": 100}
TRADE |= {"t": 1_536_036_818_784, "q": 3_681_328}
MINUTE = {"ev": "AM", "sym": "AAPL", "v": 4110, "av": 9470157, "op": 0.43, "vw": 0.4488}
MINUTE |= {"o": 0.4488, "c": 0.4486, "h": 0.4489, "l": 0.4486, "a": 0.4352, "z": 685}
MINUTE |= {"s": 1_610_144_640_000, "e": 1_610_144_700_000}


def parser(rules: TradeRules | None = None) -> tuple[FrameParser, Trouble]:
    trouble = Trouble()
    return FrameParser(TABLE, rules or TradeRules(ALWAYS), trouble), trouble


def parse(*events: object) -> tuple[Frame, Trouble]:
    feed, trouble = parser()
    return feed.parse(json.dumps(events).encode(), AT), trouble


def prices(frame: Frame) -> list[float]:
    return [] if frame.trades is None else frame.trades.price.tolist()


def test_a_trade_becomes_one_row_of_columns() -> None:
    frame, trouble = parse(TRADE)
    assert frame.trades is not None
    assert frame.trades.row.tolist() == [1]
    assert frame.trades.t_ms.tolist() == [1_536_036_818_784]
    assert frame.trades.price.tolist() == [114.125]
    assert frame.trades.size.tolist() == [100.0]
    assert frame.trades.sequence.tolist() == [3_681_328]
    assert frame.trades.received_at == AT
    assert not trouble.malformed


def test_columns_have_the_dtypes_that_batches_promise() -> None:
    frame, _ = parse(TRADE, MINUTE)
    assert frame.trades is not None
    kinds = {name: getattr(frame.trades, name).dtype.name for name in ("row", "t_ms", "rule")}
    assert kinds == {"row": "int32", "t_ms": "int64", "rule": "uint8"}
    bars = frame.bars[0]
    assert {bars.row.dtype.name, bars.trade_count.dtype.name} == {"int32"}
    assert {bars.open.dtype.name, bars.vwap.dtype.name} == {"float64"}


def test_a_trade_without_conditions_updates_everything() -> None:
    frame, _ = parse(TRADE, TRADE | {"c": []}, TRADE | {"c": None})
    assert frame.trades is not None
    assert frame.trades.rule.tolist() == [UPDATES_ALL] * 3


def test_conditions_decide_what_a_trade_may_touch() -> None:
    frame, _ = parse(*(TRADE | {"c": c} for c in ([37], [14], [14, 10], [16], [10**30])))
    assert frame.trades is not None
    no_open_close = UPDATES_HIGH_LOW | UPDATES_VOLUME
    assert frame.trades.rule.tolist() == [UPDATES_VOLUME, UPDATES_ALL, no_open_close, 0, 7]


def test_form_t_sets_prices_only_outside_regular_hours() -> None:
    feed, _ = parser(TradeRules(lambda t_ms: t_ms >= 1_000))
    frame = feed.parse(json.dumps([TRADE | {"c": [12], "t": t} for t in (999, 1_000)]).encode(), AT)
    assert frame.trades is not None
    assert frame.trades.rule.tolist() == [UPDATES_ALL, UPDATES_VOLUME]


def test_a_fractional_size_is_kept() -> None:
    frame, trouble = parse(TRADE | {"s": 0.125})
    assert frame.trades is not None
    assert frame.trades.size.tolist() == [0.125]
    assert not trouble.malformed


def test_a_minute_bar_counts_its_trades_by_their_mean_size() -> None:
    frame, _ = parse(MINUTE, MINUTE | {"ev": "A"})
    seconds, minutes = frame.bars
    assert (seconds.span_ms, minutes.span_ms) == (1_000, 60_000)
    assert minutes.start_ms.tolist() == [1_610_144_640_000]
    assert minutes.trade_count.tolist() == [6]
    assert (minutes.high[0], minutes.low[0], minutes.close[0]) == (0.4489, 0.4486, 0.4486)


def test_symbols_that_nobody_asked_for_are_counted() -> None:
    frame, trouble = parse(TRADE | {"sym": "TSLA"}, TRADE, MINUTE | {"sym": "X"})
    assert prices(frame) == [114.125]
    assert trouble.ignored == {"not subscribed": 2}


def test_other_kinds_are_ignored_and_counted() -> None:
    noi = {"ev": "NOI", "T": "AAPL", "t": 1, "at": 930}
    frame, trouble = parse(noi, {"ev": "Q", "sym": "AAPL"}, {"ev": "XYZ"}, TRADE)
    assert prices(frame) == [114.125]
    assert trouble.ignored == {"NOI": 1, "Q": 1, "unknown kind": 1}
    assert not trouble.malformed


@pytest.mark.parametrize("t", [1_601_316_752_683, 1_601_316_752_683_746, 1_601_316_752_683_746_001])
def test_halts_and_resumptions_are_told_apart_from_price_bands(t: int) -> None:
    luld = {"ev": "LULD", "T": "AAPL", "h": 2, "l": 1, "z": 3, "t": t, "q": 1}
    frame, trouble = parse(
        luld | {"i": [17]},
        TRADE,
        luld | {"i": [21]},
        luld | {"i": [18]},
        luld | {"T": "X", "i": [17]},
    )
    assert frame.halts is not None
    assert frame.halts.halted.tolist() == [True, False]
    assert frame.halts.t_ms.tolist() == [1_601_316_752_683] * 2
    assert prices(frame) == [114.125]
    assert trouble.ignored == {"price band": 1, "not subscribed": 1}
    assert parse(luld | {"i": None})[0].halts is None


def test_unknown_fields_are_ignored() -> None:
    frame, trouble = parse(TRADE | {"ds": "100.5", "nested": {"a": [1, {"b": None}]}})
    assert prices(frame) == [114.125]
    assert not trouble.malformed


def test_statuses_come_apart_from_data() -> None:
    status = {"ev": "status", "status": "auth_success", "message": "authenticated"}
    frame, _ = parse(status, TRADE)
    assert [(s.status, s.message) for s in frame.statuses] == [("auth_success", "authenticated")]
    assert prices(frame) == [114.125]


@pytest.mark.parametrize(
    ("broken", "cause"),
    [
        ({"p": None}, "T: Expected `float`, got `null` - at `$.p`"),
        ({"p": "NaN"}, "T: Expected `float`, got `str` - at `$.p`"),
        ({"p": "Infinity"}, "T: Expected `float`, got `str` - at `$.p`"),
        ({"p": [[114.1]]}, "T: Expected `float`, got `array` - at `$.p`"),
        ({"p": True}, "T: Expected `float`, got `bool` - at `$.p`"),
        ({"s": {"n": 1}}, "T: Expected `float`, got `object` - at `$.s`"),
        ({"t": "2024-01-02"}, "T: Expected `int`, got `str` - at `$.t`"),
        ({"t": -1}, "T: Expected `int` >= 0 - at `$.t`"),
        ({"t": 10**30}, "T: Expected `int` <= 9007199254740992 - at `$.t`"),
        ({"c": [14, "x"]}, "T: Expected `int`, got `str` - at `$.c[...]`"),
        ({"c": [[14]]}, "T: Expected `int`, got `array` - at `$.c[...]`"),
        ({"sym": 7}, "T: Expected `str`, got `int` - at `$.sym`"),
        ({"ev": None}, "event: no kind"),
        ({"p": float("nan")}, "T: not a finite number"),
        ({"p": float("inf")}, "T: not a finite number"),
    ],
)
def test_a_malformed_event_is_counted_by_cause_and_costs_only_itself(
    broken: dict[str, object], cause: str
) -> None:
    frame, trouble = parse(TRADE, TRADE | broken, TRADE | {"p": 2.5}, MINUTE)
    assert prices(frame) == [114.125, 2.5]
    assert len(frame.bars) == 1
    assert trouble.malformed == {cause: 1}


def test_a_missing_field_is_named() -> None:
    _, trouble = parse({name: value for name, value in TRADE.items() if name != "p"})
    assert trouble.malformed == {"T: Object missing required field `p`": 1}


def test_a_number_out_of_range_costs_only_its_event() -> None:
    feed, trouble = parser()
    good = json.dumps(TRADE)
    frame = feed.parse(f"[{good},{good.replace('114.125', '1e999')},{good}]".encode(), AT)
    assert prices(frame) == [114.125, 114.125]
    assert sum(trouble.malformed.values()) == 1


@pytest.mark.parametrize(
    "text",
    ["", "null", "[]", "7", '"T"', "[" * 100_000, '{"a":' * 50_000, "\x00\xff", "[1,[],null]"],
)
def test_a_frame_of_nonsense_is_no_data_and_no_error(text: str) -> None:
    feed, _ = parser()
    frame = feed.parse(text.encode("latin-1"), AT)
    assert frame == Frame(None, (), ())


def test_a_truncated_frame_gives_up_only_its_last_event() -> None:
    feed, trouble = parser()
    whole = json.dumps([TRADE, TRADE | {"p": 2.0}, TRADE | {"p": 3.0}])
    frame = feed.parse(whole[:-20].encode(), AT)
    assert prices(frame) == [114.125, 2.0]
    assert trouble.malformed == {"frame: broken JSON": 1}


def test_a_lone_event_without_its_array_is_read() -> None:
    feed, _ = parser()
    assert prices(feed.parse(json.dumps(TRADE).encode(), AT)) == [114.125]


def test_text_that_is_no_utf8_costs_only_its_event() -> None:
    feed, trouble = parser()
    good = json.dumps(TRADE).encode()
    frame = feed.parse(b"[" + good + b"," + good.replace(b"MSFT", b"M\xffFT") + b"]", AT)
    assert prices(frame) == [114.125]
    assert trouble.malformed == {"event: unreadable number, text or depth": 1}


def test_causes_stay_few_however_many_there_are() -> None:
    trouble = Trouble()
    for n in range(1_000):
        trouble.drop(f"cause {n}")
    assert len(trouble.malformed) <= 201
    assert sum(notice.count for notice in trouble.untold(AT)) == 1_000
    assert not list(trouble.untold(AT))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)
twisted = st.builds(
    lambda event, name, value: event | {name: value},
    st.sampled_from([TRADE, MINUTE]),
    st.sampled_from(["ev", "p", "s", "t", "q", "c", "o", "h", "v", "vw", "z", "message"]),
    json_values,
)


@given(st.lists(json_values | twisted, max_size=4), st.lists(json_values | twisted, max_size=4))
def test_no_event_is_lost_beside_any_other_value(before: list[object], after: list[object]) -> None:
    marked = TRADE | {"sym": "BRK.B", "q": 77}
    frame, _ = parse(*before, marked, *after)
    assert frame.trades is not None
    assert 77 in frame.trades.sequence[frame.trades.row == 2]
    assert np.isfinite(frame.trades.price).all()
    assert np.isfinite(frame.trades.size).all()


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_no_bytes_raise(before: bytes, after: bytes) -> None:
    feed, _ = parser()
    feed.parse(before, AT)
    feed.parse(before + json.dumps([TRADE]).encode() + after, AT)


@given(st.text(alphabet='abc:,[]0.5"', max_size=30))
def test_broken_text_beside_an_event_does_not_swallow_it(garbage: str) -> None:
    feed, _ = parser()
    frame = feed.parse(f'[{{"ev":{garbage},{json.dumps(TRADE)}]'.encode(), AT)
    assert 114.125 in prices(frame)
