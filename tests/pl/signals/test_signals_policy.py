"""What becomes an alert, what is held back, and that both are counted."""

from collections import Counter
from dataclasses import replace
from uuid import UUID, uuid5

from hypothesis import given, settings
from hypothesis import strategies as st

from pl.signals.chart.names import CHART_NAMES
from pl.signals.policy import (
    ALERT,
    HELD_CONFIDENCE,
    HELD_COOL_DOWN,
    RULES,
    UPDATE,
    Policy,
    Rule,
)
from pl.signals.registry import PATTERN_NAMES
from pl.signals.signal import FLOW_NAMESPACE, Signal
from tests.pl.signals.synthetic import engine, log_of, random_bars, restarted, span

MINUTE = 60_000
RULE = {("Doji", "intraday", "1min"): Rule(min_confidence=0.5, cool_down_bars=5)}


def signal(minute: int, confidence: float = 0.8, symbol: str = "AAA", **values: object) -> Signal:
    flow: UUID = uuid5(FLOW_NAMESPACE, f"{symbol}{minute}")
    plain = Signal(
        symbol=symbol,
        pattern="Doji",
        direction="neutral",
        timeframe="1min",
        tier="intraday",
        bar_time_ms=minute * MINUTE,
        life="confirmed",
        revision=0,
        confidence=confidence,
        price=1.0,
        price_change=0.0,
        volume=1.0,
        reason="",
        indicators={},
        levels={},
        geometry={},
        flow_id=flow,
        before={},
        after={},
    )
    return replace(plain, **values)


def verdicts(policy: Policy, *signals: Signal) -> list[str]:
    return [ruling.verdict for ruling in policy.decide(signals)]


def test_confidence_below_the_minimum_is_held_back() -> None:
    assert verdicts(Policy(RULE), signal(1, 0.49), signal(2, 0.5)) == [HELD_CONFIDENCE, ALERT]


def test_the_same_kind_again_within_the_cool_down_is_held_back() -> None:
    found = verdicts(Policy(RULE), signal(1), signal(6), signal(12))
    assert found == [ALERT, HELD_COOL_DOWN, ALERT]


def test_other_symbols_and_directions_have_cool_downs_of_their_own() -> None:
    other = signal(2, direction="bullish")
    assert verdicts(Policy(RULE), signal(1), signal(2, symbol="BBB"), other) == [ALERT] * 3


def test_what_was_too_weak_starts_no_cool_down() -> None:
    assert verdicts(Policy(RULE), signal(1, 0.3), signal(2)) == [HELD_CONFIDENCE, ALERT]


def test_a_retraction_is_passed_on_and_ends_the_cool_down() -> None:
    gone = signal(1, life="retracted", revision=2, before={"life": "confirmed", "confidence": 0.8})
    assert verdicts(Policy(RULE), signal(1), gone, signal(2)) == [ALERT, UPDATE, ALERT]


def test_a_retraction_of_what_was_too_weak_is_held_back() -> None:
    gone = signal(1, 0.3, life="retracted", before={"life": "confirmed", "confidence": 0.3})
    assert verdicts(Policy(RULE), signal(1, 0.3), gone) == [HELD_CONFIDENCE, HELD_CONFIDENCE]


def test_an_update_of_an_alert_is_passed_on_even_when_it_weakens() -> None:
    weaker = signal(1, 0.2, before={"confidence": 0.8}, after={"confidence": 0.2})
    assert verdicts(Policy(RULE), signal(1), weaker) == [ALERT, UPDATE]


def test_an_update_that_reaches_the_minimum_is_an_alert() -> None:
    stronger = signal(1, 0.9, before={"confidence": 0.3}, after={"confidence": 0.9})
    assert verdicts(Policy(RULE), signal(1, 0.3), stronger) == [HELD_CONFIDENCE, ALERT]


def test_every_entry_is_counted_once() -> None:
    policy = Policy()
    log = log_of(random_bars(400, seed=21))
    policy.decide(log)
    assert sum(policy.counts.values()) == len(log)
    assert Counter(pattern for pattern, _ in policy.counts.elements()) == Counter(
        entry.pattern for entry in log
    )


def test_every_pattern_has_a_rule_of_its_own() -> None:
    assert {name for name, *_ in RULES} == {*PATTERN_NAMES, *CHART_NAMES}


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000), st.integers(60, 190))
def test_a_restart_publishes_neither_less_nor_what_was_held_back(seed: int, stop: int) -> None:
    bars = random_bars(200, seed=seed)
    cut = stop * 3
    whole, running = Policy(), engine()
    whole.decide(running.update(span(bars, 0, cut)).signals)
    later = running.update(span(bars, cut, len(bars))).signals
    expected = [ruling.verdict for ruling in whole.decide(later)]
    policy, again = Policy(), restarted(span(bars, 0, cut))
    policy.recall(again.recent(policy.memory_bars))
    found = policy.decide(again.update(span(bars, cut, len(bars))).signals)
    assert [ruling.verdict for ruling in found] == expected
