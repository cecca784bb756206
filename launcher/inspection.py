"""`--status` and `--stop`: look at what runs, and end it."""

import os
import signal
import time

from launcher import readiness, run_record
from launcher.console import Console
from launcher.home import Home
from launcher.lock import Lock
from launcher.services import Service

NOT_RUNNING = 3
UNHEALTHY = 1


def status(home: Home, services: tuple[Service, ...], console: Console) -> int:
    """Show each service; return 0 when all are healthy, 1 when not, 3 when nothing runs."""
    record = run_record.read(home.run_record)
    if not runs(home):
        console.show("TickStock is not running")
        return NOT_RUNNING
    console.show(f"TickStock is running: launcher PID {record.get('launcher_pid', '?')}")
    watched = {service.key: service for service in services}
    troubled = False
    for key, process in record.get("processes", {}).items():
        alive = run_record.started(process["pid"]) == process["started"]
        health = readiness.ask(watched[key].health_url) if key in watched else None
        state = health.status if health else ("running" if alive else "down")
        troubled |= not alive or (health is not None and health.status != "healthy")
        detail = f": {health.detail}" if health and health.detail else ""
        console.show(f"  {process['name']:<24} PID {process['pid']:<8} {state}{detail}")
    return UNHEALTHY if troubled else 0


def stop(home: Home, console: Console, deadline_s: float = 60.0) -> int:
    """Ask the running launcher to stop everything and wait until it has."""
    lock = Lock(home.lock)
    if lock.try_take():
        lock.release()
        console.show("TickStock is not running")
        return 0
    if lock.holder_is_alive():
        os.kill(lock.holder(), signal.SIGTERM)
    end = time.monotonic() + deadline_s
    while not lock.try_take():
        if time.monotonic() > end:
            console.show(f"process {lock.holder()} did not stop within {deadline_s:g} s")
            return UNHEALTHY
        time.sleep(0.05)
    lock.release()
    console.show("TickStock has stopped")
    return 0


def runs(home: Home) -> bool:
    """Return whether a launcher, or the guardian of a killed one, holds the lock."""
    lock = Lock(home.lock)
    free = lock.try_take()
    lock.release()
    return not free
