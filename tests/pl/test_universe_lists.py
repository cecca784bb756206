"""Users name lists of symbols of their own, and are told what is wrong with one."""

from pathlib import Path
from typing import Any

import pytest

from pl.__main__ import main
from pl.bootstrap.shared import resolve_universe
from pl.store.connection import Database
from pl.store.universes import UniverseStore
from pl.universe_lists import put
from service.errors import Rejected
from tests.launcher.test_scripts import run as run_script

COMBO = "stock_etf_test:combo_test"


class Universes:
    """UniverseStore in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[str, ...]] = {COMBO: ("AAPL", "SPY")}

    def universes(self) -> dict[str, tuple[str, ...]]:
        return self.kept

    def names(self) -> dict[str, str]:
        return {"SPY": "S&P 500", "GE": "General Electric"}

    def put(self, name: str, key: str, symbols: Any) -> None:
        self.kept[f"{name}:{key}"] = tuple(symbols)


def kept(*symbols: str, key: str = "mine:favourites", file: Path | None = None) -> Any:
    store: Any = Universes()
    said = put(store, key, symbols, file)
    return store.kept[key], said


def test_symbols_are_kept_in_their_order_each_once() -> None:
    symbols, said = kept("ko", " MSFT", "BRK.B", "KO")
    assert symbols == ("KO", "MSFT", "BRK.B")
    assert said == [
        "mine:favourites  3 symbols, 1 of them named more than once",
        "Watch it from the next start on with SYMBOL_UNIVERSE_KEY=mine:favourites",
    ]


def test_a_preferred_share_keeps_its_small_letter() -> None:
    assert kept("BACpB", "bac", "Ge")[0] == ("BACpB", "BAC", "GE")


@pytest.mark.parametrize(
    ("key", "symbols", "problem"),
    [
        ("favourites", ["KO"], "key: expected NAME:KEY of letters, .*, was favourites"),
        ("mine:", ["KO"], "key: expected NAME:KEY"),
        ("mine:a:b", ["KO"], "key: expected NAME:KEY"),
        ("mine:a,b", ["KO"], "key: expected NAME:KEY"),
        ("Stock_ETF_Test:ComboTest", ["KO"], f"expected {COMBO}, which is the"),
        ("mine:favourites", [], "symbols: expected at least one, was none"),
        ("mine:favourites", ["KO", "K O", "AA$"], "symbols: expected names .*, was 'K O', 'AA\\$'"),
        ("mine:favourites", [""], "symbols: expected names such as AAPL or BRK.B, was ''"),
    ],
)
def test_what_cannot_be_kept_is_named(key: str, symbols: list[str], problem: str) -> None:
    with pytest.raises(Rejected, match=problem):
        kept(*symbols, key=key)


@pytest.mark.parametrize(
    "text",
    [
        "symbol,name\nKO,Coca-Cola\nMSFT,Microsoft\n",
        "KO\n\nMSFT\n",
        "\ufeffName, Symbol\nx,KO\ny,MSFT",
    ],
)
def test_a_file_names_the_symbols(tmp_path: Path, text: str) -> None:
    path = tmp_path / "symbols.csv"
    path.write_text(text, encoding="utf-8")
    assert kept(file=path)[0] == ("KO", "MSFT")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (None, "No such file"),
        ("", "symbols: expected at least one"),
        ("symbol\n", "symbols: expected at least one"),
        ("name,symbol\nKO\n", "--file: expected a column symbol in every line, was KO"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, text: Any, problem: str) -> None:
    path = tmp_path / "symbols.csv"
    if text is not None:
        path.write_text(text)
    with pytest.raises(Rejected, match=problem):
        kept(file=path)


def test_a_file_and_symbols_together_are_ambiguous(tmp_path: Path) -> None:
    with pytest.raises(Rejected, match="expected symbols or --file, was both"):
        kept("KO", file=tmp_path)


@pytest.mark.integration
def test_a_universe_that_was_set_is_listed_shown_and_watched(
    database: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", database.url)
    assert main(["universe", "set", "mine:two", "KO", "MSFT"]) == 0
    assert main(["universe", "set", "mine:two", "KO", "PEP"]) == 0
    capsys.readouterr()
    assert main(["universe", "list"]) == 0
    assert capsys.readouterr().out == f"mine:two  2 symbols\n{COMBO}  70 symbols\n"
    assert main(["universe", "show", "mine:two"]) == 0
    assert capsys.readouterr().out == "mine:two  2 symbols\nKO PEP\n"
    assert main(["universe", "show", "mine:three"]) == 65
    assert "part 'three' is unknown; known are: mine:two" in capsys.readouterr().err
    assert main(["universe", "set", "mine", "KO"]) == 65
    store = Database(database.url, application="test")
    try:
        assert resolve_universe(UniverseStore(store), "mine:two") == ("KO", "PEP")
    finally:
        store.close()


@pytest.mark.integration
def test_the_script_sets_a_universe_of_the_running_system(
    database: Any, redis_server: Any, tmp_path: Path
) -> None:
    environ = {
        "TICKSTOCK_HOME": str(tmp_path),
        "DATABASE_URL": database.url,
        "REDIS_URL": redis_server.url,
    }
    said = run_script("universe.py", environ, "set", "mine:one", "KO")
    assert (said.returncode, said.stderr) == (0, "")
    assert "SYMBOL_UNIVERSE_KEY=mine:one" in said.stdout
