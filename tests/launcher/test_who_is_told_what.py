"""Each process is told what it needs and holds no other's secrets."""

import os
from pathlib import Path

import pytest

from launcher import environment, settings
from launcher.environment import Addresses
from launcher.home import Home
from launcher.provision.commands import Nobody, Steps
from launcher.services import simulator, table
from launcher.startup import Prepared
from pl.settings import load, load_simulator

OURS = ("APPV2_", "DATABASE_", "MASSIVE_", "PL_", "REDIS_", "SYMBOL_", "TICKSTOCK_")
ADDRESSES = Addresses(
    "postgresql://owner", "postgresql://reader", "postgresql://users", "redis://r"
)
GIVEN = {
    "PATH": os.environ["PATH"],
    "APPV2_ADMIN_PASSWORD": "the first password",
    "APPV2_SECRET_KEY": "signs the sessions",
    "PL_SIMULATOR_SEED": "8",
    "PL_REPLAY_SPEED": "2",
    "SYMBOL_UNIVERSE_KEY": "stock_etf_test:combo_test",
    "TICKSTOCK_REDIS_PORT": "7000",
}


@pytest.fixture
def told(tmp_path):
    """What each process of a start is told, ours alone."""

    def ask(**variables):
        chosen = settings.load(GIVEN | variables, tmp_path)
        home = Home(tmp_path)
        producer = environment.producer(chosen, home, ADDRESSES, Path("/kernels"))
        prepared = Prepared(ADDRESSES, producer, environment.consumer(chosen, home, ADDRESSES))
        return {
            service.key: {
                name: value
                for name, value in prepared.told(service).items()
                if name.startswith(OURS)
            }
            for service in (*table(chosen), simulator(chosen))
        }

    return ask


def test_the_simulated_market_knows_its_key_and_no_login(told):
    simulated = told()["simulator"]
    assert set(simulated) == {"MASSIVE_API_KEY", "PL_SIMULATOR_SEED"}
    assert load_simulator(simulated).seed == 8


def test_only_who_talks_to_massive_holds_the_key(told):
    everyone = told(MASSIVE_API_KEY="bought")
    holders = {key for key, facts in everyone.items() if "bought" in facts.values()}
    assert holders == {"streaming", "loader", "simulator"}
    load(everyone["api"], reads_market=False)
    load(everyone["streaming"])


def test_the_page_reads_with_its_own_login_and_the_producer_signs_nothing(told):
    everyone = told()
    page = set(everyone["appv2"])
    assert {"APPV2_DATABASE_URL", "APPV2_SECRET_KEY", "REDIS_URL"} <= page
    assert not page & {"DATABASE_URL", "MASSIVE_API_KEY", "APPV2_ADMIN_PASSWORD"}
    for key in ("api", "loader", "streaming", "simulator"):
        assert not [name for name in everyone[key] if name.startswith(("APPV2_", "TICKSTOCK_"))]


def test_an_installation_is_told_none_of_it(monkeypatch):
    for name in ("MASSIVE_API_KEY", "DATABASE_URL", "REDIS_URL", "APPV2_ADMIN_PASSWORD"):
        monkeypatch.setenv(name, "secret")
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror")
    said = Steps(Nobody()).run(["env"], folder=Path("/"))
    assert "secret" not in said
    assert "PIP_INDEX_URL=https://mirror" in said
