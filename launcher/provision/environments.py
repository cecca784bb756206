"""Both virtual environments and the front end's packages, as far as they are ours to make."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from launcher.home import Home
from launcher.provision.commands import Steps
from launcher.provision.frontend import FrontEnd
from launcher.provision.venvs import Venv
from launcher.settings import Settings


class Environments:
    """What has to be installed before anything can run; a configured interpreter is left alone."""

    def __init__(self, settings: Settings, home: Home, steps: Steps) -> None:
        self._venvs = [
            Venv(name, settings.root / folder, settings.root / wanted, home.downloads, steps)
            for variable, name, folder, wanted in (
                ("PL_PYTHON", "TickStockPL", ".venv-pl", "requirements-pl.txt"),
                ("APPV2_PYTHON", "TickStockAppV2", ".venv-appv2", "requirements-appv2.txt"),
            )
            if not settings.given(variable)
        ]
        self._front_end = FrontEnd(
            settings.root / "appv2" / "frontend", settings.consumer_python, home.downloads, steps
        )

    def are_current(self) -> bool:
        """Return whether nothing has to be installed."""
        return not self.missing() and self._front_end.is_current()

    def missing(self) -> list[str]:
        """Return the names of the environments that have to be made or brought up to date."""
        return [venv.name for venv in self._venvs if not venv.is_current()]

    def provide(self, say: Callable[[str], None]) -> None:
        """Install what is missing, both environments at the same time.

        Raises: StartAborted when an installation fails; the other one may still run then.
        """
        pool = ThreadPoolExecutor(2, thread_name_prefix="install")
        made = [pool.submit(venv.make, say) for venv in self._venvs if not venv.is_current()]
        pool.shutdown(wait=False)
        for step in made:
            step.result()
        if not self._front_end.is_current():
            self._front_end.make(say)
