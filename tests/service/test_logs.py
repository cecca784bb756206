"""Every line names its component, whichever thread wrote it."""

import json
import subprocess
import sys

PROGRAM = """
import threading, structlog
from service import logs
logs.configure("streaming", "json")
log = structlog.get_logger()
log.info("from_main", n=1)
thread = threading.Thread(target=lambda: log.warning("from_thread"))
thread.start()
thread.join()
"""


def test_every_line_names_its_component() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(line["event"], line["component"]) for line in lines] == [
        ("from_main", "streaming"),
        ("from_thread", "streaming"),
    ]
