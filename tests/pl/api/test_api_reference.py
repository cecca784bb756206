"""The page of what the API answers names what events carry."""

import re
from pathlib import Path

import numpy as np

from pl.signals.combos.catalogue import COMBOS
from pl.signals.combos.conditions import DAY_NAMES
from pl.signals.combos.declaration import Conditions
from pl.signals.combos.setups import state_of
from pl.signals.signal import Signal
from pl.signals.universe import Universe, strengths
from tests.pl.signals.made_combos import made_batches, made_market
from tests.pl.signals.recorded_combos import log_of as combo_log
from tests.pl.signals.synthetic import engine, lively_bars

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "producer-api.md"


def documented() -> set[str]:
    table = PAGE.read_text().partition("| name | of | is |")[2].partition("\n\n")[0]
    return {
        name
        for row in table.splitlines()
        for name in re.findall("`(.+?)`", row[: row.find("|", 2)])
    }


def carried() -> set[str]:
    """Return the indicators of what is found on made markets, and all that a day may add."""
    update = engine().update(lively_bars(400, seed=2))
    Universe().compare(update.indicators)
    table = update.indicators
    known = [*strengths(table, table.row, table.start_ms)]
    found: list[Signal] = [*update.signals]
    for seed in range(2, 6):
        found += combo_log(made_market(), made_batches(seed))
    known += [entry.indicators for entry in found]
    day = np.ones(len(DAY_NAMES))
    for combo in COMBOS:
        if isinstance(combo.setup, Conditions):
            setup = state_of(combo.setup, 0, day, 1.0)
            assert setup is not None
            known.append(setup.numbers)
    return {name for one in known for name in one}


def test_the_page_names_every_indicator_that_an_event_carries_and_no_other() -> None:
    assert documented() == carried()
