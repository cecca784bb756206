"""The first administrator of the page."""

import secrets
from collections.abc import Mapping

from launcher.home import Home, Stamp, digest
from launcher.problems import ADMIN_FAILED
from launcher.provision.commands import StepFailed, Steps
from launcher.settings import Settings

ADMIN = "admin"


def first_login(
    settings: Settings, home: Home, steps: Steps, environ: Mapping[str, str], accounts: str
) -> str:
    """Create the administrator unless there is one; return a generated password to show once.

    accounts : names the database of users, without a login
    Raises: StartAborted when AppV2 cannot create it.
    """
    stamp = Stamp(home.path / "first-login", digest(accounts))
    if stamp.is_current():
        return ""
    chosen = settings.given("APPV2_ADMIN_PASSWORD")
    password = chosen or secrets.token_urlsafe(12)
    answer = _create(settings, steps, environ, password)
    stamp.set()
    return password if "created" in answer and not chosen else ""


def _create(settings: Settings, steps: Steps, environ: Mapping[str, str], password: str) -> str:
    python = settings.consumer_python
    try:
        return steps.run(
            [str(python), "-m", "appv2", "create-admin"],
            folder=settings.root,
            environ={**environ, "APPV2_ADMIN_PASSWORD": password},
        )
    except StepFailed as error:
        raise ADMIN_FAILED.abort(
            error.output.strip()[-800:] or str(error),
            f"{python} -m appv2 check-settings",
        ) from error
