"""Compiled kernels for the processes under test."""

import pytest

from tests.pl.streaming.process import compile_kernels


@pytest.fixture(scope="session")
def kernels() -> None:
    """The kernels, compiled once."""
    compile_kernels()
