import pytest

from contracts.universes import Universe, UnknownUniverseError, resolve

UNIVERSES = (
    Universe("stock_etf_test", "combo_test", ("AAPL", "SPY")),
    Universe("index", "sp500", ("AAPL", "MSFT")),
    Universe("index", "nasdaq100", ("MSFT", "NVDA")),
    Universe("dow30", "members", ("IBM", "AAPL")),
)


@pytest.mark.parametrize(
    ("wanted", "symbols"),
    [
        ("stock_etf_test:combo_test", ("AAPL", "SPY")),
        ("sp500", ("AAPL", "MSFT")),
        ("sp500:nasdaq100", ("AAPL", "MSFT", "NVDA")),
        ("nasdaq100:stock_etf_test:combo_test", ("MSFT", "NVDA", "AAPL", "SPY")),
        ("index", ("AAPL", "MSFT", "NVDA")),
        ("dow30", ("IBM", "AAPL")),
        ("Stock ETF Test:COMBO TEST", ("AAPL", "SPY")),
        ("S&P", None),
        ("sp500:nowhere", None),
        ("sp500:", None),
        ("", None),
    ],
)
def test_a_key_names_its_symbols_once_each_or_is_unknown(wanted, symbols):
    if symbols is None:
        with pytest.raises(UnknownUniverseError, match=r"part .* is unknown"):
            resolve(wanted, UNIVERSES)
    else:
        assert resolve(wanted, UNIVERSES) == symbols


def test_an_exact_key_wins_over_its_parts():
    universes = (*UNIVERSES, Universe("sp500", "nasdaq100", ("ONLY",)))
    assert resolve("sp500:nasdaq100", universes) == ("ONLY",)


def test_the_unknown_part_is_named():
    with pytest.raises(UnknownUniverseError, match="'nowhere'"):
        resolve("sp500:nowhere", UNIVERSES)
