"""Put around an engine what else looks at a minute's close: combos, crossings, the universe."""

from dataclasses import dataclass, field
from typing import Final, Self

from bench.engine.market import FIRST_MS, Float64, daily_history, session_open
from pl.market.batches import ClosedBars
from pl.signals.combos.author import TIER as COMBO
from pl.signals.combos.days import Days
from pl.signals.combos.tier import Combos
from pl.signals.crossings import CrossingWatch
from pl.signals.engine import SignalEngine
from pl.signals.entries import Entries
from pl.signals.policy import Policy
from pl.signals.table import IndicatorTable
from pl.signals.universe import Universe

TIMEFRAME: Final = "1min"
LONG_AGO_MS: Final = FIRST_MS - 2 * 366 * 86_400_000
DAYS_A_YEAR: Final = 262
"""Room for one anchor's days."""


@dataclass
class Around:
    """Hold what joins an engine of minutes at its closes.

    Each step is timed by its caller: `update` lets the engine take the bars and finds combos,
    `compare` and `cross` look at the indicators of all symbols.
    """

    combos: Combos
    policy: Policy
    crossings: CrossingWatch
    universe: Universe = field(default_factory=Universe)
    found: Entries = field(init=False)

    @classmethod
    def of(cls, engine: SignalEngine, days: Float64) -> Self:
        """Return what stands around an engine that knows its minutes; `days` (n, 5, S)."""
        n_symbols = days.shape[2]
        names = tuple(f"S{row:05}" for row in range(n_symbols))
        kept = Days(_daily_engine(names, days), session_open)
        kept.recall()
        combos = Combos(names, engine, kept, TIMEFRAME, session_open)
        combos.recall()
        policy = Policy(n_symbols, TIMEFRAME, COMBO)
        return cls(combos, policy, CrossingWatch(n_symbols, TIMEFRAME))

    def compare(self, table: IndicatorTable) -> None:
        """Fill in relative strength and its rank."""
        self.universe.compare(table)

    def cross(self, table: IndicatorTable) -> int:
        """Return how many indicator alerts a close has."""
        return len(self.crossings.look(table, self.combos.engine.history))


def _daily_engine(names: tuple[str, ...], days: Float64) -> SignalEngine:
    engine = SignalEngine(names, "daily", "daily", lambda _: LONG_AGO_MS, session_bars=DAYS_A_YEAR)
    history: dict[int, ClosedBars] = {row: daily_history(days, row) for row in range(len(names))}
    engine.warm_all(history)
    return engine
