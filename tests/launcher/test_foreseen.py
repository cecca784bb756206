"""What is wrong with the variables is found before anything is installed."""

import io
import shutil
import sys
from pathlib import Path

import pytest

from launcher import problems, settings, universe
from launcher.console import Console
from launcher.home import Home
from launcher.ports import any_free
from launcher.problems import StartAborted
from launcher.provision.commands import Nobody, Steps
from launcher.services import table
from launcher.startup import Startup

ROOT = Path(__file__).resolve().parents[2]
PORTS = ("APPV2_PORT", "PL_API_PORT", "PL_LOADER_PORT", "PL_STREAMING_PORT", "PL_SIMULATOR_PORT")


class NoProcesses:
    """Processes of a start that comes to none."""

    def close(self) -> None:
        pass


@pytest.fixture
def fresh_checkout(tmp_path):
    """A checkout without any environment."""
    root = tmp_path / "checkout"
    root.mkdir()
    for room in ("pl", "appv2", "service", "contracts"):
        (root / room).symlink_to(ROOT / room)
    for name in ("requirements-pl.txt", "requirements-appv2.txt"):
        shutil.copy(ROOT / name, root)
    return root


@pytest.fixture
def abort_of(fresh_checkout):
    def start(**variables):
        ports = {name: str(any_free()) for name in PORTS}
        chosen = settings.load(ports | variables, fresh_checkout)
        home = Home(chosen.home)
        home.prepare()
        out = io.StringIO()
        startup = Startup(
            chosen, home, Console(home.logs, out), NoProcesses(), Steps(Nobody()), lambda: None
        )
        with pytest.raises(StartAborted) as abort:
            startup.prepare(table(chosen), may_migrate=False)
        assert not list(fresh_checkout.glob(".venv*")), "nothing was installed"
        assert "installing" not in out.getvalue()
        return abort.value.problem

    return start


def test_a_typo_in_a_name_is_found_and_the_nearest_name_is_suggested(abort_of):
    found = abort_of(PL_FEEED="redis", APPV2_PROT="5001")
    assert found.kind is problems.BAD_SETTINGS
    assert "PL_FEEED: no such variable, did you mean PL_FEED?" in found.reason
    assert "APPV2_PROT: no such variable, did you mean APPV2_PORT?" in found.reason


def test_a_wrong_value_is_found(abort_of):
    found = abort_of(PL_SIMULATOR_RATE="fast", APPV2_ASYNC_MODE="twisted")
    assert "PL_SIMULATOR_RATE: expected a number" in found.reason
    assert "APPV2_ASYNC_MODE: expected one of" in found.reason


def test_an_unknown_universe_is_found(abort_of):
    found = abort_of(SYMBOL_UNIVERSE_KEY="stock_etf_tset:combo_test")
    assert found.kind is problems.BAD_SETTINGS
    assert "part 'stock_etf_tset' is unknown, did you mean stock_etf_test:combo" in found.reason


def test_a_silent_configured_redis_is_found(abort_of):
    assert abort_of(REDIS_URL=f"redis://127.0.0.1:{any_free()}").kind is problems.REDIS_SILENT


def test_the_settings_alone_need_no_package():
    for room in ("pl", "appv2"):
        done = Steps(Nobody()).run(
            [sys.executable, "-S", "-c", f"import {room}.settings"], folder=ROOT
        )
        assert not done


def test_a_database_may_know_more_universes(tmp_path):
    chosen = settings.load({"SYMBOL_UNIVERSE_KEY": "sp500"}, tmp_path)
    universe.check_configured(chosen, {"universes": ["market:sp500"]})
    for answer in ({}, {"universes": ["market:nasdaq100"]}):
        with pytest.raises(StartAborted, match="Settings are wrong"):
            universe.check_configured(chosen, answer)


def test_only_an_empty_home_is_known_without_asking_its_database(tmp_path):
    chosen = settings.load({"SYMBOL_UNIVERSE_KEY": "sp500"}, tmp_path)
    home = Home(tmp_path)
    with pytest.raises(StartAborted):
        universe.check_early(chosen, home)
    (home.postgres / "data").mkdir(parents=True)
    (home.postgres / "data" / "PG_VERSION").write_text("18\n")
    universe.check_early(chosen, home)
