"""`--check` asks a server that never answers beside the other checks, so that it ends soon."""

import io
import os
import socket
import threading
from pathlib import Path

import pytest

from launcher import problems, settings
from launcher.console import Console
from launcher.home import Home
from launcher.problems import StartAborted
from launcher.rehearsal import rehearse

ROOT = Path(__file__).resolve().parents[2]


def test_a_silent_redis_is_asked_while_the_packages_import(tmp_path):
    out, said_when_asked = io.StringIO(), []

    def accept():
        connection, _ = server.accept()
        said_when_asked.append(out.getvalue())
        over.wait(30)
        connection.close()

    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=accept)
        thread.start()
        variables = {
            "PATH": os.environ["PATH"],
            "PL_PYTHON": str(ROOT / ".venv-pl" / "bin" / "python"),
            "APPV2_PYTHON": str(ROOT / ".venv-appv2" / "bin" / "python"),
            "REDIS_URL": f"redis://:hidden@127.0.0.1:{server.getsockname()[1]}/0",
        }
        home = Home(tmp_path)
        home.prepare()
        with pytest.raises(StartAborted) as abort:
            rehearse(settings.load(variables), home, (), Console(home.logs, out))
        over.set()
        thread.join()
    assert abort.value.problem.kind is problems.REDIS_SILENT
    assert "hidden" not in abort.value.problem.reason
    assert "Found:" in out.getvalue()
    assert "Found:" not in said_when_asked[0]
