"""Environments are made once, brought up to date when their requirements change."""

import os
import subprocess
import sys

import pytest

from launcher import problems
from launcher.home import Home, Stamp
from launcher.problems import StartAborted
from launcher.provision.commands import Nobody, StepFailed, Steps
from launcher.provision.frontend import FrontEnd
from launcher.provision.kernels import Kernels
from launcher.provision.packages import caches
from launcher.provision.venvs import Venv


@pytest.fixture
def venv(tmp_path):
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("# nothing\n")
    return Venv("Test", tmp_path / ".venv", requirements, tmp_path / "downloads", Steps(Nobody()))


def test_an_environment_is_made_stamped_and_remade_when_broken(venv, tmp_path):
    said = []
    assert not venv.is_current()
    venv.make(said.append)
    assert venv.is_current()
    assert said[0] == "Test: creating .venv"
    assert said[-1] == "Test: ready"
    subprocess.run([venv.python, "-c", "import pip"], check=True)

    venv.requirements.write_text("# something else\n")
    assert not venv.is_current()
    said.clear()
    venv.make(said.append)
    assert "Test: creating .venv" not in said, "an update installs into what is there"

    venv.python.unlink()
    assert not venv.is_current()
    venv.make(said.append)
    assert "Test: creating .venv" in said

    venv.requirements.write_text(f"nothing @ file://{tmp_path}/absent.whl\n")
    with pytest.raises(StartAborted) as abort:
        venv.make(said.append)
    assert abort.value.problem.kind is problems.INSTALL_FAILED
    assert not venv.is_current()


def test_an_environment_whose_making_was_interrupted_is_made_anew(venv):
    made = [sys.executable, "-m", "venv", "--without-pip", venv.folder]
    subprocess.run(made, check=True)
    said = []
    venv.make(said.append)
    assert said[0] == "Test: creating .venv"
    subprocess.run([venv.python, "-c", "import pip"], check=True)


@pytest.fixture
def uv(tmp_path, monkeypatch):
    """A stand-in for uv on the PATH, which may fail at a word; its words are kept in a file."""
    program, heard = tmp_path / "bin" / "uv", tmp_path / "heard"
    program.parent.mkdir()

    def put(failing=""):
        program.write_text(
            f'#!/bin/sh\necho "$@" >>"{heard}"\n[ "$1" = "{failing}" ] && exit 2\n'
            f'[ "$1" = venv ] && exec "{sys.executable}" -m venv "$6"\nexit 0\n'
        )
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
        return heard

    return put


def test_uv_makes_and_fills_an_environment_where_it_is_there(venv, uv):
    heard, said = uv(), []
    venv.make(said.append)
    assert [line.split()[:2] for line in heard.read_text().splitlines()] == [
        ["venv", "--quiet"],
        ["pip", "install"],
    ]
    assert not [line for line in said if "trying" in line]
    assert venv.is_current()


@pytest.mark.parametrize(("failing", "instead"), [("venv", "venv"), ("pip", "pip")])
def test_what_uv_cannot_is_done_without_it(venv, uv, failing, instead):
    uv(failing)
    said = []
    venv.make(said.append)
    assert f"Test: uv could not, trying {instead}" in said
    assert venv.is_current()


def test_downloads_stay_in_the_checkout_and_a_closed_home_is_no_matter(venv, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", "/proc/no/home")
    monkeypatch.delenv("UV_CACHE_DIR", raising=False)
    monkeypatch.setenv("PIP_CACHE_DIR", "/the/users/own")
    assert caches(tmp_path) == {"UV_CACHE_DIR": f"{tmp_path}/uv", "UV_LINK_MODE": "copy"}
    venv.make(lambda _: None)
    assert venv.is_current()


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("OSError: [Errno 28] No space left on device", problems.NO_DISK_SPACE),
        ("The virtual environment ... ensurepip is not available", problems.VENV_MODULE_MISSING),
        ("No matching distribution found for x", problems.INSTALL_FAILED),
    ],
)
def test_why_an_installation_failed_is_told_apart(venv, words, kind):
    abort = venv._explain(StepFailed(["pip"], 1, words))
    assert abort.problem.kind is kind


def test_a_full_disk_is_heard_from_a_step(venv, tmp_path):
    with pytest.raises(StepFailed) as failed:
        venv.steps.run(["sh", "-c", "echo No space left on device; exit 1"], folder=tmp_path)
    assert failed.value.disk_is_full


def test_a_front_end_without_a_lock_file_needs_nothing(tmp_path, venv):
    front_end = FrontEnd(tmp_path, venv.python, tmp_path, Steps(Nobody()))
    assert front_end.is_current()
    (tmp_path / "package-lock.json").write_text("{}")
    assert not front_end.is_current()


def test_changed_sources_ask_for_other_kernels(tmp_path, venv):
    source = tmp_path / "pl" / "signals" / "averages.py"
    source.parent.mkdir(parents=True)
    source.write_text("one")
    before = Kernels(tmp_path, tmp_path / "cache", venv.python, Steps(Nobody()))
    source.write_text("two")
    after = Kernels(tmp_path, tmp_path / "cache", venv.python, Steps(Nobody()))
    assert before.folder != after.folder


@pytest.mark.parametrize(
    ("words", "kind"),
    [("npm error code ENOSPC", problems.NO_DISK_SPACE), ("npm error 404", problems.NODE_FAILED)],
)
def test_why_the_front_end_failed_is_told_with_the_command_that_failed(tmp_path, words, kind):
    front_end = FrontEnd(tmp_path, tmp_path / "python", tmp_path, Steps(Nobody()))
    problem = front_end._explain(StepFailed(["/there/node", "npm-cli.js", "ci"], 1, words)).problem
    assert problem.kind is kind
    if kind is problems.NODE_FAILED:
        assert problem.recovery == f"cd {tmp_path} && /there/node npm-cli.js ci"


def test_a_stamp_of_other_inputs_is_not_current(tmp_path):
    Stamp(tmp_path / "stamp", "one").set()
    assert Stamp(tmp_path / "stamp", "one").is_current()
    assert not Stamp(tmp_path / "stamp", "two").is_current()


def test_secrets_stay_the_same_until_they_are_forgotten(tmp_path):
    home = Home(tmp_path)
    first = home.secret("a")
    assert Home(tmp_path).secret("a") == first
    assert home.forget_secret("a") == first
    assert home.forget_secret("a") == ""
    assert home.secret("a") != first
    assert (tmp_path / "secrets.json").stat().st_mode & 0o077 == 0


def test_secrets_are_on_disk_before_they_take_the_place_of_those_before(tmp_path, monkeypatch):
    secrets, written = tmp_path / "secrets.json", []
    home = Home(tmp_path)
    home.secret("postgres_admin")

    def fsync(descriptor):
        written.append((os.fstat(descriptor).st_size, os.fstat(descriptor).st_ino))

    monkeypatch.setattr(os, "fsync", fsync)
    home.secret("another")
    assert written[0] == (secrets.stat().st_size, secrets.stat().st_ino)
