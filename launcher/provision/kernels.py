"""Compile the numba kernels once for these sources, versions and this processor."""

import platform
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from launcher.home import Stamp, digest
from launcher.problems import COMPILE_FAILED
from launcher.provision.commands import StepFailed, Steps

ROOMS: Final = ("feeds", "market", "signals", "store")
"""The rooms of the producer that hold kernels."""
SHARED: Final = ("kernel", "lanes", "compiled_lanes", "plain_lanes", "prefetch", "sparse")
"""What kernels of all rooms are made with."""


def kernel_sources(root: Path) -> list[Path]:
    """Return every file whose change may change compiled code: numba itself looks at fewer."""
    rooms = (path for room in ROOMS for path in root.glob(f"pl/{room}/**/*.py"))
    return [*(root / "pl" / f"{name}.py" for name in SHARED), *rooms]


class Kernels:
    """The folder of compiled kernels that fits this checkout and this machine."""

    def __init__(self, root: Path, cache: Path, python: Path, steps: Steps) -> None:
        texts = (platform.machine(), _processor(), str(python))
        sources = [*kernel_sources(root), root / "requirements-pl.txt"]
        value = digest(*texts, files=[path for path in sources if path.exists()])
        self._root = root
        self._python = python
        self._steps = steps
        self.folder = cache / value
        self._stamp = Stamp(self.folder / "compiled", value)

    def is_current(self) -> bool:
        """Return whether they were compiled to the end."""
        return self._stamp.is_current()

    def compile(self, environ: Mapping[str, str], say: Callable[[str], None]) -> None:
        """Compile all kernels.

        Raises: StartAborted when the compiler does.
        """
        say("kernels: compiling once for this machine")
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            self._steps.run(
                [str(self._python), "-m", "pl", "compile"],
                folder=self._root,
                environ=environ,
                heard=lambda line: say(f"kernels: {line}"),
            )
        except StepFailed as error:
            raise COMPILE_FAILED.abort(
                str(error), f"rm -r {self.folder} && python3 start_all_services.py"
            ) from error
        self._stamp.set()
        say("kernels: ready")


def _processor() -> str:
    """Return the model and abilities of the processor: compiled code fits only these."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return "".join(sorted({line for line in lines if line.startswith(("model name", "flags"))}))
