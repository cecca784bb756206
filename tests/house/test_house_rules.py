"""The rules that CONTRIBUTING.md promises, checked on the tree itself."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from launcher.provision.kernels import kernel_sources

ROOT = Path(__file__).resolve().parents[2]
MAX_LINES = 300
OUTER_BOUNDARIES = 7
FORBIDDEN_NAMES = re.compile(r"(manager|handler|helper|util|common|base|processor)s?\b")
EMOJI = re.compile("[\U0001f300-\U0001faff✅❌⚠✨]")


def tracked(*suffixes: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = (ROOT / line for line in listed.stdout.splitlines())
    return [path for path in paths if path.suffix in suffixes and path.is_file()]


def product(*suffixes: str) -> Iterator[Path]:
    for path in tracked(*suffixes):
        if "tests" not in path.relative_to(ROOT).parts and "test" not in path.parts:
            yield path


def test_a_change_of_any_kernel_makes_the_launcher_compile_again() -> None:
    ours = (path for path in product(".py") if path.is_relative_to(ROOT / "pl"))
    kernels = {path for path in ours if "from pl.kernel import" in path.read_text()}
    assert kernels
    assert kernels <= set(kernel_sources(ROOT))


def test_no_file_is_longer_than_300_lines() -> None:
    lengths = {p.relative_to(ROOT): len(p.read_text().splitlines()) for p in product(".py", ".js")}
    too_long = {str(path): n for path, n in lengths.items() if n > MAX_LINES}
    assert not too_long, f"split by use case: {too_long}"


def test_no_module_has_a_name_without_meaning() -> None:
    vague = [p.relative_to(ROOT) for p in product(".py", ".js") if FORBIDDEN_NAMES.search(p.stem)]
    assert not vague, f"name them after what they hold: {vague}"


def test_emoji_stand_only_in_the_launchers_contract_lines() -> None:
    cheering = [
        path.relative_to(ROOT)
        for path in product(".py", ".js", ".sql", ".html")
        if EMOJI.search(path.read_text()) and path.relative_to(ROOT).parts[0] != "launcher"
    ]
    assert not cheering


def test_broad_excepts_stand_only_at_the_outer_boundaries() -> None:
    found = []
    for path in product(".py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ExceptHandler) and _is_broad(node):
                found.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert len(found) <= OUTER_BOUNDARIES, found


def _is_broad(node: ast.ExceptHandler) -> bool:
    return node.type is None or (
        isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"}
    )


@pytest.mark.parametrize("room", ["pl", "appv2"])
def test_only_settings_read_the_environment(room: str) -> None:
    allowed = {"settings.py", "__main__.py", "commands.py"}
    readers = [
        path.relative_to(ROOT)
        for path in product(".py")
        if path.relative_to(ROOT).parts[0] == room
        and path.name not in allowed
        and re.search(r"os\.(environ|getenv)", path.read_text())
    ]
    assert not readers


def _documented(page: str) -> str:
    return (ROOT / "docs" / page).read_text()


@pytest.mark.parametrize("room", ["pl", "appv2"])
def test_every_setting_is_documented(room: str) -> None:
    source = (ROOT / room / "settings.py").read_text()
    names = set(re.findall(r'"((?:PL|APPV2|MASSIVE|TICKSTOCK)_[A-Z_]+)"', source))
    page = _documented("guides/configuration.md")
    missing = sorted(name for name in names if name not in page)
    assert names
    assert not missing, f"describe them in docs/guides/configuration.md: {missing}"


def test_every_channel_is_documented() -> None:
    source = (ROOT / "contracts" / "names.py").read_text()
    names = re.findall(r'"(tickstock[.:][a-z_.:]+)"', source)
    page = _documented("architecture/redis-integration.md")
    missing = sorted(name for name in names if name not in page)
    assert names
    assert not missing, f"run `.venv-pl/bin/python scripts/write_channel_reference.py`: {missing}"


def test_channel_names_are_typed_once() -> None:
    typed = re.compile(r'"tickstock[.:][a-z_]+[.:][a-z_]')
    again = [
        path.relative_to(ROOT)
        for path in product(".py")
        if path.name != "names.py"
        and path.relative_to(ROOT).parts[0] in {"pl", "appv2", "contracts"}
        and typed.search(path.read_text())
    ]
    assert not again, f"import them from contracts.names: {again}"
