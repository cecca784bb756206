"""Only the ends of what somebody was told are told."""

import numpy as np

from pl.signals.entries import Entries
from pl.signals.policy import Policy
from pl.signals.signal import CONFIRMED, Signal
from pl.store.standing import Standing
from pl.streaming.choice import Choice, choose
from pl.streaming.told import Told, count_ends
from tests.pl.streaming.fakes import SYMBOLS, T0, nothing_is_over, signal

ROWS = {symbol: row for row, symbol in enumerate(SYMBOLS)}
LATER = {"bar_time_ms": T0 + 240_000, "born_ms": T0, "before": {"life": "confirmed"}}


def end(n: int = 0, life: str = "failed", **changes: object) -> Signal:
    after = {"life": life, "exit_price": 149.5, "bars": 4}
    return signal(n, **({"life": life, **LATER, "after": after} | changes))


def entries(*signals: Signal) -> Entries:
    return Entries.of(signals, ROWS)


def heard(told: Told, *signals: Signal, chosen: bool = True) -> list[int]:
    found = entries(*signals)
    flags = np.full(len(found), chosen, np.bool_)
    return told.places(found, flags, told.awaited(found, flags)).tolist()


def awaited(told: Told, *signals: Signal) -> list[bool]:
    found = entries(*signals)
    flags: list[bool] = told.awaited(found, np.ones(len(found), np.bool_)).tolist()
    return flags


def test_the_end_of_a_flow_is_heard_by_those_who_heard_of_it() -> None:
    told = Told()
    assert heard(told, signal(), end()) == [0, 1]
    assert heard(told, end()) == []
    told.note(entries(signal()))
    others = [
        end(symbol="KO"),
        end(pattern="Doji"),
        end(direction="bearish"),
        end(born_ms=T0 + 1000),
    ]
    assert heard(told, end(), *others) == [0]


def test_retractions_and_updates_are_left_to_the_flows() -> None:
    gone = signal(life="retracted", before={"life": "confirmed"}, after={"life": "retracted"})
    assert heard(Told(), gone) == [0]


def test_corrections_of_volume_take_no_place_of_an_alert() -> None:
    told, policy = Told(), Policy(len(SYMBOLS), "1min", "intraday")
    told.note(entries(*(signal(n) for n in range(3))))
    moved = {"before": {"volume": 1.0}, "after": {"volume": 2.0}}
    slight = [signal(n, **moved) for n in range(3)]
    fresh = signal(bar_time_ms=T0 + 3_600_000, born_ms=T0 + 3_600_000)
    found = entries(*slight, fresh)
    choice = choose(policy, told, found, np.ones(len(found), np.bool_), 2, 2, nothing_is_over)
    assert choice.told.signals() == [fresh]
    assert not choice.held["storm"]


def test_nor_do_those_of_what_has_ended_unless_the_end_is_news() -> None:
    policy = Policy(len(SYMBOLS), "1min", "intraday")
    fresh = signal(bar_time_ms=T0 + 3_600_000, born_ms=T0 + 3_600_000)
    slight = end(before={"volume": 1.0}, after={"volume": 2.0, "life": "failed"})
    stands = signal(before={"life": "failed"}, after={"life": "confirmed"})
    otherwise = end(life="expired", before={"life": "failed"})
    for said_before, leaves in (
        ([], [slight]),
        ([end()], [fresh]),
        ([end(), slight], [fresh]),
        ([end(), stands], [slight]),
        ([end(), otherwise], [slight]),
    ):
        told = Told()
        told.note(entries(signal(), *said_before))
        found = entries(slight, fresh)
        choice = choose(policy, told, found, np.ones(len(found), np.bool_), 1, 1, nothing_is_over)
        assert choice.told.signals() == leaves


def test_ends_of_alerts_that_a_storm_holds_back_leave_room_for_alerts() -> None:
    """Bars that come at once may bring an alert and its end."""
    found = entries(*(signal(symbol=name) for name in SYMBOLS), *(end(symbol=n) for n in SYMBOLS))
    said: dict[int, list[tuple[str, str]]] = {}
    for most_events in (1, 2, 3, 4):
        told, policy = Told(), Policy(len(SYMBOLS), "1min", "intraday")
        choice = choose(
            policy, told, found, np.ones(len(found), np.bool_), 2, most_events, nothing_is_over
        )
        said[most_events] = [(one.symbol, one.life) for one in choice.told.signals()]
        alerts = [symbol for symbol, life in said[most_events] if life == CONFIRMED]
        assert choice.held["storm"] == len(SYMBOLS) - len(alerts)
    one = [(SYMBOLS[0], CONFIRMED), (SYMBOLS[0], "failed")]
    assert (said[1], said[2], said[3]) == ([], one, one)
    assert said[4] == [(name, life) for life in (CONFIRMED, "failed") for name in SYMBOLS[:2]]


def chosen_of_the_expired(told: Told, *signals: Signal) -> Choice:
    """What is told of entries whose time is over."""
    found = entries(*signals)
    in_time = np.ones(len(found), np.bool_)
    policy = Policy(len(SYMBOLS), "1min", "intraday")
    return choose(policy, told, found, in_time, 9, 9, lambda _, at: at)


def test_nobody_is_told_of_what_has_expired_nor_of_its_end() -> None:
    told, confirmed = Told(), signal(**CONFIRMED_LATER)
    forming, ended = signal(life="forming"), end(born_ms=T0 + 60_000)
    choice = chosen_of_the_expired(told, forming, confirmed, ended)
    assert (choice.told.signals(), choice.held["expired"]) == ([], 2)
    gone = signal(life="retracted", before={"life": "confirmed"}, after={"life": "retracted"})
    assert chosen_of_the_expired(told, end(), gone).told.signals() == [gone]  # left to the flows


def test_whoever_was_told_hears_what_became_of_it_though_it_has_expired() -> None:
    told, confirmed = Told(), signal(**CONFIRMED_LATER)
    told.note(entries(signal(life="forming")))
    ended = end(born_ms=T0 + 60_000)
    choice = chosen_of_the_expired(told, confirmed, ended, signal(1, symbol="KO"))
    assert (choice.told.signals(), choice.held["expired"]) == ([confirmed, ended], 1)
    again = chosen_of_the_expired(told, confirmed)
    assert (again.told.signals(), again.held["expired"]) == ([confirmed], 0)


def test_a_restart_still_knows_who_was_told() -> None:
    facts = (0.7, 150.25, 0.42, 184_200.0, "1min", "AAPL", "Volume_Spike", "bullish")
    standing = Standing("f", "confirmed", 0, T0, *facts)
    assert heard(Told.of([standing], SYMBOLS, "1min"), end()) == [0]
    gone = Standing("f", "retracted", 1, T0, *facts)
    assert len(Told.of([gone], SYMBOLS, "1min")) == 0


def test_a_restart_still_hears_how_else_a_flow_ended() -> None:
    facts = (0.7, 150.25, 0.42, 184_200.0, "1min", "AAPL", "Volume_Spike", "bullish")
    ended = Standing(str(signal().flow_id), "failed", 1, T0 + 240_000, *facts)
    told = Told.of([ended], SYMBOLS, "1min")
    otherwise = end(life="target_reached", before={"life": "failed"})
    later = end(2, born_ms=T0 + 300_000)
    assert heard(told, otherwise, end(1), later) == [0]


def test_what_was_told_is_heard_to_change_and_end_whatever_a_policy_thinks_of_it() -> None:
    told = Told()
    told.note(entries(signal()))
    moved = signal(before={"confidence": 0.7}, after={"confidence": 0.2}, confidence=0.2)
    gone = signal(life="retracted", before={"life": "confirmed"}, after={"life": "retracted"})
    assert heard(told, moved, end(), gone, chosen=False) == [0, 1, 2]
    assert heard(told, end(symbol="KO"), gone, chosen=False) == [1]
    assert heard(Told(), moved, end(), gone, chosen=False) == []


CONFIRMED_LATER = {"bar_time_ms": T0 + 60_000, "born_ms": T0 + 60_000}


def test_the_confirmation_of_what_was_told_as_forming_is_awaited_once() -> None:
    told = Told()
    told.note(entries(signal(life="forming")))
    confirmed = signal(**CONFIRMED_LATER)
    others = (signal(symbol="KO"), signal(direction="bearish"), signal(life="forming"), signal(1))
    assert awaited(told, confirmed) == [True]
    assert awaited(told, *others) == [False] * 4
    told.note(entries(signal(1, **CONFIRMED_LATER)))
    assert awaited(told, confirmed) == [True]
    told.note(entries(confirmed))
    assert awaited(told, confirmed) == [False]


def test_what_forms_and_is_confirmed_at_one_close_is_awaited() -> None:
    forming, confirmed = signal(life="forming"), signal(**CONFIRMED_LATER)
    assert awaited(Told(), forming, confirmed, signal(1, **CONFIRMED_LATER)) == [False, True, False]


def test_what_comes_of_a_confirmation_that_was_held_back_is_awaited() -> None:
    told = Told()
    told.note(entries(signal(life="forming")))
    ended = end(born_ms=T0 + 60_000)
    assert heard(told, ended, chosen=False) == [0]
    told.note(entries(ended))
    assert heard(told, ended, chosen=False) == []


def test_a_restart_still_awaits_what_was_forming() -> None:
    facts = (0.7, 150.25, 0.42, 184_200.0, "1min", "AAPL", "Volume_Spike", "bullish")
    flow_id = str(signal().flow_id)
    told = Told.of([Standing(flow_id, "forming", 0, T0, *facts)], SYMBOLS, "1min")
    assert awaited(told, signal(born_ms=T0 + 60_000)) == [True]


def test_ends_are_counted_by_how_they_came() -> None:
    found = entries(signal(), end(), end(1), end(2, "expired"))
    assert count_ends(found) == {"target_reached": 0, "failed": 2, "expired": 1}
