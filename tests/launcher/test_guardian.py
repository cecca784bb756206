"""No child outlives the launcher, however it ends; real processes."""

import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from launcher import guardian
from launcher.console import Console
from launcher.gates import _GATE
from launcher.guard import Guard
from launcher.processes import Processes
from launcher.programs import Program

FOREVER = (sys.executable, "-c", "import time; time.sleep(600)")
DEAF = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
time.sleep(600)
"""
STUBBORN = (sys.executable, "-c", DEAF)


def wait_until(fact, deadline_s=30.0):
    end = time.monotonic() + deadline_s
    while not fact():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)


def program(tmp_path, command, key="child", **facts):
    return Program(key, key, tuple(command), os.environ, tmp_path, **facts)


@pytest.fixture
def ended():
    return []


@pytest.fixture
def guard():
    guard = Guard()
    yield guard
    guard.close()


@pytest.fixture
def processes(tmp_path, guard, ended):
    processes = Processes(guard, Console(tmp_path, io.StringIO()), ended.append)
    yield processes
    processes.close()


def test_lines_say_which_groups_are_left():
    lines = ['{"add": 11, "signal": 15}', '{"add": 12}', '{"remove": 11}', '{"add": 13, "sig']
    assert [group.pgid for group in guardian.watch(lines)] == [12]


def test_closing_the_pipe_ends_every_group_even_deaf_ones(tmp_path, ended):
    guard = Guard()
    processes = Processes(guard, Console(tmp_path, io.StringIO()), ended.append)
    polite = processes.start(program(tmp_path, FOREVER, "polite"))
    deaf = processes.start(program(tmp_path, STUBBORN, "deaf", grace_s=0.2))
    wait_until(lambda: "deaf" in (tmp_path / "deaf.log").read_text())
    guard.close()
    wait_until(lambda: len(ended) == 2)
    assert not guardian.is_alive(polite.pid)
    assert not guardian.is_alive(deaf.pid)


def test_a_guardian_that_was_killed_is_replaced_and_knows_the_children(tmp_path, ended):
    guard = Guard()
    processes = Processes(guard, Console(tmp_path, io.StringIO()), ended.append)
    child = processes.start(program(tmp_path, FOREVER))
    first = guard.pid
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: not guardian.is_alive(first))
    guard.revive()
    assert guard.pid != first
    guard.close()
    wait_until(lambda: not guardian.is_alive(child.pid))


def test_a_child_runs_nothing_when_the_launcher_dies_before_the_guardian_knows(tmp_path):
    mark = tmp_path / "ran"
    gate = subprocess.run(
        [*_GATE, "touch", str(mark)], stdin=subprocess.DEVNULL, check=False, timeout=60
    )
    assert gate.returncode == 125
    assert not mark.exists()


def test_what_a_crashed_process_leaves_in_its_group_is_killed(tmp_path, processes, ended):
    script = (
        "import subprocess, sys, os\n"
        "c = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "print(c.pid, flush=True)\nos._exit(3)\n"
    )
    child = processes.start(program(tmp_path, (sys.executable, "-c", script)))
    wait_until(lambda: ended == [child])
    wait_until(lambda: not guardian.is_alive(child.pid))
    assert child.process.wait() == 3


def test_stderr_is_merged_into_the_log_and_prefixed_on_the_terminal(tmp_path, guard):
    out, seen = tmp_path / "terminal", []
    with out.open("w") as terminal:
        processes = Processes(guard, Console(tmp_path, terminal), seen.append)
        script = "import sys; print('one', flush=True); print('two', file=sys.stderr)"
        processes.start(program(tmp_path, (sys.executable, "-c", script), "TickStockPL API"))
        wait_until(lambda: seen)
    assert out.read_text().splitlines() == ["[TickStockPL API] one", "[TickStockPL API] two"]
    assert (tmp_path / "TickStockPL API.log").read_text() == "one\ntwo\n"


def test_after_closing_nothing_can_be_started(tmp_path, processes):
    processes.close()
    with pytest.raises(InterruptedError):
        processes.start(program(tmp_path, FOREVER))


def test_the_guardian_is_a_script_of_the_standard_library_alone():
    answer = subprocess.run(
        [sys.executable, "-I", "-S", guardian.__file__],
        stdin=subprocess.DEVNULL,
        check=False,
        timeout=60,
    )
    assert answer.returncode == 0
    assert Path(guardian.__file__).name == "guardian.py"


def test_a_program_loads_ahead_and_runs_nothing_before_its_turn(tmp_path, processes, ended):
    (tmp_path / "slow_import.py").write_text("open('imported', 'w').close()\n")
    (tmp_path / "serving.py").write_text("import sys; print('served', sys.argv[1:], flush=True)\n")
    command = (sys.executable, "-m", "serving", "now")
    served = program(tmp_path, command, "served", ahead="slow_import")
    processes.begin_ahead(served)
    wait_until((tmp_path / "imported").exists)
    assert not (tmp_path / "served.log").exists()
    child = processes.start(served)
    wait_until(lambda: ended == [child])
    assert child.process.wait() == 0
    assert (tmp_path / "served.log").read_text() == "served ['now']\n"


def test_a_program_that_never_has_its_turn_ends_with_the_launcher(tmp_path, ended):
    guard = Guard()
    processes = Processes(guard, Console(tmp_path, io.StringIO()), ended.append)
    (tmp_path / "marking.py").write_text("import os; open(f'pid-{os.getpid()}', 'w').close()\n")
    processes.begin_ahead(program(tmp_path, (sys.executable, "-m", "marking"), ahead="marking"))
    wait_until(lambda: list(tmp_path.glob("pid-*")))
    pid = int(next(tmp_path.glob("pid-*")).name.removeprefix("pid-"))
    processes.close()
    wait_until(lambda: not guardian.is_alive(pid))
    assert ended == []
    guard.close()


def test_a_module_that_does_not_import_fails_in_its_turn(tmp_path, processes, ended):
    (tmp_path / "broken.py").write_text("import no_such_package\n")
    broken = program(tmp_path, (sys.executable, "-m", "broken"), "broken", ahead="broken")
    processes.begin_ahead(broken)
    child = processes.start(broken)
    wait_until(lambda: ended == [child])
    assert child.process.wait() == 1
    assert "No module named 'no_such_package'" in (tmp_path / "broken.log").read_text()
