"""Dropping root: PostgreSQL refuses to run with user id 0."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from launcher.problems import POSTGRES_AS_ROOT

_NOBODY = 65534
_SETPRIV = (
    "setpriv",
    f"--reuid={_NOBODY}",
    f"--regid={_NOBODY}",
    "--clear-groups",
    "--inh-caps=+dac_override",
    "--ambient-caps=+dac_override",
)
_UNSHARE = ("unshare", "--user", f"--map-user={_NOBODY}", f"--map-group={_NOBODY}")


@dataclass(frozen=True)
class Privileges:
    """The words before a command that make it run without root, and who owns its files."""

    prefix: tuple[str, ...]
    owner: int | None

    def own(self, path: Path) -> None:
        """Give `path` and all below it to the user that the commands run as."""
        if self.owner is None:
            return
        for item in (path, *path.rglob("*")):
            os.chown(item, self.owner, self.owner, follow_symlinks=False)


def unprivileged() -> Privileges:
    """Return how to run a command without root here.

    Raises: StartAborted when we are root and the machine offers no way to step down.
    """
    if os.geteuid() != 0:
        return Privileges((), None)
    if _works(_SETPRIV):
        return Privileges(_SETPRIV, _NOBODY)
    if _works(_UNSHARE):
        return Privileges(_UNSHARE, None)
    raise POSTGRES_AS_ROOT.abort(
        "PostgreSQL refuses to run as root, and neither setpriv nor unshare can step down here.",
        "run `python3 start_all_services.py` as a plain user, or set DATABASE_URL",
    )


def _works(prefix: tuple[str, ...]) -> bool:
    if shutil.which(prefix[0]) is None:
        return False
    attempt = subprocess.run(
        [*prefix, "true"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
    )
    return attempt.returncode == 0
