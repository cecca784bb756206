"""Take PostgreSQL away and wait until it is."""

import time
from typing import Any

import pytest

from pl.store.connection import Database
from service.errors import Unavailable


def kill(server: Any, store: Database) -> None:
    """Kill the server; a backend may outlive its postmaster by a moment."""
    server.kill()
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            store.ping()
        except Unavailable:
            return
    pytest.fail("the killed server still answers")


def back(store: Database) -> None:
    """Wait until a started server answers: between attempts to connect there are pauses."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            store.ping()
        except Unavailable:
            time.sleep(0.02)
        else:
            return
    pytest.fail("the started server does not answer")
