"""Install a list of requirements: with uv where it is on the PATH, else with pip."""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from launcher.provision.commands import StepFailed, Steps

_INTERESTING = (
    "Collecting ",
    "Installing ",
    "Installed ",
    "Downloading ",
    "Prepared ",
    "Resolved ",
)


def caches(downloads: Path) -> dict[str, str]:
    """Return where downloads are kept: in the checkout, unless the user says otherwise."""
    ours = {
        "UV_CACHE_DIR": str(downloads / "uv"),
        "PIP_CACHE_DIR": str(downloads / "pip"),
        "UV_LINK_MODE": "copy",
    }
    return {name: value for name, value in ours.items() if name not in os.environ}


@dataclass(frozen=True)
class Packages:
    """What a requirements file asks for, for the environment of `python`."""

    name: str
    python: Path
    requirements: Path
    downloads: Path
    steps: Steps

    def install(self, say: Callable[[str], None]) -> None:
        """Install all of it; where uv cannot, pip may.

        Raises: StepFailed when pip cannot either, or the disk is full.
        """
        n = sum(line.strip()[:1].isalpha() for line in self.requirements.read_text().splitlines())
        uv = shutil.which("uv")
        if uv:
            say(f"{self.name}: installing {n} packages and what they need with uv")
            try:
                self._run([uv, "pip", "install", "--python", str(self.python)], say)
            except StepFailed as error:
                if error.disk_is_full:
                    raise
                say(f"{self.name}: uv could not, trying pip")
            else:
                return
        say(f"{self.name}: installing {n} packages and what they need with pip")
        quiet = ["--disable-pip-version-check", "--progress-bar", "off"]
        self._run([str(self.python), "-m", "pip", "install", *quiet], say)

    def _run(self, installer: list[str], say: Callable[[str], None]) -> None:
        def heard(line: str) -> None:
            if line.lstrip().startswith(_INTERESTING):
                say(f"{self.name}: {line.strip()[:100]}")

        self.steps.run(
            [*installer, "-r", str(self.requirements)],
            folder=self.requirements.parent,
            environ=caches(self.downloads),
            heard=heard,
        )
