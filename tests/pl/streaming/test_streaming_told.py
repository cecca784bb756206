"""Only the ends of what somebody was told are told."""

from pl.signals.entries import Entries
from pl.signals.signal import Signal
from pl.store.standing import Standing
from pl.streaming.told import Told, count_ends
from tests.pl.streaming.fakes import SYMBOLS, T0, signal

ROWS = {symbol: row for row, symbol in enumerate(SYMBOLS)}
LATER = {"bar_time_ms": T0 + 240_000, "born_ms": T0, "before": {"life": "confirmed"}}


def end(n: int = 0, life: str = "failed", **changes: object) -> Signal:
    after = {"life": life, "exit_price": 149.5, "bars": 4}
    return signal(n, **({"life": life, **LATER, "after": after} | changes))


def entries(*signals: Signal) -> Entries:
    return Entries.of(signals, ROWS)


def test_the_end_of_a_flow_is_heard_by_those_who_heard_of_it() -> None:
    told = Told()
    assert told.places(entries(signal(), end())).tolist() == [0, 1]
    assert told.places(entries(end())).tolist() == []
    told.note(entries(signal()))
    others = [
        end(symbol="KO"),
        end(pattern="Doji"),
        end(direction="bearish"),
        end(born_ms=T0 + 1000),
    ]
    assert told.places(entries(end(), *others)).tolist() == [0]


def test_retractions_and_updates_are_left_to_the_flows() -> None:
    gone = signal(life="retracted", before={"life": "confirmed"}, after={"life": "retracted"})
    assert Told().places(entries(gone)).tolist() == [0]


def test_a_restart_still_knows_who_was_told() -> None:
    facts = (0.7, 150.25, 0.42, 184_200.0, "1min", "AAPL", "Volume_Spike", "bullish")
    standing = Standing("f", "confirmed", 0, T0, *facts)
    assert Told.of([standing], SYMBOLS, "1min").places(entries(end())).tolist() == [0]
    ended = Standing("f", "failed", 1, T0, *facts)
    assert len(Told.of([ended], SYMBOLS, "1min")) == 0


def test_the_confirmation_of_what_was_told_as_forming_is_awaited_once() -> None:
    told = Told()
    told.note(entries(signal(life="forming")))
    confirmed = entries(signal(bar_time_ms=T0 + 60_000, born_ms=T0 + 60_000))
    others = entries(signal(symbol="KO"), signal(direction="bearish"), signal(life="forming"))
    assert told.awaited(confirmed).tolist() == [True]
    assert told.awaited(others).tolist() == [False, False, False]
    told.note(confirmed)
    assert told.awaited(confirmed).tolist() == [False]


def test_a_restart_still_awaits_what_was_forming() -> None:
    facts = (0.7, 150.25, 0.42, 184_200.0, "1min", "AAPL", "Volume_Spike", "bullish")
    told = Told.of([Standing("f", "forming", 0, T0, *facts)], SYMBOLS, "1min")
    assert told.awaited(entries(signal(born_ms=T0 + 60_000))).tolist() == [True]


def test_ends_are_counted_by_how_they_came() -> None:
    found = entries(signal(), end(), end(1), end(2, "expired"))
    assert count_ends(found) == {"target_reached": 0, "failed": 2, "expired": 1}
