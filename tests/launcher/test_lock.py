"""One launcher at a time."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from launcher.lock import Lock
from launcher.problems import ALREADY_RUNNING, StartAborted

HOLDER = """
import sys, time
sys.path.insert(0, sys.argv[2])
from pathlib import Path
from launcher.lock import Lock
Lock(Path(sys.argv[1])).take()
print("held", flush=True)
time.sleep(600)
"""


def start_holder(path):
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path), str(Path.cwd())], stdout=subprocess.PIPE
    )
    with holder.stdout:
        assert holder.stdout.readline() == b"held\n"
    return holder


def test_a_second_launcher_is_told_who_holds_the_lock(tmp_path):
    holder = start_holder(tmp_path / "lock")
    try:
        began = time.monotonic()
        with pytest.raises(StartAborted) as abort:
            Lock(tmp_path / "lock").take()
        assert time.monotonic() - began < 15
        assert abort.value.problem.kind is ALREADY_RUNNING
        assert str(holder.pid) in abort.value.problem.reason
    finally:
        holder.kill()
        holder.wait()


def test_the_lock_of_a_killed_launcher_is_free(tmp_path):
    holder = start_holder(tmp_path / "lock")
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    lock = Lock(tmp_path / "lock")
    lock.take()
    assert lock.holder() == os.getpid()
    lock.release()


def test_a_start_waits_for_the_guardian_of_a_killed_launcher(tmp_path):
    first = Lock(tmp_path / "lock")
    first.take()
    guardian = subprocess.Popen(["cat"], stdin=subprocess.PIPE, pass_fds=(first.descriptor,))
    os.pwrite(first.descriptor, b"999999999", 0)  # a launcher that is gone
    first.release()
    second = Lock(tmp_path / "lock")
    assert not second.try_take()
    threading.Timer(0.5, guardian.stdin.close).start()
    second.take()
    guardian.wait()
    second.release()
