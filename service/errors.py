"""Name errors by the reaction they want."""

from collections.abc import Sequence


class SettingsError(Exception):
    """Report every problem of the configuration at once; the process exits 78."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class Unavailable(Exception):
    """A dependency does not answer: exit 69 at start, bounded retry or HTTP 503 while running."""

    def __init__(self, dependency: str, detail: str) -> None:
        super().__init__(f"{dependency}: {detail}")
        self.dependency = dependency
        self.detail = detail


class InvalidData(Exception):
    """Input that cannot be used: drop it, count it, log each cause once."""

    def __init__(self, source: str, reason: str) -> None:
        super().__init__(f"{source}: {reason}")
        self.source = source
        self.reason = reason


class Rejected(Exception):
    """A request that cannot be served as asked; HTTP 4xx with `{error, detail}`."""

    def __init__(self, error: str, detail: str, status: int = 400) -> None:
        super().__init__(detail)
        self.error = error
        self.detail = detail
        self.status = status
