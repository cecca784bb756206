"""A universe that nobody knows is a wrong setting, not a server that is away."""

from types import SimpleNamespace

import pytest

from pl.bootstrap.streaming import _universe
from pl.errors import SettingsError

STORES = SimpleNamespace(
    universes=SimpleNamespace(universes=lambda: {"stock_etf_test:combo_test": ("AAPL", "SPY")})
)


def test_a_known_universe_is_watched():
    settings = SimpleNamespace(universe_key="stock_etf_test:combo_test")
    assert _universe(settings, STORES) == ("AAPL", "SPY")


def test_an_unknown_universe_is_a_wrong_setting_that_names_the_known_ones():
    with pytest.raises(SettingsError) as error:
        _universe(SimpleNamespace(universe_key="stock_etf_tset:combo_test"), STORES)
    (problem,) = error.value.problems
    assert problem.startswith("SYMBOL_UNIVERSE_KEY: ")
    assert "'stock_etf_tset' is unknown" in problem
    assert problem.endswith("known are: stock_etf_test:combo_test")
