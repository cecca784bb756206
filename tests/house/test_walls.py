"""What a room may import, beyond what import-linter is told by name."""

import ast
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.version import VERSION

ROOT = Path(__file__).resolve().parents[2]
BEFORE_ANY_VENV = {"contracts.names", "contracts.universes"}
"""What the launcher shares with the services: it runs with the system's python3."""


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def foreign(path: Path, room: str, allowed: set[str]) -> list[str]:
    known = {room, *sys.stdlib_module_names}
    return [
        name
        for name in imported(path)
        if name.partition(".")[0] not in known
        and not any(f"{name}.".startswith(f"{each}.") for each in allowed)
    ]


@pytest.mark.parametrize(
    ("room", "allowed"),
    [
        ("contracts", {"msgspec"}),
        ("service", {"structlog"}),
        ("launcher", BEFORE_ANY_VENV),
    ],
)
def test_a_room_imports_itself_and_the_standard_library(room: str, allowed: set[str]) -> None:
    strangers = {
        str(path.relative_to(ROOT)): found
        for path in (ROOT / room).rglob("*.py")
        if path.name != "examination.py" and (found := foreign(path, room, allowed))
    }
    assert not strangers


def test_what_the_launcher_shares_needs_no_package() -> None:
    paths = {ROOT / f"{name.replace('.', '/')}.py" for name in BEFORE_ANY_VENV}
    for path in {ROOT / "contracts/__init__.py", *paths}:
        assert not foreign(path, "contracts", set())
        assert not [name for name in imported(path) if name.startswith("contracts")]


def test_the_version_is_that_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == VERSION
