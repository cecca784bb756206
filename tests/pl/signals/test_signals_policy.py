"""What becomes an alert, what is held back, and that both are counted."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID, uuid5

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pl.market.batches import ClosedBars
from pl.signals.choosing import (
    ALERT,
    HELD_CONFIDENCE,
    HELD_COOL_DOWN,
    REACH,
    UPDATE,
)
from pl.signals.entries import KIND_NAMES, Entries
from pl.signals.policy import FALLBACK, RULES, Policy, Rule
from pl.signals.signal import FLOW_NAMESPACE, Signal
from tests.pl.signals.synthetic import (
    SYMBOLS,
    changed,
    engine,
    join,
    lively_bars,
    log_of,
    random_bars,
    restarted,
    span,
)

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
        born_ms=minute * MINUTE,
        horizon_bars=10,
    )
    return replace(plain, **values)


def policy_of(rules: dict[tuple[str, str, str], Rule] | None = None) -> Policy:
    return Policy(len(SYMBOLS), "1min", "intraday", rules=RULES if rules is None else rules)


def entries_of(signals: Iterable[Signal]) -> Entries:
    return Entries.of(list(signals), {symbol: row for row, symbol in enumerate(SYMBOLS)})


def verdicts(policy: Policy, *signals: Signal) -> list[int]:
    return policy.decide(entries_of(signals)).tolist()


class PlainPolicy:
    """Rule on one signal after the other, as the words have it: the slow twin."""

    def __init__(self) -> None:
        self.standing: dict[tuple[str, ...], dict[UUID, int]] = defaultdict(dict)
        self.newest: dict[tuple[str, ...], int] = defaultdict(int)

    def decide(self, signals: Iterable[Signal]) -> list[int]:
        return [self.rule_on(signal) for signal in signals]

    def rule_on(self, signal: Signal) -> int:
        rule = RULES.get((signal.pattern, signal.tier, signal.timeframe), FALLBACK)
        topic = (signal.symbol, signal.pattern, signal.direction)
        verdict = self.judge(signal, rule, topic)
        self.remember(signal, rule, topic)
        return verdict

    def judge(self, signal: Signal, rule: Rule, topic: tuple[str, ...]) -> int:
        if signal.before:
            said = signal.before.get("confidence", signal.confidence)
            if float(said) >= rule.min_confidence:
                return UPDATE
        if signal.life == "retracted" or signal.confidence < rule.min_confidence:
            return HELD_CONFIDENCE
        since = signal.born_ms - rule.cool_down_bars * MINUTE
        earlier = self.standing[topic].values()
        is_cooling = any(since <= time < signal.born_ms for time in earlier)
        return HELD_COOL_DOWN if is_cooling else ALERT

    def remember(self, signal: Signal, rule: Rule, topic: tuple[str, ...]) -> None:
        standing = self.standing[topic]
        standing.pop(signal.flow_id, None)
        if signal.life == "retracted" or signal.confidence < rule.min_confidence:
            return
        standing[signal.flow_id] = signal.born_ms
        newest = self.newest[topic] = max(self.newest[topic], signal.born_ms)
        for flow, time in list(standing.items()):
            if time <= newest - REACH * MINUTE:
                del standing[flow]


def test_confidence_below_the_minimum_is_held_back() -> None:
    assert verdicts(policy_of(RULE), signal(1, 0.49), signal(2, 0.5)) == [HELD_CONFIDENCE, ALERT]


def test_the_same_kind_again_within_the_cool_down_is_held_back() -> None:
    found = verdicts(policy_of(RULE), signal(1), signal(6), signal(12))
    assert found == [ALERT, HELD_COOL_DOWN, ALERT]


def test_other_symbols_and_directions_have_cool_downs_of_their_own() -> None:
    other = signal(2, direction="bullish")
    assert verdicts(policy_of(RULE), signal(1), signal(2, symbol="BBB"), other) == [ALERT] * 3


def test_what_was_too_weak_starts_no_cool_down() -> None:
    assert verdicts(policy_of(RULE), signal(1, 0.3), signal(2)) == [HELD_CONFIDENCE, ALERT]


def test_a_retraction_is_passed_on_and_ends_the_cool_down() -> None:
    gone = signal(1, life="retracted", revision=2, before={"life": "confirmed", "confidence": 0.8})
    assert verdicts(policy_of(RULE), signal(1), gone, signal(2)) == [ALERT, UPDATE, ALERT]


def test_a_retraction_of_what_was_too_weak_is_held_back() -> None:
    gone = signal(1, 0.3, life="retracted", before={"life": "confirmed", "confidence": 0.3})
    assert verdicts(policy_of(RULE), signal(1, 0.3), gone) == [HELD_CONFIDENCE, HELD_CONFIDENCE]


def test_an_update_of_an_alert_is_passed_on_even_when_it_weakens() -> None:
    weaker = signal(1, 0.2, before={"confidence": 0.8}, after={"confidence": 0.2})
    assert verdicts(policy_of(RULE), signal(1), weaker) == [ALERT, UPDATE]


def test_an_update_that_reaches_the_minimum_is_an_alert() -> None:
    stronger = signal(1, 0.9, before={"confidence": 0.3}, after={"confidence": 0.9})
    assert verdicts(policy_of(RULE), signal(1, 0.3), stronger) == [HELD_CONFIDENCE, ALERT]


def test_every_entry_is_counted_once() -> None:
    policy = policy_of()
    log = log_of(random_bars(400, seed=21))
    policy.decide(entries_of(log))
    assert sum(policy.counts.values()) == len(log)
    assert Counter(pattern for pattern, _ in policy.counts.elements()) == Counter(
        entry.pattern for entry in log
    )


def test_every_pattern_has_a_rule_of_its_own() -> None:
    assert {name for name, *_ in RULES} == set(KIND_NAMES)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000), st.integers(60, 190))
def test_a_restart_publishes_neither_less_nor_what_was_held_back(seed: int, stop: int) -> None:
    bars = random_bars(200, seed=seed)
    cut = stop * 3
    whole, running = policy_of(), engine()
    whole.decide(running.update(span(bars, 0, cut)).entries)
    later = running.update(span(bars, cut, len(bars))).entries
    expected = whole.decide(later).tolist()
    policy, again = policy_of(), restarted(span(bars, 0, cut))
    policy.recall(again.recent(policy.memory_bars))
    found = policy.decide(again.update(span(bars, cut, len(bars))).entries)
    assert found.tolist() == expected


@st.composite
def histories(draw: st.DrawFn) -> ClosedBars:
    """Draw bars with holes of which some come late and some are revised, a few twice."""
    seed = draw(st.integers(0, 10_000))
    dice = np.random.default_rng(seed)
    bars = lively_bars(draw(st.integers(80, 160)), seed=seed)
    late = dice.random(len(bars)) < 0.02
    parts = [bars.take(~late), replace(bars.take(late), revision=np.ones(late.sum(), np.int32))]
    for i in dice.integers(len(bars) // 2, len(bars), draw(st.integers(0, 12))):
        factor = dice.choice([0.5, 1.0, 3.0])
        revised = {"volume": bars.volume[i] * factor, "high": bars.high[i] * (1.0 + factor / 900)}
        parts.append(changed(bars, int(i), revision=2 + len(parts), **revised))
    return join(parts)


@settings(max_examples=30, deadline=None)
@given(histories())
def test_columns_are_ruled_on_as_one_signal_after_the_other(bars: ClosedBars) -> None:
    found = engine().update(bars).entries
    assert policy_of().decide(found).tolist() == PlainPolicy().decide(found.signals())


@given(st.lists(st.tuples(st.integers(1, 200), st.floats(0, 1), st.booleans()), max_size=120))
def test_any_order_of_bars_is_ruled_on_alike(said: list[tuple[int, float, bool]]) -> None:
    """Signals of one topic, those said before changed or taken back."""
    stand: dict[int, float] = {}
    log = []
    for minute, confidence, gone in said:
        facts = {"confidence": stand.pop(minute)} if minute in stand else {}
        life = "retracted" if gone and facts else "confirmed"
        log.append(signal(minute, confidence, life=life, before=facts))
        if life == "confirmed":
            stand[minute] = confidence
    assert policy_of().decide(entries_of(log)).tolist() == PlainPolicy().decide(log)


def test_only_what_was_chosen_is_written_out() -> None:
    found = engine().update(random_bars(300, seed=3)).entries
    verdict = policy_of().decide(found)
    told = policy_of().choose(found)
    assert 0 < len(told) < len(found)
    chosen = [each for each, said in zip(found.signals(), verdict, strict=True) if said >= ALERT]
    assert told.signals() == chosen


def test_a_cool_down_longer_than_is_remembered_is_refused() -> None:
    with pytest.raises(ValueError, match="cool-downs below 62 bars"):
        policy_of({("Doji", "intraday", "1min"): Rule(0.5, REACH)})


def test_columns_of_signals_say_what_the_kernels_columns_say() -> None:
    found = engine().update(random_bars(200, seed=5)).entries
    again = entries_of(found.signals())
    assert len(found) > 100
    for name in (
        "row",
        "kind",
        "direction",
        "bar_time_ms",
        "born_ms",
        "confidence",
        "life",
        "said",
    ):
        assert np.array_equal(getattr(found, name), getattr(again, name), equal_nan=True), name
