"""The first administrator of the page."""

from collections.abc import Mapping

from launcher.home import Home, Stamp, digest
from launcher.problems import ADMIN_FAILED
from launcher.provision.commands import StepFailed, Steps
from launcher.settings import Settings

ADMIN = "admin"
_UNSEEN = "first_password"


def create_first_login(
    settings: Settings, home: Home, steps: Steps, environ: Mapping[str, str], accounts: str
) -> None:
    """Create the administrator unless there is one.

    accounts : names the database of users, without a login
    Raises: StartAborted when AppV2 cannot create it.
    """
    stamp = Stamp(home.path / "first-login", digest(accounts))
    if stamp.is_current():
        return
    begun = home.has_secret(_UNSEEN)
    chosen = settings.given("APPV2_ADMIN_PASSWORD")
    answer = _create(settings, steps, environ, chosen or home.secret(_UNSEEN))
    if chosen or ("created" not in answer and not begun):
        home.forget_secret(_UNSEEN)
    stamp.set()


def unseen_password(home: Home) -> str:
    """Return the generated password once, empty ever after; a start that failed shows nothing."""
    return home.forget_secret(_UNSEEN)


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
