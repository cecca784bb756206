"""The two virtual environments: made from their requirements, remade when these change."""

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from launcher.home import Stamp, digest
from launcher.problems import INSTALL_FAILED, NO_DISK_SPACE, VENV_MODULE_MISSING
from launcher.provision.commands import StepFailed, Steps
from launcher.provision.packages import Packages, caches

_NEEDED_BYTES = 1_500_000_000


@dataclass(frozen=True)
class Venv:
    """One environment: where it is, what belongs in it, where downloads are kept."""

    name: str
    folder: Path
    requirements: Path
    downloads: Path
    steps: Steps

    @property
    def python(self) -> Path:
        """Return its interpreter."""
        return self.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    @property
    def _stamp(self) -> Stamp:
        version = "{}.{}".format(*sys.version_info[:2])
        return Stamp(self.folder / "tickstock-stamp", digest(version, files=[self.requirements]))

    def is_current(self) -> bool:
        """Return whether it holds exactly what its requirements say, for this Python."""
        return self._stamp.is_current() and self.python.exists()

    def make(self, say: Callable[[str], None]) -> None:
        """Create the environment where absent or of another Python, and install into it.

        Raises: StartAborted when the disk is full, venv is missing or a package will not install.
        """
        self._check_disk()
        try:
            if not self._is_whole():
                say(f"{self.name}: creating {self.folder.name}")
                shutil.rmtree(self.folder, ignore_errors=True)
                self._create(say)
            packages = Packages(
                self.name, self.python, self.requirements, self.downloads, self.steps
            )
            packages.install(say)
        except StepFailed as error:
            raise self._explain(error) from error
        self._stamp.set()
        say(f"{self.name}: ready")

    def _check_disk(self) -> None:
        free = shutil.disk_usage(self.requirements.parent).free
        if free < _NEEDED_BYTES and not self.python.exists():
            raise NO_DISK_SPACE.abort(
                f"{free // 1_000_000} MB are free, {_NEEDED_BYTES // 1_000_000} MB are needed.",
                "free some disk space, then start again",
                path=self.folder,
            )

    def _is_whole(self) -> bool:
        """Return whether it is of this Python and its making was not interrupted before pip."""
        if not self.python.exists():
            return False
        question = (
            "import sys, pip._internal.cli.main; print('{}.{}'.format(*sys.version_info[:2]))"
        )
        answer = subprocess.run(
            [self.python, "-I", "-c", question], capture_output=True, text=True, check=False
        )
        return answer.stdout.strip() == "{}.{}".format(*sys.version_info[:2])

    def _create(self, say: Callable[[str], None]) -> None:
        python = getattr(sys, "_base_executable", "") or sys.executable
        with_venv = [python, "-m", "venv", str(self.folder)]
        has_venv = importlib.util.find_spec("ensurepip") and importlib.util.find_spec("venv")
        uv = shutil.which("uv")
        if uv:
            with_uv = [uv, "venv", "--quiet", "--seed", "--python", python, str(self.folder)]
            try:
                self._step(with_uv)
            except StepFailed as error:
                if error.disk_is_full or not has_venv:
                    raise
                say(f"{self.name}: uv could not, trying venv")
                shutil.rmtree(self.folder, ignore_errors=True)
            else:
                return
        if not has_venv:
            raise VENV_MODULE_MISSING.abort(
                "this Python has no venv module, and uv is not on the PATH.",
                "sudo apt install python{}.{}-venv   (or install uv)".format(*sys.version_info[:2]),
            )
        self._step(with_venv)

    def _step(self, command: list[str]) -> None:
        self.steps.run(command, folder=self.requirements.parent, environ=caches(self.downloads))

    def _explain(self, error: StepFailed) -> Exception:
        if error.disk_is_full:
            return NO_DISK_SPACE.abort(
                "the disk became full while packages were installed.",
                "free some disk space, then start again",
                path=self.folder,
            )
        if "ensurepip" in error.output:
            return VENV_MODULE_MISSING.abort(
                error.output.strip().splitlines()[0],
                "sudo apt install python{}.{}-venv".format(*sys.version_info[:2]),
            )
        return INSTALL_FAILED.abort(
            str(error),
            f"{self.python} -m pip install -r {self.requirements.name}   (shows the whole error)",
            name=self.name,
        )
