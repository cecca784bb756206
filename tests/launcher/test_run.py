"""The launcher from start to stop over stand-in services, with real servers of its own."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from launcher import guardian, problems, readiness
from launcher.ports import any_free, is_free

pytestmark = pytest.mark.integration

ROOT = Path(__file__).resolve().parents[2]
STAND_IN = Path(__file__).with_name("stand_ins") / "run.py"


class Launcher:
    """A launcher in a process of its own, its output kept line by line."""

    def __init__(self, home, environ, *words):
        self.home = home
        self.lines = []
        self._more = threading.Condition()
        self.process = subprocess.Popen(
            [sys.executable, str(STAND_IN), str(home), *words],
            env=environ,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self):
        with self.process.stdout as stream:
            for line in stream:
                with self._more:
                    self.lines.append(line.rstrip())
                    self._more.notify_all()

    def wait_for(self, pattern, deadline_s=180.0):
        def found():
            return next((m for line in self.lines if (m := re.search(pattern, line))), None)

        with self._more:
            hit = self._more.wait_for(found, deadline_s)
        assert hit, f"no line matched {pattern!r}:\n" + "\n".join(self.lines)
        return hit

    def end(self, number=signal.SIGTERM, deadline_s=40.0):
        self.process.send_signal(number)
        return self.wait(deadline_s)

    def wait(self, deadline_s=180.0):
        code = self.process.wait(deadline_s)
        self._reader.join(deadline_s)
        return code

    @property
    def record(self):
        return json.loads((self.home / "run.json").read_text())

    @property
    def pids(self):
        return {key: facts["pid"] for key, facts in self.record["processes"].items()}


@pytest.fixture(scope="module")
def environ(tmp_path_factory):
    """Our own servers on free ports; interpreters, kernels and first login are not at issue."""
    keep = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return keep | {
        "PL_PYTHON": str(ROOT / ".venv-pl" / "bin" / "python"),
        "APPV2_PYTHON": str(ROOT / ".venv-appv2" / "bin" / "python"),
        "PL_FEED": "redis",
        "NUMBA_CACHE_DIR": str(tmp_path_factory.mktemp("numba")),
    }


@pytest.fixture(scope="module")
def used_home(tmp_path_factory):
    """A home whose databases exist after the first start: later starts are quick."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def launch(used_home, environ):
    yield from launches(used_home, environ)


@pytest.fixture
def launch_fresh(tmp_path, environ):
    yield from launches(tmp_path, environ)


def launches(home, environ):
    started = []
    servers = {
        "TICKSTOCK_HOME": str(home),
        "TICKSTOCK_POSTGRES_PORT": str(any_free()),
        "TICKSTOCK_REDIS_PORT": str(any_free()),
    }

    def start(*words, **variables):
        launcher = Launcher(home, environ | servers | variables, *words)
        started.append(launcher)
        return launcher

    yield start
    for launcher in started:
        if launcher.process.poll() is None:
            launcher.end()


def wait_until_gone(pids, deadline_s=30.0):
    end = time.monotonic() + deadline_s
    while any(guardian.is_alive(pid) for pid in pids):
        assert time.monotonic() < end, f"still alive: {[p for p in pids if guardian.is_alive(p)]}"
        time.sleep(0.02)


def test_a_run_from_start_to_stop(launch_fresh):
    ports = [any_free(), any_free()]
    launcher = launch_fresh(f"First:{ports[0]}", f"Second:{ports[1]}:family")
    launcher.wait_for("Press Ctrl")
    said = [line for line in launcher.lines if not line.startswith(("[SETUP]", "[First", "[Sec"))]
    expected = [
        "[VALIDATION] ✅ TickStockPL Python found",
        *(
            f"[VALIDATION] ✅ Found: {name}"
            for name in ("apscheduler", "websockets", "aiohttp", "redis", "pandas")
        ),
        "✅ All critical TickStockPL dependencies verified",
        "✅ Redis is running",
        "✅ PostgreSQL is running",
        *(f"✅ Port {port} is available" for port in sorted(ports)),
        "Starting services...",
        f"[VALIDATION] ✅ First running (PID: {launcher.pids['first']})",
        f"[VALIDATION] ✅ Second running (PID: {launcher.pids['second']})",
    ]
    assert said[: len(expected)] == expected
    assert "SERVICES RUNNING" in said
    assert "[OK] First: up" in said

    password = launcher.lines[launcher.lines.index(launcher.wait_for("only now").string) + 1]
    for log in (launcher.home / "logs").iterdir():
        assert password.strip() not in log.read_text(), f"the password is in {log.name}"
    assert (launcher.home / "run.json").stat().st_mode & 0o077 == 0
    assert (launcher.home / "secrets.json").stat().st_mode & 0o077 == 0

    pids = launcher.pids
    assert launcher.end(signal.SIGINT) == 0
    wait_until_gone(pids.values(), 10)
    assert set(pids) == {"postgresql", "redis", "first", "second"}
    assert launcher.lines[-1] == "All services stopped"
    assert "database system is shut down" in (launcher.home / "logs/postgresql.log").read_text()


def test_nothing_survives_a_launcher_that_is_killed_and_the_next_start_waits(launch):
    port = any_free()
    launcher = launch(f"Only:{port}:family:stubborn")
    launcher.wait_for("Press Ctrl")
    child = int(launcher.wait_for(r"child (\d+)")[1])
    pids = [*launcher.pids.values(), child]
    assert launcher.end(signal.SIGKILL) == -signal.SIGKILL
    again = launch(f"Only:{port}")
    again.wait_for("Press Ctrl")
    wait_until_gone(pids, 10)
    assert again.end() == 0


def test_launcher_and_guardian_killed_together_leave_nothing_to_the_next_start(launch):
    port = any_free()
    launcher = launch(f"Only:{port}")
    launcher.wait_for("Press Ctrl")
    pids = launcher.pids
    children = subprocess.run(
        ["ps", "-ww", "-o", "pid=,args=", "--ppid", str(launcher.process.pid)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    keeper = next(int(row.split()[0]) for row in children.splitlines() if "guardian.py" in row)
    launcher.process.send_signal(signal.SIGSTOP)
    os.kill(keeper, signal.SIGKILL)
    launcher.end(signal.SIGKILL)
    again = launch(f"Only:{port}")
    again.wait_for("Press Ctrl")
    wait_until_gone(pids.values(), 10)
    assert again.end() == 0


@pytest.mark.parametrize("victim", ["only", "redis", "postgresql"])
def test_what_is_killed_is_started_again(launch, victim):
    port = any_free()
    launcher = launch(f"Only:{port}")
    launcher.wait_for("Press Ctrl")
    os.kill(launcher.pids[victim], signal.SIGKILL)
    launcher.wait_for("was killed; starting it again in 0.5 s")
    launcher.wait_for("is running again")
    assert readiness.ask(f"http://127.0.0.1:{port}/health").serves
    assert launcher.end() == 0


def test_a_disk_that_takes_nothing_stops_nothing_that_runs(launch_fresh):
    port = any_free()
    launcher = launch_fresh(f"Only:{port}")
    launcher.wait_for("Press Ctrl")
    (launcher.home / f"run.json.{launcher.process.pid}").mkdir()
    os.kill(launcher.pids["only"], signal.SIGKILL)
    launcher.wait_for("is running again")
    assert readiness.ask(f"http://127.0.0.1:{port}/health").serves
    assert launcher.end() == 0


def test_a_service_that_crashes_at_start_stops_all(launch):
    launcher = launch(f"Good:{any_free()}", f"Bad:{any_free()}:crash", f"Never:{any_free()}")
    assert launcher.wait() == problems.CRASHED.exit_code
    said = "\n".join(launcher.lines)
    assert "[Bad] ModuleNotFoundError: No module named 'websockets'" in said
    assert "[VALIDATION] ❌ CRITICAL: Bad crashed during initialization" in said
    assert "❌ STARTUP ABORTED: Bad crashed during initialization" in said
    assert "REASON: exit code 1" in said
    assert "RECOVERY: see " in said
    assert "Never" not in said
    assert not (launcher.home / "run.json").exists()


def test_a_service_that_stays_silent_stops_all(launch):
    launcher = launch(f"Quiet:{any_free()}:silent")
    assert launcher.wait() == problems.NEVER_READY.exit_code
    assert "❌ STARTUP ABORTED: Quiet did not become ready in 5 s" in launcher.lines


def test_fail_fast_stops_at_the_first_end(launch):
    launcher = launch("--fail-fast", f"Steady:{any_free()}", f"Weak:{any_free()}:fragile")
    assert launcher.wait() == problems.FAILED_FAST.exit_code
    assert "❌ STOPPED: Weak stopped" in launcher.lines


def test_a_busy_port_aborts_before_anything_is_started(launch):
    launcher = launch(f"Only:{any_free()}")
    launcher.wait_for("Press Ctrl")
    port = next(iter(launcher.record["urls"].values())).rpartition(":")[2]
    launcher.end()
    with subprocess.Popen(
        [sys.executable, "-m", "http.server", port, "--bind", "127.0.0.1"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as other:
        end = time.monotonic() + 30
        while is_free(int(port)):
            assert time.monotonic() < end
            time.sleep(0.02)
        blocked = launch(f"Only:{port}")
        assert blocked.wait() == problems.PORT_BUSY.exit_code
        assert f"❌ STARTUP ABORTED: Port {port} is in use" in blocked.lines
        assert any(f"(PID {other.pid})" in line for line in blocked.lines)
        assert other.poll() is None, "a busy port is never freed by force"
        other.terminate()


def test_a_second_launcher_is_refused(launch):
    first = launch(f"Only:{any_free()}")
    first.wait_for("Press Ctrl")
    second = launch(f"Only:{any_free()}")
    assert second.wait(30) == problems.ALREADY_RUNNING.exit_code
    assert first.end() == 0


def test_a_configured_redis_that_is_silent_aborts(launch):
    launcher = launch(f"Only:{any_free()}", REDIS_URL=f"redis://127.0.0.1:{any_free()}/0")
    assert launcher.wait() == problems.REDIS_SILENT.exit_code
    assert "❌ STARTUP ABORTED: Redis not running" in launcher.lines


def test_status_and_stop_find_the_running_launcher(launch, environ):
    launcher = launch(f"Only:{any_free()}")
    launcher.wait_for("Press Ctrl")
    ask = [sys.executable, "start_all_services.py"]
    told = {"cwd": ROOT, "env": environ | {"TICKSTOCK_HOME": str(launcher.home)}, "text": True}
    status = subprocess.run([*ask, "--status"], capture_output=True, check=False, **told)
    assert f"launcher PID {launcher.process.pid}" in status.stdout
    assert status.returncode == 0, status.stdout
    stop = subprocess.run([*ask, "--stop"], capture_output=True, check=False, **told)
    assert stop.stdout == "TickStock has stopped\n"
    assert launcher.wait() == 0
    status = subprocess.run([*ask, "--status"], capture_output=True, check=False, **told)
    assert status.returncode == 3
