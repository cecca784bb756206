"""One running product for the tests that only look at it."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.product import Product


@pytest.fixture(scope="session")
def product() -> Iterator[Product]:
    """The whole product, started by the launcher, stopped by Ctrl+C."""
    home = Path(tempfile.mkdtemp(prefix="tickstock-e2e-"))
    home.chmod(0o755)
    running = Product(home)
    running.start()
    yield running
    code = running.stop()
    shutil.rmtree(home, ignore_errors=True)
    assert code == 0, running.said()[-2000:]
