"""A symbol is found however it is typed, and one of small letters is no other one."""

import pytest

from contracts.symbols import SYMBOL, spelled, spellings


@pytest.mark.parametrize(
    ("typed", "known", "meant"),
    [
        ("aapl", ["AAPL"], "AAPL"),
        ("BACpB", ["BACPB", "BACpB"], "BACpB"),
        ("BACpB", ["BACPB"], "BACPB"),
        ("Ge", ["GE"], "GE"),
        ("TpA", ["TPA", "T"], "TPA"),
        ("TpA", [], "TpA"),
        ("ABCpAw", [], "ABCpAw"),
        ("Aapl", [], "AAPL"),
        ("brk.b", [], "BRK.B"),
    ],
)
def test_a_known_symbol_wins_before_its_capitals(typed: str, known: list[str], meant: str) -> None:
    assert spelled(typed, known) == meant


def test_what_is_in_capitals_has_one_spelling() -> None:
    assert spellings("AAPL") == ("AAPL",)
    assert spellings("BACpB") == ("BACpB", "BACPB")


@pytest.mark.parametrize("odd", ["", "A B", "../v3", "A\0", ".A", "A" * 21])
def test_no_symbol_has_signs_that_mean_something_elsewhere(odd: str) -> None:
    assert SYMBOL.fullmatch(odd) is None
