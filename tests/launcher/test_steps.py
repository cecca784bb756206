"""Preparation commands end with whoever waits for them."""

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from launcher.provision.commands import Nobody, StepFailed, Steps


class Interrupted(BaseException):
    """Stands for Ctrl+C."""


def ended(pid: int, patience_s: float = 30.0) -> bool:
    until = time.monotonic() + patience_s
    while time.monotonic() < until:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.01)
    return False


def test_a_step_ends_with_an_interrupted_wait(tmp_path):
    heard = []

    def interrupt(line):
        heard.append(int(line))
        raise Interrupted

    began = time.monotonic()
    with pytest.raises(Interrupted):
        Steps(Nobody()).run(
            ["sh", "-c", "echo $$; exec sleep 60"], folder=tmp_path, heard=interrupt
        )
    assert time.monotonic() - began < 50
    assert ended(heard[0])


def test_stopped_steps_end_and_none_begins_any_more(tmp_path):
    steps, running = Steps(Nobody()), threading.Event()
    with ThreadPoolExecutor(1) as pool:
        step = pool.submit(
            steps.run,
            ["sh", "-c", "echo begun; exec sleep 60"],
            folder=tmp_path,
            heard=lambda _: running.set(),
        )
        assert running.wait(30)
        steps.stop()
        with pytest.raises(StepFailed):
            step.result(30)
    steps.stop()
    with pytest.raises(InterruptedError, match="everything stops"):
        steps.run(["true"], folder=tmp_path)
